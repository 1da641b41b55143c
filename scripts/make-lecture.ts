// Writes models/lecture.gguf: the course's own example, eight tokens of four numbers, as a model file that the ordinary code opens.
// Run: node scripts/make-lecture.ts [models/lecture.gguf]

import { writeFileSync } from 'node:fs';
import { memorySource } from '../src/bytes/memory.ts';
import { type GgufValue, writeGguf } from '../src/formats/gguf/write.ts';

/** Token → its row, D = 4, as the course prints them. The id is the place in this list. */
export const LECTURE: readonly (readonly [token: string, row: readonly number[]])[] = [
	['«시작»', [0.481, -0.7042, -0.7409, 0.14624]],
	['I', [-0.5198, 0.2901, 0.3235, -0.5886]],
	['love', [1.524, 2.5387, -1.0701, -0.119]],
	['you', [-0.2612, 0.1227, -0.4248, 0.6229]],
	['so', [-0.7988, 1.667, 0.0759, -1.2467]],
	['much', [0.1693, 1.755, 0.3056, 0.0773]],
	['.', [-0.06, 0.9258, -1.2276, 0.4466]],
	['«끝»', [1.3262, -0.8511, 1.4349, -0.632]],
];
const START = 0;
const END = 7;

/**
 * The tokenizer in Hugging Face's tokenizer.json form: whole words, each mark of punctuation by itself. There is no unknown token among the eight, so a word that is not
 * in the dictionary is refused, as the reference refuses it ("Missing [UNK] token from the vocabulary").
 * Decoding joins words with spaces and takes away the one before punctuation: "I love you so much."
 */
const TOKENIZER = {
	version: '1.0',
	truncation: null,
	padding: null,
	added_tokens: [START, END].map((id) => ({
		id,
		content: LECTURE[id]![0],
		single_word: false,
		lstrip: false,
		rstrip: false,
		normalized: false,
		special: true,
	})),
	normalizer: null,
	pre_tokenizer: { type: 'BertPreTokenizer' },
	post_processor: {
		type: 'TemplateProcessing',
		single: [
			{ SpecialToken: { id: '«시작»', type_id: 0 } },
			{ Sequence: { id: 'A', type_id: 0 } },
			{ SpecialToken: { id: '«끝»', type_id: 0 } },
		],
		pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
		special_tokens: Object.fromEntries(
			[START, END].map((id) => [LECTURE[id]![0], { id: LECTURE[id]![0], ids: [id], tokens: [LECTURE[id]![0]] }]),
		),
	},
	decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
	// The format wants a name for the unknown token; the dictionary has none of that name.
	model: { type: 'WordLevel', vocab: Object.fromEntries(LECTURE.map(([token], id) => [token, id])), unk_token: '<unk>' },
};

const METADATA: Readonly<Record<string, GgufValue>> = {
	'general.architecture': { type: 'string', value: 'lecture' },
	'general.name': { type: 'string', value: 'lecture' },
	'general.description': {
		type: 'string',
		value: "The course's example: the embedding table of eight tokens, no blocks. Tied: the same table is read both ways.",
	},
	'general.file_type': { type: 'u32', value: 0 }, // all values are F32
	'lecture.vocab_size': { type: 'u32', value: LECTURE.length },
	'lecture.embedding_length': { type: 'u32', value: 4 },
	'lecture.block_count': { type: 'u32', value: 0 },
	'tokenizer.huggingface.json': { type: 'string', value: JSON.stringify(TOKENIZER) },
	'tokenizer.ggml.bos_token_id': { type: 'u32', value: START },
	'tokenizer.ggml.eos_token_id': { type: 'u32', value: END },
	'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
	'tokenizer.ggml.add_eos_token': { type: 'bool', value: true },
};

/** The file's bytes: the same ones each time. */
export async function makeLecture(): Promise<Uint8Array> {
	const rows = new Uint8Array(Float32Array.from(LECTURE.flatMap(([, row]) => row)).buffer);
	const table = {
		name: 'token_embd.weight',
		dtype: 'F32',
		shape: [LECTURE.length, 4],
		source: memorySource('lecture', rows),
		byteOffset: 0,
		byteLength: rows.length,
	} as const;
	const parts: Uint8Array[] = [];
	await writeGguf({ write: async (bytes) => void parts.push(bytes) }, { metadata: new Map(Object.entries(METADATA)), tensors: [table] });
	return Buffer.concat(parts);
}

if (import.meta.main) writeFileSync(process.argv[2] ?? 'models/lecture.gguf', await makeLecture());
