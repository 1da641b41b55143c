// Tables of many strings (vocabularies, merges): unpacked from a file's form, searched for the few that are needed.
// The definition in TypeScript, and the same in WebAssembly (kernels/strings.ts), which does not wait for an engine to find out what is hot.

import { base64Bytes } from './base64.ts';
import wasm from './generated/strings-simd.ts';

/** String i is the bytes from offsets[i] to offsets[i + 1]. */
export interface Strings {
	readonly bytes: Uint8Array;
	readonly offsets: Uint32Array;
}

export interface StringKernels {
	/** `count` times [length u64, bytes], which must fill `raw` exactly; undefined where they do not. */
	unpack(raw: Uint8Array, count: number): Strings | undefined;
	/** Places of the strings of `least` (1 or more) to `most` bytes whose last byte has a 1 in `lasts`. */
	select(strings: Strings, wanted: { readonly least: number; readonly most: number; readonly lasts: Uint8Array }): Uint32Array;
	/**
	 * Every `step`th place whose `step` strings, joined, have only neighbouring bytes that `pairs` has (first · 256 + second → 1).
	 * A `prefix` at the beginning does not count, nor the first byte `gap` behind the first byte.
	 */
	standing(strings: Strings, among: Neighbours): Uint32Array;
}

export interface Neighbours {
	readonly pairs: Uint8Array;
	readonly step: number;
	readonly prefix: Uint8Array;
	/** −1: none. */
	readonly gap: number;
}

export const scalarStrings: StringKernels = {
	unpack(raw, count) {
		const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
		if (raw.length < 8 * count) return undefined;
		const bytes = new Uint8Array(raw.length - 8 * count);
		const offsets = new Uint32Array(count + 1);
		let from = 0;
		let to = 0;
		for (let i = 1; i <= count; i++) {
			if (raw.length - from < 8) return undefined;
			const length = view.getUint32(from, true) + view.getUint32(from + 4, true) * 2 ** 32;
			from += 8;
			if (length > raw.length - from || length > bytes.length - to) return undefined;
			bytes.set(raw.subarray(from, from + length), to);
			from += length;
			to += length;
			offsets[i] = to;
		}
		return from === raw.length ? { bytes, offsets } : undefined;
	},
	select({ bytes, offsets }, { least, most, lasts }) {
		const found: number[] = [];
		for (let i = 0; i + 1 < offsets.length; i++) {
			const length = offsets[i + 1]! - offsets[i]!;
			if (length >= least && length <= most && lasts[bytes[offsets[i + 1]! - 1]!] !== 0) found.push(i);
		}
		return Uint32Array.from(found);
	},
	standing({ bytes, offsets }, { pairs, step, prefix, gap }) {
		const found: number[] = [];
		for (let i = 0; i + step < offsets.length; i += step) {
			const end = offsets[i + step]!;
			let at = offsets[i]!;
			if (prefix.length > 0 && end - at >= prefix.length && prefix.every((byte, j) => bytes[at + j] === byte)) at += prefix.length;
			let open = gap;
			let last = bytes[at]!;
			for (at++; at < end; at++) {
				const byte = bytes[at]!;
				if (byte === open) {
					open = -1;
					continue;
				}
				if (pairs[(last << 8) | byte] === 0) break;
				last = byte;
			}
			if (at >= end) found.push(i);
		}
		return Uint32Array.from(found);
	},
};

interface Exports {
	unpack(raw: number, size: number, count: number, out: number, offsets: number): number;
	select(bytes: number, offsets: number, count: number, least: number, most: number, lasts: number, found: number): number;
	standing(
		bytes: number,
		offsets: number,
		count: number,
		step: number,
		pairs: number,
		prefix: number,
		prefixLength: number,
		gap: number,
		found: number,
	): number;
}

const PAGE = 65536;
/** The kernels read and write whole words. */
const SLACK = 8;

/** @throws whatever WebAssembly throws where it is forbidden. */
export function wasmStrings(): StringKernels {
	const module = new WebAssembly.Module(base64Bytes(wasm));
	/** Kernels on a memory of their own, which is gone after the call, and where each of `parts` (bytes, or a length of room) lies in it. */
	const lay = (...parts: readonly (Uint8Array | Uint32Array | number)[]) => {
		// Below 1 KB lies what the compiler keeps for itself.
		let top = 1024;
		const places = parts.map((part) => {
			const at = top;
			top = (top + (typeof part === 'number' ? part : part.byteLength) + SLACK + 7) & ~7;
			return at;
		});
		const memory = new WebAssembly.Memory({ initial: Math.ceil(top / PAGE), maximum: 65536 });
		for (const [i, part] of parts.entries()) {
			if (typeof part !== 'number')
				new Uint8Array(memory.buffer, places[i], part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
		}
		const kernels = new WebAssembly.Instance(module, { env: { memory, abort: () => {} } }).exports as unknown as Exports;
		return { kernels, places, buffer: memory.buffer };
	};
	return {
		unpack(raw, count) {
			const size = raw.length - 8 * count;
			if (size < 0) return undefined;
			const { kernels, places, buffer } = lay(raw, size, 4 * (count + 1));
			if (!kernels.unpack(places[0]!, raw.length, count, places[1]!, places[2]!)) return undefined;
			return {
				bytes: new Uint8Array(buffer.slice(places[1]!, places[1]! + size)),
				offsets: new Uint32Array(buffer.slice(places[2]!, places[2]! + 4 * (count + 1))),
			};
		},
		select({ bytes, offsets }, { least, most, lasts }) {
			const count = offsets.length - 1;
			const { kernels, places, buffer } = lay(bytes, offsets, lasts, 4 * count);
			const hits = kernels.select(places[0]!, places[1]!, count, least, most, places[2]!, places[3]!);
			return new Uint32Array(buffer.slice(places[3]!, places[3]! + 4 * hits));
		},
		standing({ bytes, offsets }, { pairs, step, prefix, gap }) {
			const count = offsets.length - 1;
			const { kernels, places, buffer } = lay(bytes, offsets, pairs, prefix, 4 * count);
			const [bytesAt, offsetsAt, pairsAt, prefixAt, foundAt] = places as [number, number, number, number, number];
			const hits = kernels.standing(bytesAt, offsetsAt, count, step, pairsAt, prefixAt, prefix.length, gap, foundAt);
			return new Uint32Array(buffer.slice(foundAt, foundAt + 4 * hits));
		},
	};
}

let chosen: StringKernels | undefined;

/** The kernels where WebAssembly may run, else their definition. */
export function stringKernels(): StringKernels {
	if (!chosen) {
		try {
			chosen = wasmStrings();
		} catch {
			chosen = scalarStrings;
		}
	}
	return chosen;
}
