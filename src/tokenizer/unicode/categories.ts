// General categories by the references' Unicode version, for splitting: the same answer in every JavaScript engine.

import { CATEGORIES, CATEGORY_RUNS } from './data.ts';

/** Class bits that the splitting rules ask for (kernels/tokenizer.ts has the same numbers). */
const UPPER = 1;
const LOWER = 2;
const OTHER_LETTER = 4;
const MARK = 8;
const NUMBER = 16;
const SPACE = 32;
const NEWLINE = 64;

/** Unicode's White_Space, closed since Unicode 6.3. */
const SPACES = [
	9,
	10,
	11,
	12,
	13,
	0x20,
	0x85,
	0xa0,
	0x1680,
	0x2028,
	0x2029,
	0x202f,
	0x205f,
	0x3000,
	...Array.from({ length: 11 }, (_, i) => 0x2000 + i),
];

/** Calls `visit` with every run of one category, in order. */
function eachRun(visit: (category: number, from: number, to: number) => void): void {
	const packed = atob(CATEGORY_RUNS);
	let point = 0;
	for (let i = 0; i < packed.length; ) {
		let length = 0;
		for (let shift = 0; ; shift += 7) {
			const byte = packed.charCodeAt(i++);
			length |= (byte & 0x7f) << shift;
			if (byte < 0x80) break;
		}
		visit(packed.charCodeAt(i++), point, point + length);
		point += length;
	}
}

/** Class bits in two levels: those of a code point stand at blocks[index[point >> 7] · 128 + (point & 127)]. */
export interface ClassTable {
	/** 8,704 block numbers. */
	readonly index: Uint16Array;
	readonly blocks: Uint8Array;
}

const BLOCK = 128;
/** Blocks that are all of one class are shared; Unicode 16 has 251 others, and a list of runs that asks for four times as many is not Unicode's. */
const MAX_BLOCKS = 1024;

export function classTable(): ClassTable {
	const bits = CATEGORIES.map((name) => {
		if (name === 'Lu' || name === 'Lt') return UPPER;
		if (name === 'Ll') return LOWER;
		return name[0] === 'L' ? OTHER_LETTER : name[0] === 'M' ? MARK : name[0] === 'N' ? NUMBER : 0;
	});
	const index = new Uint16Array(0x110000 / BLOCK);
	const blocks = new Uint8Array(MAX_BLOCKS * BLOCK);
	// Block 0 is ASCII's: the kernel reads it without the index. Then one block a class, made when the first run fills a block.
	let count = 1;
	const uniform = new Map<number, number>();
	const own = (block: number): number => (block === 0 ? 0 : (index[block] ||= count++));
	eachRun((category, from, to) => {
		const value = bits[category]!;
		for (let at = from; at < to; ) {
			const block = Math.floor(at / BLOCK);
			const end = Math.min(to, (block + 1) * BLOCK);
			if (end - at === BLOCK && block > 0) {
				let number = uniform.get(value);
				if (number === undefined) {
					number = count++;
					uniform.set(value, number);
					blocks.fill(value, number * BLOCK, (number + 1) * BLOCK);
				}
				index[block] = number;
			} else if (value !== 0 || index[block] === 0) {
				const start = own(block) * BLOCK + (at % BLOCK);
				blocks.fill(value, start, start + end - at);
			}
			at = end;
		}
	});
	for (const point of SPACES) blocks[index[point >> 7]! * BLOCK + (point % BLOCK)] = point === 10 || point === 13 ? SPACE | NEWLINE : SPACE;
	return { index, blocks: blocks.slice(0, count * BLOCK) };
}

const members = new Map<string, string>();

/** The code points of a general category ('Lu') or a group of them ('L'), as members of a regex class; undefined for other names. */
export function categoryMembers(name: string): string | undefined {
	const wanted = CATEGORIES.map((category) => category === name || (name.length === 1 && category !== 'Other' && category[0] === name));
	if (!wanted.includes(true) || name === 'Other') return undefined;
	const known = members.get(name);
	if (known !== undefined) return known;
	let out = '';
	let open = -1;
	const hex = (point: number): string => `\\u{${point.toString(16)}}`;
	eachRun((category, from, to) => {
		if (wanted[category] && open < 0) open = from;
		if (open >= 0 && (!wanted[category] || to === 0x110000)) {
			const last = wanted[category] ? to - 1 : from - 1;
			out += open === last ? hex(open) : `${hex(open)}-${hex(last)}`;
			open = -1;
		}
	});
	members.set(name, out);
	return out;
}
