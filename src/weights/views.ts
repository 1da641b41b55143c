// Views: which values of which tensor a weight is. A matrix may be some rows of a fused tensor, a slice of a stack, or stored transposed.

import { TongsaError } from '../errors.ts';
import type { TensorInfo } from '../formats/checkpoint.ts';
import { readTensorBytes, rowByteLength } from '../formats/tensor-bytes.ts';
import { dtypeOf } from '../tensor/index.ts';

/** `count` rows: first, first + step, … */
export interface RowRange {
	readonly first: number;
	readonly count: number;
	readonly step: number;
}

/** An M × N matrix (rows × columns) inside a tensor. */
export interface MatrixView {
	readonly tensor: TensorInfo;
	/** M, N: how many values a row has. */
	readonly rows: number;
	readonly columns: number;
	/** Rows of the stored tensor, its leading dimensions counted together, that hold the matrix. Whole tensor when absent. */
	readonly slice?: { readonly first: number; readonly count: number } | undefined;
	/** The slice is (N', M') and is turned before rows are taken. */
	readonly transposed?: boolean | undefined;
	/** Rows of the slice, in order; all of them when absent. */
	readonly take?: readonly RowRange[] | undefined;
	/** Scales beside packed 4-bit values, where they are a tensor of their own. */
	readonly scales?: TensorInfo | undefined;
}

/** Values of a tensor, all or some of them in the order of `take`. */
export interface VectorView {
	readonly tensor: TensorInfo;
	readonly take?: readonly RowRange[];
}

/** Rows of a view as a view of its own. */
export function rowsOf(view: MatrixView, first: number, count: number): MatrixView {
	return view.transposed || view.take
		? { ...view, rows: count, take: takeRows(view.take ?? [{ first: 0, count: view.rows, step: 1 }], first, count) }
		: { ...view, rows: count, slice: { first: (view.slice?.first ?? 0) + first, count } };
}

function takeRows(ranges: readonly RowRange[], first: number, count: number): RowRange[] {
	const taken: RowRange[] = [];
	let skipped = 0;
	for (const range of ranges) {
		const from = Math.max(first - skipped, 0);
		const length = Math.min(range.count - from, first + count - skipped - from);
		if (length > 0) taken.push({ first: range.first + from * range.step, count: length, step: range.step });
		skipped += range.count;
	}
	return taken;
}

/** Reads and decodes the whole matrix: rows × columns float32 values. NaN and infinities are refused. */
export async function readMatrix(view: MatrixView, signal?: AbortSignal): Promise<Float32Array> {
	const data = view.scales ? await readPairPacked(view, view.scales, signal) : await readPlain(view, signal);
	return finite(data, view.tensor);
}

async function readPlain(view: MatrixView, signal?: AbortSignal): Promise<Float32Array> {
	const { tensor, rows, columns, transposed } = view;
	const slice = view.slice ?? { first: 0, count: tensorRows(tensor) };
	const take = view.take ?? [{ first: 0, count: rows, step: 1 }];
	if (transposed) {
		const raw = await readRowRange(tensor, slice.first, slice.count, signal); // (columns, M')
		const out = new Float32Array(rows * columns);
		const width = raw.length / columns;
		let m = 0;
		for (const { first, count, step } of take) {
			for (let r = 0; r < count; r++, m++) {
				for (let n = 0; n < columns; n++) out[m * columns + n] = raw[n * width + first + r * step]!;
			}
		}
		return out;
	}
	if (take.length === 1 && take[0]!.step === 1) return readRowRange(tensor, slice.first + take[0]!.first, rows, signal);
	const out = new Float32Array(rows * columns);
	let m = 0;
	for (const { first, count, step } of take) {
		const raw = await readRowRange(tensor, slice.first + first, (count - 1) * step + 1, signal);
		for (let r = 0; r < count; r++, m++) out.set(raw.subarray(r * step * columns, (r * step + 1) * columns), m * columns);
	}
	return out;
}

/** Values of 16 positive and negative numbers of 4 bits (E2M1), as the OCP Microscaling spec 1.0 lists them. */
const E2M1 = Float32Array.of(0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6);

/** Pairs of 4-bit values side by side (low half first) in (…, N / 32, 16) bytes, with a power of two per 32 in (…, N / 32) bytes. */
async function readPairPacked(view: MatrixView, scales: TensorInfo, signal?: AbortSignal): Promise<Float32Array> {
	const { tensor, rows, columns } = view;
	const blocks = columns / 32;
	const slice = view.slice!;
	const bytes = await readTensorBytes(tensor, slice.first * blocks * 16, slice.count * blocks * 16, signal);
	const exponents = await readTensorBytes(scales, slice.first * blocks, slice.count * blocks, signal);
	const out = new Float32Array(rows * columns);
	let m = 0;
	for (const { first, count, step } of view.take ?? [{ first: 0, count: rows, step: 1 }]) {
		for (let r = 0; r < count; r++, m++) {
			for (let b = 0; b < blocks; b++) {
				const block = (first + r * step) * blocks + b;
				const scale = 2 ** (exponents[block]! - 127);
				for (let j = 0; j < 16; j++) {
					const byte = bytes[block * 16 + j]!;
					const at = m * columns + b * 32 + 2 * j;
					out[at] = E2M1[byte & 15]! * scale;
					out[at + 1] = E2M1[byte >> 4]! * scale;
				}
			}
		}
	}
	return out;
}

function tensorRows(tensor: TensorInfo): number {
	return tensor.shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

/** Decoded rows [first, first + count) of a tensor, its leading dimensions counted together. */
async function readRowRange(tensor: TensorInfo, first: number, count: number, signal?: AbortSignal): Promise<Float32Array> {
	const dtype = dtypeOf(tensor.dtype);
	const rowBytes = rowByteLength(tensor);
	const bytes = await readTensorBytes(tensor, first * rowBytes, count * rowBytes, signal);
	const blocks = bytes.length / dtype.blockBytes;
	const out = new Float32Array(blocks * dtype.blockElements);
	dtype.decode(bytes, 0, blocks, out, 0);
	return out;
}

/** A vector's values. */
async function readVector(tensor: TensorInfo, signal?: AbortSignal): Promise<Float32Array> {
	return finite(await readRowRange(tensor, 0, tensorRows(tensor), signal), tensor);
}

/** A vector's values, some of them in the order of `take` if the view says so. */
export async function readValues({ tensor, take }: VectorView, signal?: AbortSignal): Promise<Float32Array> {
	const all = await readVector(tensor, signal);
	if (!take) return all;
	return Float32Array.from(take.flatMap(({ first, count, step }) => Array.from({ length: count }, (_, i) => all[first + i * step]!)));
}

/** @throws TongsaError 'malformed' that names the tensor and the value. */
export function finite(data: Float32Array, tensor: TensorInfo): Float32Array {
	// x − x is 0 for every finite x, and NaN for the others.
	for (let i = 0; i < data.length; i++) if (data[i]! - data[i]! !== 0) throw notFinite(data, i, tensor);
	return data;
}

function notFinite(data: Float32Array, i: number, tensor: TensorInfo): TongsaError {
	return new TongsaError('malformed', 'a weight is not a finite number', {
		file: tensor.source.name,
		tensor: tensor.name,
		field: `value ${i}`,
		got: data[i]!,
		allowed: 'finite numbers',
	});
}
