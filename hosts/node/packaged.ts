// Names that answer without any fetch: which file in models/ stands behind each.

export interface Packaged {
	readonly name: string;
	readonly aliases: readonly string[];
	/** File in models/. */
	readonly file: string;
	/** Whether it carries an embedding table, or only a dictionary. */
	readonly has: 'table' | 'dictionary';
	readonly what: string;
}

export const PACKAGED: readonly Packaged[] = [
	{
		name: 'lecture',
		aliases: [],
		file: 'lecture.gguf',
		has: 'table',
		what: "the course's own example: 8 tokens, D = 4",
	},
	{
		name: 'smollm2',
		aliases: ['smollm2-135m', 'smollm2-135m-instruct'],
		file: 'smollm2.gguf',
		has: 'table',
		what: 'SmolLM2-135M-Instruct: tokenizer, table and first block',
	},
	{
		name: 'multilingual-e5-small',
		aliases: ['e5', 'e5-small', 'multilingual-e5'],
		file: 'multilingual-e5-small.gguf',
		has: 'table',
		what: 'multilingual-e5-small: sentence embeddings, all blocks, the tokens of English, Korean, Japanese and Chinese',
	},
	{ name: 'gpt-2', aliases: ['gpt2', 'r50k_base'], file: 'gpt-2.gguf', has: 'dictionary', what: "GPT-2's byte-level BPE" },
	{ name: 'gpt-3', aliases: ['gpt3'], file: 'gpt-2.gguf', has: 'dictionary', what: "GPT-3's dictionary, which is GPT-2's" },
	{
		name: 'mt-nlg',
		aliases: ['mt-nlg-530b', 'megatron-turing', 'megatron-turing-nlg', 'mtnlg'],
		file: 'gpt-2.gguf',
		has: 'dictionary',
		what: "MT-NLG's dictionary, which is GPT-2's",
	},
	{
		name: 'gpt-4',
		aliases: ['gpt4', 'cl100k_base', 'cl100k'],
		file: 'cl100k_base.tiktoken',
		has: 'dictionary',
		what: "GPT-4's cl100k_base",
	},
	{
		name: 'gpt-4o',
		aliases: ['gpt4o', 'o200k_base', 'o200k'],
		file: 'o200k_base.tiktoken',
		has: 'dictionary',
		what: "GPT-4o's o200k_base",
	},
	{ name: 'llama-2', aliases: ['llama2', 'llama'], file: 'llama-2.gguf', has: 'dictionary', what: "Llama 2's SentencePiece BPE" },
	{ name: 'falcon', aliases: [], file: 'falcon.gguf', has: 'dictionary', what: "Falcon's byte-level BPE" },
	{ name: 'bert', aliases: ['bert-base-uncased'], file: 'bert-bge.gguf', has: 'dictionary', what: "BERT's WordPiece (uncased), from BGE" },
];

export function packaged(name: string): Packaged | undefined {
	const key = name.toLowerCase();
	return PACKAGED.find((entry) => entry.name === key || entry.aliases.includes(key));
}

/** What a person should know when a dictionary answers for a model whose weights are not public. */
export function noteOf(name: string): string | undefined {
	const entry = packaged(name);
	if (entry?.name === 'mt-nlg') return "MT-NLG's weights are not public; it reads text by GPT-2's dictionary, which this is.";
	if (entry?.name === 'gpt-3') return "GPT-3's weights are not public; it reads text by GPT-2's dictionary, which this is.";
	if (entry?.name === 'gpt-4' || entry?.name === 'gpt-4o') return 'Its dictionary is public, its vectors are not.';
	return undefined;
}
