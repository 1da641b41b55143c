// Tables of many strings inside a JSON text, read without a JavaScript value for each: kernels/json-tables.ts on the text's bytes. Declines
// (undefined) whatever is not of just the form that it reads: JSON.parse is its definition, and says what is wrong.

import { base64Bytes } from './base64.ts';
import wasm from './generated/json-tables-simd.ts';
import type { Strings } from './strings.ts';

export interface NumberedStrings {
	readonly strings: Strings;
	/** Of a list [["text", number], …]: the numbers. Of an object {"text": whole number below 2^22, …}: absent. */
	readonly scores?: Float64Array;
	/** A whole number for each: the object's, or its place in the list. */
	readonly numbers: Uint32Array;
	/** Which of the strings lies in each slot of a table by open addressing, −1 for none: tokenizer/vocabulary.ts. */
	readonly slots: Int32Array;
}

/** A value of the text: where it ends, and how many commas stand between its items. */
export interface Extent {
	readonly end: number;
	readonly commas: number;
}

export interface JsonTables {
	extent(from: number): Extent | undefined;
	/** {"text": whole number, …} or [["text", number], …] at `from`, no text twice. `slots`: a power of two, at least twice as many as texts. */
	numbered(from: number, extent: Extent, slots: number): NumberedStrings | undefined;
	/** ["left right", …] or [["left", "right"], …] at `from`: left and right by turns, each among the strings that `numbered` gave last. */
	merges(from: number, extent: Extent): Strings | undefined;
}

interface Exports {
	readonly commas: WebAssembly.Global<'i32'>;
	valueEnd(at: number): number;
	numbered(at: number, bytes: number, offsets: number, numbers: number, slots: number, mask: number): number;
	scored(at: number, bytes: number, offsets: number, numbers: number, slots: number, mask: number): number;
	merges(at: number, out: number, ends: number, bytes: number, offsets: number, slots: number, mask: number): number;
}

const PAGE = 65536;
/** Below lies what the compiler keeps for itself. */
const START = 1024;
/** Zeros behind everything: the text ends there, and whole words are read. */
const SLACK = 16;

const OPEN_LIST = 0x5b;
const latin1 = new TextDecoder('latin1');

/** The numbers that begin and end there, by turns. */
function parsed(text: Uint8Array, places: Uint32Array): Float64Array {
	const letters = latin1.decode(text);
	const numbers = new Float64Array(places.length / 2);
	for (let i = 0; i < numbers.length; i++) numbers[i] = Number(letters.slice(places[2 * i], places[2 * i + 1]));
	return numbers;
}

/** undefined where WebAssembly is forbidden. `text`: UTF-8. */
export function jsonTables(text: Uint8Array): JsonTables | undefined {
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
	let top = START;
	/** So many bytes, zeros. @throws RangeError beyond 4 GiB */
	const room = (bytes: number): number => {
		const at = top;
		top = (top + bytes + SLACK + 7) & ~7;
		const missing = Math.ceil((top - memory.buffer.byteLength) / PAGE);
		if (missing > 0) memory.grow(missing);
		return at;
	};
	const start = room(text.length);
	new Uint8Array(memory.buffer, start).set(text);
	let kernels: Exports;
	try {
		const module = new WebAssembly.Module(base64Bytes(wasm));
		kernels = new WebAssembly.Instance(module, { env: { memory, abort: () => {} } }).exports as unknown as Exports;
	} catch {
		return undefined;
	}
	const bytesAt = (at: number, length: number): Uint8Array => new Uint8Array(memory.buffer.slice(at, at + length));
	const wordsAt = (at: number, count: number): Uint32Array => new Uint32Array(memory.buffer.slice(at, at + 4 * count));
	const stringsAt = (at: number, offsets: number, count: number): Strings => {
		const ends = wordsAt(offsets, count + 1);
		return { bytes: bytesAt(at, ends[count]!), offsets: ends };
	};
	let known: readonly [bytes: number, offsets: number, slots: number, mask: number] | undefined;
	return {
		extent(from) {
			const end = kernels.valueEnd(start + from) - start;
			return end > from ? { end, commas: kernels.commas.value } : undefined;
		},
		numbered(from, { end, commas }, capacity) {
			const list = text[from] === OPEN_LIST;
			const [bytes, offsets, numbers] = [room(end - from), room(4 * (commas + 2)), room(8 * (commas + 1))];
			const slots = room(4 * capacity);
			new Int32Array(memory.buffer, slots, capacity).fill(-1);
			const count = kernels[list ? 'scored' : 'numbered'](start + from, bytes, offsets, numbers, slots, capacity - 1);
			if (count < 0) return undefined;
			known = [bytes, offsets, slots, capacity - 1];
			return {
				strings: stringsAt(bytes, offsets, count),
				...(list
					? {
							numbers: Uint32Array.from({ length: count }, (_, i) => i),
							scores: parsed(text.subarray(from, end), wordsAt(numbers, 2 * count)),
						}
					: { numbers: wordsAt(numbers, count) }),
				slots: new Int32Array(memory.buffer.slice(slots, slots + 4 * capacity)),
			};
		},
		merges(from, { end, commas }) {
			if (!known) return undefined;
			const [out, ends] = [room(end - from), room(4 * (2 * (commas + 1) + 1))];
			const count = kernels.merges(start + from, out, ends, ...known);
			return count < 0 ? undefined : stringsAt(out, ends, count);
		},
	};
}
