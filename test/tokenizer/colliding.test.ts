// Vocabularies made so that their tokens fall into one place of our tables: refused in the time of reading them, by the definition and by
// the kernel. The hashes are written out here a second time, to make such tokens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TongsaError } from '../../src/errors.ts';
import { createTrie } from '../../src/tokenizer/models/trie.ts';
import type { BpeSpec, TokenizerSpec } from '../../src/tokenizer/spec.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';

const COUNT = 1300;
/** Slots of a table for COUNT tokens and 256 bytes. */
const SLOTS = 4096;
/** Long enough that the whole vocabulary is made ready. */
const TEXT = 'abcdefgh '.repeat(100);

/** FNV-1a as src/tokenizer/vocabulary.ts has it. */
function fnv(bytes: Uint8Array): number {
	let hash = 0x811c9dc5;
	for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
	return (hash ^ (hash >>> 15)) >>> 0;
}

/** Of eight bytes, as kernels/tokenizer/vocabulary.ts has it. */
function kernelHash(bytes: Uint8Array): number {
	const key = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
	return Number(BigInt.asUintN(64, (key ^ (key >> 32n) ^ (8n << 24n)) * 0x9e3779b97f4a7c15n) >> 32n);
}

/** Tokens of eight bytes whose places are all among the first 64. */
function colliding(hash: (bytes: Uint8Array) => number): Uint8Array[] {
	const found: Uint8Array[] = [];
	for (let i = 0; found.length < COUNT; i++) {
		const bytes = new TextEncoder().encode(i.toString(36).padStart(8, 'q'));
		if ((hash(bytes) & (SLOTS - 1)) < 64) found.push(bytes);
	}
	return found;
}

function specOf(tokens: readonly Uint8Array[], merges: BpeSpec['merges'] = { type: 'ranks' }): TokenizerSpec {
	const all = [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), ...tokens];
	const offsets = new Uint32Array(all.length + 1);
	for (const [i, token] of all.entries()) offsets[i + 1] = offsets[i]! + token.length;
	return {
		model: {
			type: 'BPE',
			vocabulary: { size: all.length, bytes: new Uint8Array(Buffer.concat(all)), offsets, kinds: new Uint8Array(all.length) },
			merges,
			alphabet: 'bytes',
			fuse_unk: false,
			byte_fallback: false,
			ignore_merges: true,
		},
		added_tokens: [],
		special: { stops: [] },
	};
}

const refusal = (error: unknown): boolean => error instanceof TongsaError && error.code === 'malformed' && /collide/.test(error.message);

test('tokens that collide in the table of the definition', () => {
	const spec = specOf(colliding(fnv));
	assert.throws(() => createTokenizer(spec, { kernel: false }).encode(TEXT), refusal);
	assert.ok(createTokenizer(spec).encode(TEXT).ids.length > 0, 'the kernel has another hash');
});

test('tokens that collide in the table of the kernel', () => {
	const spec = specOf(colliding(kernelHash));
	assert.throws(() => createTokenizer(spec).encode(TEXT), refusal);
	assert.ok(createTokenizer(spec, { kernel: false }).encode(TEXT).ids.length > 0, 'the definition has another hash');
});

test('merges that collide, in both', () => {
	// Two-byte tokens, and each a merge of its two bytes: of 65,536 those whose pairs fall among the first 64 places.
	const pairs: [number, number][] = [];
	for (let left = 0; left < 256; left++) {
		for (let right = 0; right < 256; right++) {
			const mixed = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);
			if (((mixed ^ (mixed >>> 15)) & (SLOTS - 1)) < 90) pairs.push([left, right]);
		}
	}
	assert.ok(pairs.length > 1100 && pairs.length < 2048, `${pairs.length}`);
	const parts = pairs.flat().map((byte) => Uint8Array.of(byte));
	const table = {
		kind: 'strings' as const,
		length: parts.length,
		bytes: new Uint8Array(Buffer.concat(parts)),
		offsets: Uint32Array.from({ length: parts.length + 1 }, (_, i) => i),
	};
	const spec = specOf(
		pairs.map((pair) => Uint8Array.from(pair)),
		{ type: 'pairs', table },
	);
	for (const kernel of [false, true]) assert.throws(() => createTokenizer(spec, { kernel }).encode(TEXT), refusal, `kernel: ${kernel}`);
});

test('a trie whose edges collide', () => {
	const capacity = 4096;
	const place = (key: number): number => {
		let hash = Math.imul(key, 0x9e3779b1);
		hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
		hash ^= hash >>> 13;
		return hash & (capacity - 1);
	};
	// One chain of nodes: node n's edge is chosen so that it falls among the first places of the table.
	const bytes = Uint8Array.from({ length: 1500 }, (_, node) => {
		const choices = Array.from({ length: 256 }, (_, byte) => byte);
		return choices.sort((a, b) => place(node * 256 + a) - place(node * 256 + b))[0]!;
	});
	assert.throws(() => createTrie([{ bytes, value: 0 }]), refusal);
});
