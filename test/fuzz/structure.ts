// Damage that knows its file: the places where lengths, counts, offsets and ids stand, and the tree of a JSON text.

import { memorySource } from '../../src/bytes/memory.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import type { RandomBelow } from '../random.ts';
import { inserted, LENGTHS } from './mutate.ts';

export type Damage = (random: RandomBelow) => Uint8Array;

/** Damage to the structure of an undamaged file; undefined where its kind has none that is known here. */
export async function structureOf(name: string, bytes: Uint8Array): Promise<Damage | undefined> {
	if (name.endsWith('.json')) {
		const text = new TextDecoder().decode(bytes);
		return (random) => new TextEncoder().encode(damagedJson(text, random));
	}
	if (name.endsWith('.safetensors')) {
		const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
		const header = new TextDecoder().decode(bytes.subarray(8, 8 + size));
		return (random) => {
			const json = new TextEncoder().encode(damagedJson(header, random));
			const out = inserted(bytes, 8, size, json);
			new DataView(out.buffer).setBigUint64(0, random(8) ? BigInt(json.length) : LENGTHS[random(LENGTHS.length)]!, true);
			return out;
		};
	}
	if (name.endsWith('.gguf')) return numbersAt(bytes, await ggufNumbers(name, bytes));
	if (name.endsWith('.model')) {
		const places = protobufPlaces(bytes, 0, bytes.length, 3);
		return (random) => {
			const { at, length } = places[random(places.length)]!;
			return inserted(bytes, at, length, varint(LENGTHS[random(LENGTHS.length)]!));
		};
	}
	return undefined;
}

interface NumberPlace {
	readonly at: number;
	readonly size: 4 | 8;
}

function numbersAt(bytes: Uint8Array, places: readonly NumberPlace[]): Damage {
	return (random) => {
		const out = bytes.slice();
		const view = new DataView(out.buffer);
		for (let i = random(3); i >= 0; i--) {
			const { at, size } = places[random(places.length)]!;
			const value = LENGTHS[random(LENGTHS.length)]!;
			if (size === 8) view.setBigUint64(at, value, true);
			else view.setUint32(at, Number(value & 0xffffffffn), true);
		}
		return out;
	};
}

/** Counts; of each key its length, type, and the length or count of its value; of each tensor everything behind its name. */
async function ggufNumbers(name: string, bytes: Uint8Array): Promise<NumberPlace[]> {
	const { entries, tensors, version } = await readGguf(memorySource(name, bytes));
	const places: NumberPlace[] = [
		{ at: 4, size: 4 },
		{ at: 8, size: 8 },
		{ at: 16, size: 8 },
	];
	if (version < 2) return places;
	const utf8 = new TextEncoder();
	let end = 24;
	for (const [key, { type, byteOffset, byteLength }] of entries) {
		places.push({ at: byteOffset - utf8.encode(key).length - 8, size: 8 }, { at: byteOffset, size: 4 });
		if (type === 'string') places.push({ at: byteOffset + 4, size: 8 });
		else if (type === 'array')
			places.push({ at: byteOffset + 4, size: 4 }, { at: byteOffset + 8, size: 8 }, { at: byteOffset + 16, size: 8 });
		else if (byteLength >= 8) places.push({ at: byteOffset + 4, size: 4 });
		end = byteOffset + byteLength;
	}
	for (const [tensor, { shape }] of tensors) {
		places.push({ at: end, size: 8 });
		const rank = end + 8 + utf8.encode(tensor).length;
		places.push({ at: rank, size: 4 });
		for (let d = 0; d < shape.length; d++) places.push({ at: rank + 4 + 8 * d, size: 8 });
		const type = rank + 4 + 8 * shape.length;
		places.push({ at: type, size: 4 }, { at: type + 4, size: 8 });
		end = type + 12;
	}
	return places.filter(({ at, size }) => at + size <= bytes.length);
}

