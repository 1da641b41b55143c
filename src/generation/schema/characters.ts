// Characters of JSON strings: sets of code points → the bytes that write them.
// RFC 8259 §7; the UTF-8 ranges of RFC 3629 §4. Surrogates are never written, not even escaped: no string has half a character.

import { byteOf, choice, literal, type Node, sequence } from './nodes.ts';

/** First and last code point. */
export type Range = readonly [number, number];
export const ALL: readonly Range[] = [[0, 0x10ffff]];

const CONTINUATION: Range = [0x80, 0xbf];
/** Well-formed UTF-8 of more than one byte (Unicode's table 3-7): code points from, and the ranges of each byte. */
const FORMS: readonly (readonly [number, ...Range[]])[] = [
	[0x80, [0xc2, 0xdf], CONTINUATION],
	[0x800, [0xe0, 0xe0], [0xa0, 0xbf], CONTINUATION],
	[0x1000, [0xe1, 0xec], CONTINUATION, CONTINUATION],
	[0xd000, [0xed, 0xed], [0x80, 0x9f], CONTINUATION],
	[0xe000, [0xee, 0xef], CONTINUATION, CONTINUATION],
	[0x10000, [0xf0, 0xf0], [0x90, 0xbf], CONTINUATION, CONTINUATION],
	[0x40000, [0xf1, 0xf3], CONTINUATION, CONTINUATION, CONTINUATION],
	[0x100000, [0xf4, 0xf4], [0x80, 0x8f], CONTINUATION, CONTINUATION],
];
/** Where UTF-8 changes its length, or the ranges of its second byte. */
const SEAMS = [0x80, 0x800, 0x1000, 0xd000, 0xd800, 0xe000, 0x10000, 0x40000, 0x100000, 0x110000];

const SHORT: Readonly<Record<string, string>> = {
	'"': '\\"',
	'\\': '\\\\',
	'\b': '\\b',
	'\f': '\\f',
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
};
const HEX = byteOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);
const ESCAPED = sequence(
	literal('\\'),
	choice(
		...['"', '\\', '/', 'b', 'f', 'n', 'r', 't'].map(literal),
		sequence(
			literal('u'),
			choice(
				sequence(byteOf([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]), HEX, HEX, HEX),
				sequence(byteOf([0x44, 0x44], [0x64, 0x64]), byteOf([0x30, 0x37]), HEX, HEX),
			),
		),
	),
);
const WRITTEN = byteOf([0x20, 0x21], [0x23, 0x5b], [0x5d, 0x7f]);

/** Any character, as it stands or escaped. */
export const ANY_CHARACTER: Node = choice(WRITTEN, ...FORMS.map(([, ...bytes]) => sequence(...bytes.map((one) => byteOf(one)))), ESCAPED);

/** One character out of ranges, written in the shortest way. */
export function characterOf(ranges: readonly Range[]): Node {
	const plain: Range[] = [];
	const others: Node[] = [];
	for (const [first, last] of normal(ranges)) {
		for (let code = first; code <= Math.min(last, 0x7f); code++) {
			const text = String.fromCharCode(code);
			if (SHORT[text] !== undefined) others.push(literal(SHORT[text]));
			else if (code < 0x20) others.push(literal(`\\u${code.toString(16).padStart(4, '0')}`));
			else plain.push([code, code]);
		}
		for (let from = Math.max(first, 0x80); from <= last; ) {
			const to = Math.min(last, SEAMS.find((seam) => seam > from)! - 1);
			if (from < 0xd800 || from > 0xdfff) others.push(...utf8(from, to));
			from = to + 1;
		}
	}
	return choice(...(plain.length > 0 ? [byteOf(...plain)] : []), ...others);
}

/** Code points between two seams → sequences of byte ranges. */
function utf8(from: number, to: number): Node[] {
	const length = from < 0x800 ? 2 : from < 0x10000 ? 3 : 4;
	const bytes = (code: number) => {
		const out = Array.from({ length }, (_, i) => 0x80 | ((code >> (6 * (length - 1 - i))) & 0x3f));
		out[0] = [0, 0, 0xc0, 0xe0, 0xf0][length]! | (code >> (6 * (length - 1)));
		return out;
	};
	/** Bytes from a to b, in the order of numbers: the first alone where it is the same, else its ends apart from its middle. */
	const between = (a: readonly number[], b: readonly number[]): Node[][] => {
		const [[a0, ...a1], [b0, ...b1]] = [a, b] as [[number, ...number[]], [number, ...number[]]];
		if (a1.length === 0) return [[byteOf([a0, b0])]];
		const lowest = a1.map(() => 0x80);
		const highest = a1.map(() => 0xbf);
		const behind = (head: Range, tails: Node[][]) => tails.map((tail) => [byteOf(head), ...tail]);
		if (a0 === b0) return behind([a0, a0], between(a1, b1));
		const out: Node[][] = [];
		let [low, high] = [a0, b0];
		if (a1.some((byte, i) => byte !== lowest[i])) out.push(...behind([low, low++], between(a1, highest)));
		if (b1.some((byte, i) => byte !== highest[i])) out.push(...behind([high, high--], between(lowest, b1)));
		if (low <= high) out.push(...behind([low, high], between(lowest, highest)));
		return out;
	};
	return between(bytes(from), bytes(to)).map((parts) => sequence(...parts));
}

/** Sorted, and joined where they touch. */
export function normal(ranges: readonly Range[]): Range[] {
	const out: [number, number][] = [];
	for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
		const before = out.at(-1);
		if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
		else out.push([first, last]);
	}
	return out;
}

/** All code points that are in none. */
export function outside(ranges: readonly Range[]): Range[] {
	const out: Range[] = [];
	let from = 0;
	for (const [first, last] of normal(ranges)) {
		if (first > from) out.push([from, first - 1]);
		from = last + 1;
	}
	if (from <= 0x10ffff) out.push([from, 0x10ffff]);
	return out;
}
