// The tokenizer kernel's host: lays out its memory, hands it text in bounded chunks, takes tokens out.
// Twin of bpe.ts over regex splitting; kernels/tokenizer.ts says what stands where.

import { base64Bytes } from '../../compute/base64.ts';
import wasm from '../../compute/generated/tokenizer-simd.ts';
import type { BpeTables } from '../models/bpe-tables.ts';
import { CODE_POINT_TO_BYTE } from '../models/byte-level.ts';
import { SPLITTER, type Splitter } from '../regex/splitters.ts';
import type { BpeSpec } from '../spec.ts';
import { type ClassTable, classTable } from '../unicode/categories.ts';
import { crowded } from '../vocabulary.ts';
import type { TokenSink } from './token-buffer.ts';

interface Kernel {
	setClasses(index: number, blocks: number): void;
	setVocabulary(bytes: number, offsets: number, slots: number, mask: number): void;
	setMerges(pairs: number, pairMask: number, ranks: number): void;
	setModel(
		states: number,
		byteIds: number,
		takeWhole: number,
		characters: number,
		fallback: number,
		unknown: number,
		fuse: number,
		cache: number,
	): void;
	setBuffers(ids: number, ends: number, work: number): void;
	setEnds(ends: number): void;
	build(size: number, reach: number): number;
	buildPairs(bytes: number, offsets: number, total: number, paired: number, alphabet: number, scratch: number): number;
	encode(splitter: number, from: number, end: number, final: number): number;
	ranges(from: number, to: number, unit: number, out: number): number;
	count(): number;
}

/** UTF-16 units handed over at once: small enough for a CPU's second-level cache together with its tokens. */
const CHUNK_UNITS = 1 << 15;
/** The kernel reads whole words: this many bytes past the end of any text or table. */
const SLACK = 16;
const PAGE = 65536;
/** Work memory of merging, a byte of the piece: a symbol has 16, its two heap entries 16; and one more symbol. */
const WORK_BYTES = 32;

/** What the kernel writes where there is no unknown token: −1. */
const NO_TOKEN = 0xffffffff;
/** 16,384 pieces of 128 bytes. */
const CACHE_BYTES = 1 << 21;

export interface KernelBpe {
	/** Appends the tokens of `text`. `ends`: units of each piece, when the host has split. `unit`: the first unit's number in ranges. */
	encode(text: string, splitter: Splitter, out: TokenSink, unit: number, withRanges: boolean, ends?: Uint32Array): void;
}

let compiled: WebAssembly.Module | undefined;
let classes: ClassTable | undefined;
const encoder = new TextEncoder();

