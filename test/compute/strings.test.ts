// Tables of strings: the definition by hand, and the kernel equal to it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StringKernels, type Strings, scalarStrings, wasmStrings } from '../../src/compute/strings.ts';

const WORDS = ['a', '', '##ab', 'ab', 'b a', '<eos>', 'x'.repeat(40), '«ab»', 'abc', '##', 'a b c'];
const NONE = new Uint8Array(0);
const utf8 = new TextEncoder();

/** [length u64, bytes]… as GGUF has them. */
function packed(words: readonly string[]): Uint8Array {
	const parts = words.map((word) => utf8.encode(word));
	const raw = new Uint8Array(parts.reduce((sum, { length }) => sum + 8 + length, 0));
	let at = 0;
	for (const part of parts) {
		new DataView(raw.buffer).setUint32(at, part.length, true);
		raw.set(part, at + 8);
		at += 8 + part.length;
	}
	return raw;
}

/** A table of 256 with a 1 for each byte. */
const bytesOf = (text: string): Uint8Array => {
	const table = new Uint8Array(256);
	for (const byte of utf8.encode(text)) table[byte] = 1;
	return table;
};

function pairsOf(text: string): Uint8Array {
	const pairs = new Uint8Array(65536);
	const bytes = utf8.encode(text);
	for (let i = 1; i < bytes.length; i++) pairs[(bytes[i - 1]! << 8) | bytes[i]!] = 1;
	return pairs;
}

const wordsAt = (found: Uint32Array): string[] => Array.from(found, (i) => WORDS[i]!);

for (const [name, kernels] of [
	['definition', scalarStrings],
	['kernel', wasmStrings()],
] as const satisfies readonly (readonly [string, StringKernels])[]) {
	const strings = (): Strings => kernels.unpack(packed(WORDS), WORDS.length)!;

	test(`${name}: unpacked as they were packed`, () => {
		const { bytes, offsets } = strings();
		const decoder = new TextDecoder();
		assert.deepEqual(
			Array.from(WORDS, (_, i) => decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]))),
			WORDS,
		);
		assert.deepEqual(kernels.unpack(NONE, 0), { bytes: NONE, offsets: new Uint32Array(1) });
	});

	test(`${name}: lengths that do not add up are refused`, () => {
		const raw = packed(WORDS);
		for (const count of [WORDS.length - 1, WORDS.length + 1, 2 ** 20]) assert.equal(kernels.unpack(raw, count), undefined, `${count}`);
		for (const length of [2, 2 ** 31, 2 ** 32 - 1]) {
			const wrong = raw.slice();
			new DataView(wrong.buffer).setUint32(0, length, true);
			assert.equal(kernels.unpack(wrong, WORDS.length), undefined, `${length}`);
		}
		const high = raw.slice();
		new DataView(high.buffer).setUint32(4, 1, true); // 2^32 + 1
		assert.equal(kernels.unpack(high, WORDS.length), undefined);
	});

	test(`${name}: selected by length and last byte`, () => {
		assert.deepEqual(wordsAt(kernels.select(strings(), { least: 4, most: 29, lasts: bytesOf('>b') })), ['##ab', '<eos>']);
		assert.deepEqual(wordsAt(kernels.select(strings(), { least: 30, most: 0xffffffff, lasts: new Uint8Array(256).fill(1) })), [
			'x'.repeat(40),
		]);
	});

	test(`${name}: those whose neighbours stand side by side in a text`, () => {
		const pairs = pairsOf('«ab» c');
		const one = kernels.standing(strings(), { pairs, step: 1, prefix: NONE, gap: -1 });
		assert.deepEqual(wordsAt(one), ['a', '', 'ab', '«ab»']);
		const behindPrefix = kernels.standing(strings(), { pairs, step: 1, prefix: utf8.encode('##'), gap: -1 });
		assert.deepEqual(wordsAt(behindPrefix), ['a', '', '##ab', 'ab', '«ab»', '##']);
		// The first space is left out, and not another: 'b a' is 'ba', 'a b c' is 'ab c'.
		const merges = kernels.standing(strings(), { pairs: pairsOf('ba ab c'), step: 1, prefix: NONE, gap: 0x20 });
		assert.deepEqual(wordsAt(merges), ['a', '', 'ab', 'b a', 'a b c']);
		// Two strings at a time: 'a' + '', '##ab' + 'ab', 'b a' + '<eos>', …
		const twos = kernels.standing(strings(), { pairs: pairsOf('##abab'), step: 2, prefix: NONE, gap: -1 });
		assert.deepEqual(wordsAt(twos), ['a', '##ab']);
	});
}

test('a vocabulary of made strings: the kernel finds what the definition finds', () => {
	const made = Array.from({ length: 5000 }, (_, i) => (i * 2654435761).toString(36).slice(i % 5));
	const raw = packed(made);
	const [slow, fast] = [scalarStrings, wasmStrings()];
	const strings = slow.unpack(raw, made.length)!;
	assert.deepEqual(fast.unpack(raw, made.length), strings);
	const wanted = { least: 2, most: 6, lasts: bytesOf('0123xyz') };
	assert.deepEqual(fast.select(strings, wanted), slow.select(strings, wanted));
	for (const [step, gap] of [
		[1, -1],
		[1, 0x61],
		[2, -1],
	] as const) {
		const among = { pairs: pairsOf(made.slice(0, 200).join('')), step, gap, prefix: utf8.encode('1') };
		const found = slow.standing(strings, among);
		assert.ok(found.length > 100 && found.length < 4000, `${found.length}`);
		assert.deepEqual(fast.standing(strings, among), found);
	}
});
