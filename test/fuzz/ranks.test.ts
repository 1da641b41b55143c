// Fuzzes rank tables. Only one of as many tokens as a known encoding has opens, so the target is a whole one, and takes its time.

import { readFileSync } from 'node:fs';
import { openCheckpoint } from '../../src/formats/open.ts';
import { loadTokenizer } from '../../src/tokenizer/sources/index.ts';
import { fuzz } from './harness.ts';

const short = readFileSync(new URL('../../models/cl100k_base.tiktoken', import.meta.url), 'utf8');
/** js-tiktoken's form, a line a run of ranks, as tiktoken's own: a line a token. */
const long = short
	.trim()
	.split('\n')
	.flatMap((line) => {
		const [, from, ...words] = line.split(' ');
		return words.map((word, i) => `${word} ${Number(from) + i}\n`);
	})
	.join('');
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

fuzz({
	targets: [
		['a line a token', { 'cl100k_base.tiktoken': encode(long) }],
		['a line a run of ranks', { 'cl100k_base.tiktoken': encode(short) }],
	],
	share: 0.004,
	async readAll(files) {
		const tokenizer = await loadTokenizer(await openCheckpoint(files));
		if (!tokenizer) return;
		for (const special of ['add', 'parse'] as const)
			tokenizer.decode(tokenizer.encode('I love you so much. 사랑해요', { special, offsets: true }).ids);
	},
	maxRead: 3,
});