/** Where tags, lengths and whole numbers of a protocol buffer message stand, and of the messages in it. */
function protobufPlaces(bytes: Uint8Array, from: number, to: number, depth: number): { at: number; length: number }[] {
	const places: { at: number; length: number }[] = [];
	const read = (at: number): { value: number; length: number } => {
		let value = 0;
		let length = 0;
		do value += (bytes[at + length]! & 0x7f) * 2 ** (7 * length);
		while (bytes[at + length++]! >= 0x80 && at + length < to);
		return { value, length };
	};
	for (let at = from; at < to; ) {
		const tag = read(at);
		places.push({ at, length: tag.length });
		at += tag.length;
		const wire = tag.value & 7;
		if (wire === 5 || wire === 1) {
			at += wire === 5 ? 4 : 8;
			continue;
		}
		if (wire !== 0 && wire !== 2) return [];
		const number = read(at);
		places.push({ at, length: number.length });
		at += number.length;
		if (wire !== 2) continue;
		if (at + number.value > to) return [];
		if (depth > 0) places.push(...protobufPlaces(bytes, at, at + number.value, depth - 1));
		at += number.value;
	}
	return places;
}

function varint(value: bigint): Uint8Array {
	const out: number[] = [];
	for (let left = value; ; left >>= 7n) {
		out.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
		if (left <= 0x7fn) return Uint8Array.from(out);
	}
}

/** What a value of a JSON text may become. */
const VALUES: readonly string[] = [
	'null',
	'true',
	'0',
	'-1',
	'1.5',
	'1e308',
	'1e999',
	'65536',
	'4194303',
	'2147483648',
	'4294967296',
	'9007199254740993',
	'1152921504606846976',
	'18446744073709551615',
	'""',
	'"a"',
	'"\\u0000"',
	'"\\ud800"',
	'"__proto__"',
	`"${'x'.repeat(5000)}"`,
	'"(a+)+$"',
	'"\\\\p{Nope}"',
	'"[["',
	'"/../../etc/passwd"',
	'[]',
	'{}',
	'[[]]',
	'[0]',
	'["a"]',
	'[["a", 1]]',
	'{"a": 0}',
	'{"type": "Sequence"}',
	'{"__proto__": {}}',
	'['.repeat(100) + ']'.repeat(100),
];

interface JsonPlace {
	readonly from: number;
	readonly to: number;
}

/** The places of all values of a JSON text, and of its keys. */
function jsonPlaces(text: string): { readonly values: JsonPlace[]; readonly keys: JsonPlace[] } {
	const values: JsonPlace[] = [];
	const keys: JsonPlace[] = [];
	const open: number[] = [];
	for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]|-?[\d.eE+-]+|true|false|null/g)) {
		const to = index + token.length;
		if (token === '[' || token === '{') open.push(index);
		else if (token === ']' || token === '}') values.push({ from: open.pop()!, to });
		else if (token[0] === '"' && /^\s*:/.test(text.slice(to, to + 8))) keys.push({ from: index, to });
		else values.push({ from: index, to });
	}
	return { values, keys };
}

const known = new Map<string, ReturnType<typeof jsonPlaces>>();

/** One value replaced, by a hostile one or by another of the text's own; or a key. */
function damagedJson(text: string, random: RandomBelow): string {
	const places = known.get(text) ?? jsonPlaces(text);
	known.set(text, places);
	// The outer values, which give the rest its sense, stand last: they are chosen as often as all that lies in them.
	const { values, keys } = places;
	const outer = values.filter(({ from, to }) => to - from > 40);
	const any = <T>(list: readonly T[]): T => list[random(list.length)]!;
	const place = random(6) === 0 && keys.length > 0 ? any(keys) : random(2) && outer.length > 0 ? any(outer) : any(values);
	const other = any(random(4) === 0 && keys.length > 0 ? keys : values);
	const piece = random(3) ? any(VALUES) : text.slice(other.from, other.to);
	return text.slice(0, place.from) + piece + text.slice(place.to);
}
