// Fuzzes the tokenizers of damaged files: what still opens encodes and decodes, or refuses by a TongsaError.

import { openCheckpoint } from '../../src/formats/open.ts';
import { loadTokenizer } from '../../src/tokenizer/sources/index.ts';
import { type Files, fuzz } from './harness.ts';
import { shortened } from './shortened.ts';

/** The first 400 tokens and merges: bytes, letters, and some words. */
const TARGETS: readonly (readonly [string, Files])[] = await Promise.all(
	['gpt-2', 'llama-2', 'falcon', 'bert-bge'].map(
		async (name): Promise<[string, Files]> => [name, { 'a.gguf': await shortened(`${name}.gguf`, 400) }],
	),
);

const TEXT = 'I love you so much. 사랑해요 🙂\u200d <s></s>[CLS]\ud800  \n\t0123 the the';

fuzz({
	targets: TARGETS,
	share: 0.1,
	async readAll(files) {
		const tokenizer = await loadTokenizer(await openCheckpoint(files));
		if (!tokenizer) return;
		for (const special of ['add', 'none', 'parse'] as const) tokenizer.decode(tokenizer.encode(TEXT, { special, offsets: true }).ids);
	},
	maxRead: 3,
});