/** @throws whatever WebAssembly throws where it is forbidden or lacks SIMD: the caller then stays with TypeScript. */
export function createKernelBpe(spec: BpeSpec, tables: BpeTables): KernelBpe {
	compiled ??= new WebAssembly.Module(base64Bytes(wasm));
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
	const kernel = new WebAssembly.Instance(compiled, { env: { memory, abort: () => {} } }).exports as unknown as Kernel;

	// Below 1 KB lies what the compiler keeps for itself.
	let top = 1024;
	const reserve = (byteLength: number): number => {
		const at = (top + 15) & ~15;
		top = at + byteLength + SLACK;
		const missing = top - memory.buffer.byteLength;
		if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
		return at;
	};
	const put = (data: Uint8Array | Uint16Array | Int16Array | Int32Array | Uint32Array): number => {
		const at = reserve(data.byteLength);
		new Uint8Array(memory.buffer, at, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
		return at;
	};

	classes ??= classTable();
	kernel.setClasses(put(classes.index), put(classes.blocks));
	const { surface } = tables;
	let slots = 64;
	while (slots < surface.size * 2) slots *= 2;
	const slotsAt = reserve(slots * 16);
	kernel.setVocabulary(put(surface.bytes), put(surface.offsets), slotsAt, slots - 1);
	const { merges } = spec;
	const table = merges.type === 'lines' || merges.type === 'pairs' ? merges.table : undefined;
	const total = table ? (merges.type === 'pairs' ? table.length >> 1 : table.length) : 0;
	let pairSlots = 64;
	while (pairSlots < total * 2) pairSlots *= 2;
	const pairsAt = table ? reserve(pairSlots * 16) : 0;
	kernel.setMerges(pairsAt, pairSlots - 1, tables.ranks ? put(tables.ranks) : 0);
	kernel.setModel(
		reserve(surface.size),
		put(spec.alphabet === 'characters' ? tables.byteIds : tables.firstIds),
		spec.ignore_merges ? 1 : 0,
		spec.alphabet === 'characters' ? 1 : 0,
		spec.byte_fallback ? 1 : 0,
		spec.unknown ?? -1,
		spec.fuse_unk || merges.type === 'scores' ? 1 : 0,
		reserve(CACHE_BYTES),
	);
	// What follows is needed for building only: chunks will be laid over it.
	const floor = top;
	if (!kernel.build(surface.size, put(tables.reachable))) throw crowded();
	if (table) {
		let longest = 0;
		const step = merges.type === 'pairs' ? 2 : 1;
		for (let i = 0; i + step <= table.length; i += step) longest = Math.max(longest, table.offsets[i + step]! - table.offsets[i]!);
		const [bytesAt, offsetsAt] = [put(table.bytes), put(table.offsets)];
		const alphabetAt = spec.alphabet === 'byte-level' ? put(CODE_POINT_TO_BYTE) : 0;
		const scratchAt = reserve(longest);
		new Uint8Array(memory.buffer, pairsAt, pairSlots * 16).fill(0xff);
		if (!kernel.buildPairs(bytesAt, offsetsAt, total, step - 1, alphabetAt, scratchAt)) throw crowded();
	}
	top = floor;

	// Text, ids, ends, ranges, piece ends and work memory, for a chunk of `capacity` bytes.
	let capacity = 0;
	let textAt = 0;
	let idsAt = 0;
	let rangesAt = 0;
	let endsAt = 0;
	const makeRoom = (wanted: number): void => {
		if (wanted <= capacity) return;
		const kept = capacity === 0 ? undefined : new Uint8Array(memory.buffer, textAt, capacity).slice();
		capacity = wanted;
		top = floor;
		textAt = reserve(capacity);
		idsAt = reserve(capacity * 4);
		const tokenEndsAt = reserve(capacity * 4);
		rangesAt = reserve(capacity * 8);
		endsAt = reserve(capacity * 4);
		kernel.setBuffers(idsAt, tokenEndsAt, reserve((capacity + 1) * WORK_BYTES));
		if (kept) new Uint8Array(memory.buffer, textAt, kept.length).set(kept);
	};

	return {
		encode(text, splitter, out, unit, withRanges, ends) {
			if (capacity > CHUNK_UNITS * 16) capacity = 0;
			makeRoom(CHUNK_UNITS * 3);
			let read = 0;
			let held = 0;
			let at = unit;
			let nextEnd = 0;
			while (read < text.length || held > 0) {
				// A piece that is longer than what was there: twice as much the next time, so that re-reading it stays linear.
				let take = Math.min(text.length - read, Math.max(CHUNK_UNITS, held));
				if (ends) take = wholePieces(ends, nextEnd, take);
				else if (read + take < text.length && (text.charCodeAt(read + take - 1) & 0xfc00) === 0xd800) take--;
				makeRoom(held + take * 3);
				const bytes = new Uint8Array(memory.buffer, textAt, capacity);
				const chunk = take === text.length ? text : text.substring(read, read + take);
				const { written } = encoder.encodeInto(chunk, bytes.subarray(held));
				if (ends) {
					const from = nextEnd;
					for (let units = 0; units < take; nextEnd++) units += ends[nextEnd]!;
					new Uint32Array(memory.buffer, endsAt, nextEnd - from).set(ends.subarray(from, nextEnd));
					kernel.setEnds(endsAt);
				}
				read += take;
				const final = read === text.length || ends ? 1 : 0;
				const end = textAt + held + written;
				let p = textAt;
				while (p < end) {
					const to = kernel.encode(SPLITTER[splitter], p, end, final);
					const count = kernel.count();
					if (withRanges) at = kernel.ranges(p, to, at, rangesAt);
					const ids = new Uint32Array(memory.buffer, idsAt, count);
					const ranges = withRanges ? new Uint32Array(memory.buffer, rangesAt, count * 2) : undefined;
					if (spec.unknown === undefined && ids.includes(NO_TOKEN)) appendKnown(ids, ranges, out);
					else out.append(ids, ranges);
					if (to === p) break;
					p = to;
				}
				held = end - p;
				if (held > 0) new Uint8Array(memory.buffer).copyWithin(textAt, p, end);
			}
		},
	};
}

/** Without an unknown token, what is unknown vanishes (model.rs). */
function appendKnown(ids: Uint32Array, ranges: Uint32Array | undefined, out: TokenSink): void {
	for (const [i, id] of ids.entries()) if (id !== NO_TOKEN) out.push(id, ranges?.[2 * i] ?? 0, ranges?.[2 * i + 1] ?? 0);
}

/** Units of as many whole pieces as fit in `units`, one at least. */
function wholePieces(ends: Uint32Array, from: number, units: number): number {
	let take = ends[from]!;
	for (let i = from + 1; i < ends.length && take + ends[i]! <= units; i++) take += ends[i]!;
	return take;
}
