// The plain twins of kernels/rows.ts: what scoring a row means. Sums in float64, rounded once to float32.
// Formats: ggml/src/ggml-common.h (block_q8_0), IEEE 754 half, bfloat16.

import { bfloat, half } from './halves.ts';

/** (table, rows, width, query, scores): scores[r] = Σ row r · query. */
type Score = (table: number, rows: number, width: number, query: number, scores: number) => void;
/** (table, rows, width, squares): squares[r] = Σ (row r)². */
type Squares = (table: number, rows: number, width: number, squares: number) => void;

export interface RowKernels {
	/** Query float32 in stored order. Width a multiple of 4. */
	readonly scoreF32: Score;
	/** Query float32 × 2^64, of each 8 values the odd ones and then the even ones. Width a multiple of 8. */
	readonly scoreF16: Score;
	/** Query float32, of each 8 values the odd ones and then the even ones. Width a multiple of 8. */
	readonly scoreBF16: Score;
	/** Query int16 in stored order. Width a multiple of 32. */
	readonly scoreQ8_0: Score;
	readonly squaresF32: Squares;
	readonly squaresF16: Squares;
	readonly squaresBF16: Squares;
	readonly squaresQ8_0: Squares;
	/** Reads `bytes` (a multiple of 128) and gives the sum of their int32 words: a measure of the machine's reading speed. */
	readAll(pointer: number, bytes: number): number;
}

export function scalarRows(memory: WebAssembly.Memory): RowKernels {
	const floats = (): Float32Array => new Float32Array(memory.buffer);
	const words = (): Uint16Array => new Uint16Array(memory.buffer);
	const bytes = (): Int8Array => new Int8Array(memory.buffer);

	/** value(r, i) → the two functions of a type. `place` is where the query keeps value i. */
	const pair = (
		reader: (table: number, width: number) => (r: number, i: number) => number,
		queryAt: (query: number) => (i: number) => number,
	): [Score, Squares] => [
		(table, rows, width, query, scores) => {
			const value = reader(table, width);
			const q = queryAt(query);
			const out = floats();
			for (let r = 0; r < rows; r++) {
				let sum = 0;
				for (let i = 0; i < width; i++) sum += value(r, i) * q(i);
				out[scores / 4 + r] = sum;
			}
		},
		(table, rows, width, squares) => {
			const value = reader(table, width);
			const out = floats();
			for (let r = 0; r < rows; r++) {
				let sum = 0;
				for (let i = 0; i < width; i++) sum += value(r, i) ** 2;
				out[squares / 4 + r] = sum;
			}
		},
	];

	/** Value i of a query in stored order. */
	const stored = (query: number): ((i: number) => number) => {
		const data = floats();
		return (i) => data[query / 4 + i]!;
	};
	/** Value i of a query whose odd values stand before the even ones in each 8. */
	const oddFirst =
		(factor: number) =>
		(query: number): ((i: number) => number) => {
			const data = floats();
			return (i) => data[query / 4 + (i & ~7) + (i & 1 ? 0 : 4) + ((i & 7) >> 1)]! * factor;
		};
	const whole = (query: number): ((i: number) => number) => {
		const data = new Int16Array(memory.buffer);
		return (i) => data[query / 2 + i]!;
	};

	const [scoreF32, squaresF32] = pair((table, width) => {
		const data = floats();
		return (r, i) => data[table / 4 + r * width + i]!;
	}, stored);
	const [scoreF16, squaresF16] = pair(
		(table, width) => {
			const data = words();
			return (r, i) => half(data[table / 2 + r * width + i]!);
		},
		oddFirst(2 ** -64),
	);
	const [scoreBF16, squaresBF16] = pair((table, width) => {
		const data = words();
		return (r, i) => bfloat(data[table / 2 + r * width + i]!);
	}, oddFirst(1));
	const [scoreQ8_0, squaresQ8_0] = pair((table, width) => {
		const scales = words();
		const quants = bytes();
		return (r, i) => {
			const block = table + ((r * width + i) >> 5) * 34;
			return half(scales[block / 2]!) * quants[block + 2 + (i & 31)]!;
		};
	}, whole);

	return {
		scoreF32,
		squaresF32,
		scoreF16,
		squaresF16,
		scoreBF16,
		squaresBF16,
		scoreQ8_0,
		squaresQ8_0,
		readAll(pointer, length) {
			const data = new Int32Array(memory.buffer, pointer, length / 4);
			let sum = 0;
			for (const word of data) sum = (sum + word) | 0;
			return sum;
		},
	};
}
