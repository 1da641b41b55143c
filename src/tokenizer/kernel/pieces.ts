// Text → the pieces that a well-known pattern cuts it into, as bytes, by the tokenizer's kernel. Trainers count them.

import { base64Bytes } from '../../compute/base64.ts';
import wasm from '../../compute/generated/tokenizer-simd.ts';
import { SPLITTER, type Splitter } from '../regex/splitters.ts';
import { classTable } from '../unicode/categories.ts';

interface Kernel {
	setClasses(index: number, blocks: number): void;
	pieces(splitter: number, from: number, end: number, out: number): number;
}

const PAGE = 65536;
/** Below lies what the compiler keeps for itself. */
const START = 1024;
/** The kernel reads whole words past the end of a text. */
const SLACK = 16;

export interface Pieces {
	/** The text as the kernel has it; the next call overwrites it. */
	readonly bytes: Uint8Array;
	/** Where each piece ends in `bytes`; the first begins at `start`. */
	readonly ends: Uint32Array;
	readonly start: number;
}

/**
 * A function that cuts UTF-8 text, line by line: a line is split by itself, together with its line feed.
 *
 *     gpt2: 'I love you.\nSo\n' → 'I' ' love' ' you' '.' '\n' | 'So' '\n'
 *
 * @throws whatever WebAssembly throws where it is forbidden or lacks SIMD
 */
export function createPieceSplitter(splitter: Splitter): (text: Uint8Array) => Pieces {
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
	const module = new WebAssembly.Module(base64Bytes(wasm));
	const kernel = new WebAssembly.Instance(module, { env: { memory, abort: () => {} } }).exports as unknown as Kernel;
	let top = START;
	const reserve = (byteLength: number): number => {
		const at = (top + 15) & ~15;
		top = at + byteLength + SLACK;
		const missing = top - memory.buffer.byteLength;
		if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
		return at;
	};
	const { index, blocks } = classTable();
	const [indexAt, blocksAt] = [reserve(index.byteLength), reserve(blocks.byteLength)];
	for (const [at, table] of [
		[indexAt, index],
		[blocksAt, blocks],
	] as const)
		new Uint8Array(memory.buffer, at, table.byteLength).set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
	kernel.setClasses(indexAt, blocksAt);
	const floor = top;
	return (text) => {
		top = floor;
		const start = reserve(text.length);
		const endsAt = reserve(text.length * 4);
		new Uint8Array(memory.buffer, start, text.length).set(text);
		const count = kernel.pieces(SPLITTER[splitter], start, start + text.length, endsAt);
		return { bytes: new Uint8Array(memory.buffer, 0, start + text.length), ends: new Uint32Array(memory.buffer, endsAt, count), start };
	};
}
