// load: reads what a plan lists, and repacks it into the kernels' memory. Bytes pass through one staging area, some rows at a time.

import type { Kernels } from '../../compute/kernels.ts';
import { FLOATS, ROUNDED } from '../../compute/layouts.ts';
import { TongsaError } from '../../errors.ts';
import { readTensorBytes, rowByteLength } from '../../formats/tensor-bytes.ts';
import { readMatrix, readValues, rowsOf } from '../../weights/views.ts';
import type { MatrixJob, Plan } from './plan.ts';

/** Bytes of one piece: a disk gives its full speed, and the second-level cache still holds what repack reads. */
export const STAGING_BYTES = 2 ** 20;
/** In front of the staging area: the repack kernel's 32 bytes. */
const SCRATCH_BYTES = 64;

export interface LoadOptions {
	readonly signal?: AbortSignal | undefined;
	onMatrix?(done: number, total: number): void;
}

/** `staging`: STAGING_BYTES + 64 bytes of the kernels' memory. */
export async function loadPlan(plan: Plan, kernels: Kernels, staging: number, { signal, onMatrix }: LoadOptions): Promise<void> {
	for (const { view, at, offset } of plan.vectors) {
		const data = await readValues(view, signal);
		new Float32Array(kernels.memory.buffer, at, data.length).set(offset ? data.map((value) => value + offset) : data);
	}
	for (const [done, job] of plan.matrices.entries()) {
		signal?.throwIfAborted();
		await (job.hot === FLOATS || job.hot === ROUNDED
			? loadDecoded(job, kernels, staging, signal)
			: loadStored(job, kernels, staging, signal));
		onMatrix?.(done + 1, plan.matrices.length);
	}
}

/** Stored rows go through as they are. */
async function loadStored({ view, hot, placed }: MatrixJob, kernels: Kernels, staging: number, signal?: AbortSignal): Promise<void> {
	const rowBytes = rowByteLength(view.tensor);
	const start = view.slice?.first ?? 0;
	const step = Math.max(1, Math.floor(STAGING_BYTES / rowBytes));
	const memory = new Uint8Array(kernels.memory.buffer);
	checkRow(rowBytes, view.tensor.name);
	let row = 0;
	for (const { first, count } of view.take ?? [{ first: 0, count: view.rows }]) {
		// One read for the whole range, handed to the kernel in pieces.
		const bytes = await readTensorBytes(view.tensor, (start + first) * rowBytes, count * rowBytes, signal);
		for (let from = 0; from < count; from += step) {
			const rows = Math.min(step, count - from);
			memory.set(bytes.subarray(from * rowBytes, (from + rows) * rowBytes), staging + SCRATCH_BYTES);
			const groups = placed.columns / placed.kind.columns;
			const broken = kernels.repack(hot.number, hot.kind.number, staging + SCRATCH_BYTES, rowBytes, row, rows, groups, placed.at, staging);
			if (broken) {
				throw new TongsaError('malformed', 'a weight is not a finite number', {
					file: view.tensor.source.name,
					tensor: view.tensor.name,
					field: `scales of rows ${start + first + from} to ${start + first + from + rows - 1}`,
					allowed: 'finite numbers',
				});
			}
			row += rows;
		}
	}
}

/** Everything else is decoded to float32 first, and kept so or rounded. */
async function loadDecoded({ view, hot, placed }: MatrixJob, kernels: Kernels, staging: number, signal?: AbortSignal): Promise<void> {
	const rowBytes = placed.columns * 4;
	const step = Math.max(1, Math.floor(STAGING_BYTES / rowBytes));
	checkRow(rowBytes, view.tensor.name);
	// A turned matrix is read whole: each of its rows is spread over the whole tensor.
	const atOnce = view.transposed ? view.rows : Math.max(step, Math.floor((16 * STAGING_BYTES) / rowBytes));
	for (let first = 0; first < view.rows; first += atOnce) {
		const data = await readMatrix(rowsOf(view, first, Math.min(atOnce, view.rows - first)), signal);
		const place = new Float32Array(kernels.memory.buffer, staging + SCRATCH_BYTES, STAGING_BYTES / 4);
		for (let from = 0; from < data.length / view.columns; from += step) {
			const part = data.subarray(from * view.columns, (from + step) * view.columns);
			const rows = part.length / view.columns;
			if (placed.columns === view.columns) place.set(part);
			else {
				place.fill(0, 0, rows * placed.columns);
				for (let r = 0; r < rows; r++) place.set(part.subarray(r * view.columns, (r + 1) * view.columns), r * placed.columns);
			}
			const source = staging + SCRATCH_BYTES;
			if (hot === FLOATS) kernels.repackFloats(source, rowBytes, first + from, rows, placed.columns, placed.at);
			else kernels.repack(hot.number, hot.kind.number, source, rowBytes, first + from, rows, placed.columns / 32, placed.at, staging);
		}
	}
}

function checkRow(rowBytes: number, tensor: string): void {
	if (rowBytes <= STAGING_BYTES) return;
	throw new TongsaError('too-large', 'a row of weights is too wide for the kernels', {
		tensor,
		got: `${rowBytes} bytes`,
		allowed: `${STAGING_BYTES}, the staging area`,
	});
}
