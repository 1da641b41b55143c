// Deterministic damage: one number gives one mutation, so that a failure can be repeated by its number.

import type { RandomBelow } from '../random.ts';

type Mutation = (bytes: Uint8Array, random: RandomBelow, other: Uint8Array) => Uint8Array;

/** Values at which lengths, counts and offsets go wrong. */
export const LENGTHS: readonly bigint[] = [
	0n,
	1n,
	2n,
	0x7fn,
	0xffn,
	0x7fffn,
	0xffffn,
	2n ** 24n,
	2n ** 31n - 1n,
	2n ** 31n,
	2n ** 32n - 1n,
	2n ** 32n,
	2n ** 53n - 1n,
	2n ** 53n,
	2n ** 60n,
	2n ** 63n - 1n,
	2n ** 63n,
	2n ** 64n - 1n,
];

const TEXTS: readonly string[] = [
	'{',
	'}',
	'[',
	']',
	'"',
	':',
	',',
	'\\',
	'\\u0000',
	'\\ud800',
	'null',
	'true',
	'-1',
	'1e999',
	'1.5',
	'9007199254740993',
	'"__proto__":',
	'"a":1,"a":2',
	'[[[[[[[[',
	'\0',
	'\xff',
	'/',
	'\n',
];

/** Most damage happens near the front: there is the structure. */
function place(length: number, random: RandomBelow): number {
	return random(2) ? random(length) : random(Math.min(length, 64 + random(512)));
}

export function inserted(bytes: Uint8Array, at: number, removed: number, piece: Uint8Array): Uint8Array {
	const out = new Uint8Array(bytes.length - removed + piece.length);
	out.set(bytes.subarray(0, at));
	out.set(piece, at);
	out.set(bytes.subarray(at + removed), at + piece.length);
	return out;
}

function number(bytes: Uint8Array, random: RandomBelow, size: 4 | 8): Uint8Array {
	const out = bytes.slice();
	if (out.length < size) return out;
	const view = new DataView(out.buffer);
	const at = Math.min(place(out.length, random), out.length - size);
	const value = random(4) ? LENGTHS[random(LENGTHS.length)]! : BigInt(Math.max(0, out.length - random(64)));
	if (size === 4) view.setUint32(at, Number(value & 0xffffffffn), true);
	else view.setBigUint64(at, value, true);
	return out;
}

const MUTATIONS: readonly Mutation[] = [
	(bytes, random) => bytes.slice(0, random(bytes.length + 1)),
	(bytes, random) => {
		const out = bytes.slice();
		for (let i = random(8); i >= 0; i--) out[place(out.length, random)]! ^= 1 << random(8);
		return out;
	},
	(bytes, random) => {
		const out = bytes.slice();
		for (let i = random(4); i >= 0; i--) out[place(out.length, random)] = random(256);
		return out;
	},
	(bytes, random) => number(bytes, random, 4),
	(bytes, random) => number(bytes, random, 8),
	(bytes, random) => {
		const at = place(bytes.length, random);
		return inserted(bytes, at, Math.min(random(64), bytes.length - at), new Uint8Array(0));
	},
	(bytes, random, other) => {
		const from = random(other.length);
		return inserted(bytes, place(bytes.length, random), 0, other.subarray(from, from + random(128)));
	},
	(bytes, random, other) => {
		const at = place(bytes.length, random);
		const from = random(other.length);
		const piece = other.subarray(from, from + random(128));
		return inserted(bytes, at, Math.min(piece.length, bytes.length - at), piece);
	},
	(bytes, random) =>
		inserted(
			bytes,
			place(bytes.length, random),
			random(2),
			Uint8Array.from(TEXTS[random(TEXTS.length)]!, (c) => c.charCodeAt(0)),
		),
];

/** One to three kinds of damage to `bytes`; pieces of `other` may be put in. */
export function mutated(bytes: Uint8Array, other: Uint8Array, random: RandomBelow): Uint8Array {
	let out = bytes;
	for (let i = [0, 0, 0, 1, 2][random(5)]!; i >= 0; i--) {
		if (out.length > 0) out = MUTATIONS[random(MUTATIONS.length)]!(out, random, other);
	}
	return out;
}
