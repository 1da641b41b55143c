// Reads a tensor's bytes: any range of them, or single rows of a table. Values stay encoded.

import { TongsaError } from '../errors.ts';
import type { TensorInfo } from './checkpoint.ts';

/** `byteLength` bytes of a tensor from `byteOffset` within it. */
export async function readTensorBytes(
	tensor: TensorInfo,
	byteOffset = 0,
	byteLength = tensor.byteLength - byteOffset,
	signal?: AbortSignal,
): Promise<Uint8Array> {
	const fits = Number.isSafeInteger(byteOffset) && Number.isSafeInteger(byteLength) && byteOffset >= 0 && byteLength >= 0;
	if (!fits || byteOffset + byteLength > tensor.byteLength) {
		throw new TongsaError('out-of-range', 'bytes outside the tensor', {
			file: tensor.source.name,
			tensor: tensor.name,
			got: `${byteLength} bytes from ${byteOffset}`,
			allowed: `0 to ${tensor.byteLength}`,
		});
	}
	return tensor.source.read(tensor.byteOffset + byteOffset, byteLength, signal);
}

/** Bytes of one row: the fastest dimension, D values. Rows are whole blocks (checked at opening). */
export function rowByteLength(tensor: TensorInfo): number {
	const rows = rowCount(tensor);
	return rows === 0 ? 0 : tensor.byteLength / rows;
}

/** V of a table [V, D]; 1 for a vector. */
export function rowCount({ shape }: TensorInfo): number {
	return shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

/** Reads at the same time; a server is not asked for more than a browser would. */
const PARALLEL_READS = 6;

/**
 * Rows of a table by index, in the order asked for: T × rowByteLength bytes. Each row is read once, and rows that lie side by side in one read.
 *
 *     readRows(table, [5, 7, 6, 5])   reads bytes of rows 5 to 7 once → row 5, row 7, row 6, row 5
 */
export async function readRows(tensor: TensorInfo, rows: ArrayLike<number>, signal?: AbortSignal): Promise<Uint8Array> {
	const count = rowCount(tensor);
	const rowBytes = rowByteLength(tensor);
	const asked = Array.from(rows);
	for (const row of asked) {
		if (!(Number.isInteger(row) && row >= 0 && row < count)) {
			throw new TongsaError('out-of-range', 'no such row', {
				file: tensor.source.name,
				tensor: tensor.name,
				got: row,
				allowed: `0 to ${count - 1}`,
			});
		}
	}
	const runs = runsOf([...new Set(asked)].sort((a, b) => a - b));
	const bytesOfRow = new Map<number, Uint8Array>();
	const queue = runs.values();
	const readNext = async () => {
		for (const { first, length } of queue) {
			const bytes = await readTensorBytes(tensor, first * rowBytes, length * rowBytes, signal);
			for (let i = 0; i < length; i++) bytesOfRow.set(first + i, bytes.subarray(i * rowBytes, (i + 1) * rowBytes));
		}
	};
	await Promise.all(Array.from({ length: Math.min(PARALLEL_READS, runs.length) }, readNext));
	const out = new Uint8Array(asked.length * rowBytes);
	asked.forEach((row, i) => {
		out.set(bytesOfRow.get(row)!, i * rowBytes);
	});
	return out;
}

/** Rising numbers → runs without gaps: [3, 4, 5, 9] → {3, length 3}, {9, length 1}. */
function runsOf(rising: readonly number[]): { readonly first: number; length: number }[] {
	const runs: { readonly first: number; length: number }[] = [];
	for (const row of rising) {
		const last = runs.at(-1);
		if (last && last.first + last.length === row) last.length++;
		else runs.push({ first: row, length: 1 });
	}
	return runs;
}
