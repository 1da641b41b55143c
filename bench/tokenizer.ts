// Tokenizers side by side on 10 MB of mixed text, one thread, GPT-4's cl100k_base: Tongsa, gpt-tokenizer, tiktoken. Equal ids are demanded.
//
//     npm install --prefix bench && node --conditions=tongsa-source bench/tokenizer.ts [megabytes]

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tiktokenSpec } from '../src/tokenizer/sources/tiktoken.ts';
import { createTokenizer } from '../src/tokenizer/tokenizer.ts';
import { mixedText } from './corpus.ts';

/** Rounds, in which each program has its turn; the best turn of each counts: the others were disturbed, or still being compiled. */
const ROUNDS = 5;

const text = mixedText(Number(process.argv[2] ?? 10) * 1e6);
const bytes = Buffer.byteLength(text);
/** A module that only bench/package.json names: typecheck in the root does not know it. */
const peer = (name: string) => import(name);
const gptTokenizer: (text: string) => number[] = (await peer('gpt-tokenizer/encoding/cl100k_base')).encode;
const tiktoken: { encode_ordinary(text: string): Uint32Array } = (await peer('tiktoken')).get_encoding('cl100k_base');
const ranks = readFileSync(new URL('../models/cl100k_base.tiktoken', import.meta.url));
const tongsa = createTokenizer(tiktokenSpec(ranks, 'cl100k_base.tiktoken'));

const PROGRAMS: readonly { readonly name: string; readonly encode: () => ArrayLike<number> }[] = [
	{ name: 'Tongsa', encode: () => tongsa.encode(text, { special: 'none' }).ids },
	{ name: 'Tongsa, with offsets', encode: () => tongsa.encode(text, { special: 'none', offsets: true }).ids },
	{ name: 'gpt-tokenizer', encode: () => gptTokenizer(text) },
	{ name: 'tiktoken (WebAssembly)', encode: () => tiktoken.encode_ordinary(text) },
];

const best = new Map<string, number>();
let expected: ArrayLike<number> | undefined;
for (let round = 0; round < ROUNDS; round++) {
	for (const { name, encode } of PROGRAMS) {
		const started = performance.now();
		const ids = encode();
		const seconds = (performance.now() - started) / 1000;
		best.set(name, Math.max(best.get(name) ?? 0, bytes / 1e6 / seconds));
		expected ??= ids;
		assert.equal(ids.length, expected.length, `${name}: number of tokens`);
		for (let i = 0; i < ids.length; i++) assert.equal(ids[i], expected[i], `${name}: token ${i}`);
	}
}

const own = best.get('Tongsa')!;
console.log(`${(bytes / 1e6).toFixed(1)} MB, ${expected!.length} tokens, the same from all`);
for (const [name, speed] of best)
	console.log(`${name.padEnd(24)}${speed.toFixed(1).padStart(7)} MB/s   Tongsa ${(own / speed).toFixed(2)}×`);
