// EmbeddingTable: token ids → rows of the table, decoded. Only the rows asked for are read.

import { TongsaError } from '../errors.ts';
import type { TensorInfo } from '../formats/checkpoint.ts';
import { readRows, readTensorBytes } from '../formats/tensor-bytes.ts';
import type { DType } from '../tensor/dtype.ts';
import { dtypeOf, tensorByteLength } from '../tensor/dtypes.ts';

export interface EmbeddingTable {
	readonly tensor: TensorInfo;
	readonly dtype: DType;
	/** V. */
	readonly rowCount: number;
	/** D. */
	readonly width: number;
	/** Bytes of one encoded row. */
	readonly rowBytes: number;
	/**
	 * Rows of these ids, decoded: (T, D), in the order asked for. An id that comes twice is read once, neighbours in one read.
	 * @throws TongsaError 'out-of-range' for an id that the table has no row for, 'too-large'.
	 */
	rows(ids: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array>;
	/** The whole table from the first row to the last, a stretch of encoded rows at a time. */
	stretches(signal?: AbortSignal): AsyncGenerator<RowStretch>;
}

/** Encoded rows first … first + count − 1. */
export interface RowStretch {
	readonly first: number;
	readonly count: number;
	readonly bytes: Uint8Array;
}

/** 64 times the largest published vocabulary (262,144): what nearest keeps per row (a length, a score) stays below 200 MB. */
const MAX_ROWS = 2 ** 24;
/** 60 times the widest published model (18,432 rounded up): one decoded row stays at 4 MB. */
const MAX_WIDTH = 2 ** 20;
/** Decoded values of one call, 1 GB: a million tokens of width 256, or 16,384 of the widest. */
const MAX_VALUES = 2 ** 28;
/** Long enough that a disk or a server gives its full speed, short enough to stop soon and to hold beside a model. */
const STRETCH_BYTES = 4 * 2 ** 20;

/**
 * The table that lies in a tensor of shape [V, D]. Nothing is read.
 * @throws TongsaError 'wrong-shape', 'unsupported' (a type that is not decoded), 'too-large'.
 */
export function openTable(tensor: TensorInfo): EmbeddingTable {
	const refuse = (code: 'wrong-shape' | 'too-large', what: string, got: string | number, allowed: string) =>
		new TongsaError(code, what, { file: tensor.source.name, tensor: tensor.name, field: 'shape', got, allowed });

	const [rowCount, width] = tensor.shape;
	if (tensor.shape.length !== 2 || !rowCount || !width) {
		throw refuse(
			'wrong-shape',
			'an embedding table has rows and columns',
			tensor.shape.join(' × ') || 'a scalar',
			'V × D, neither of them 0',
		);
	}
	if (rowCount > MAX_ROWS) throw refuse('too-large', 'too many rows for a vocabulary', rowCount, `at most ${MAX_ROWS}`);
	if (width > MAX_WIDTH) throw refuse('too-large', 'rows too wide for an embedding', width, `at most ${MAX_WIDTH}`);
	const dtype = dtypeOf(tensor.dtype);
	const byteLength = tensorByteLength(dtype, tensor.shape);
	if (tensor.byteLength !== byteLength) {
		throw refuse(
			'wrong-shape',
			'bytes and shape do not agree',
			`${tensor.byteLength} bytes`,
			`${byteLength} bytes for ${rowCount} × ${width} of ${dtype.name}`,
		);
	}
	const rowBytes = byteLength / rowCount;

	return {
		tensor,
		dtype,
		rowCount,
		width,
		rowBytes,
		async rows(ids, signal) {
			if (ids.length * width > MAX_VALUES) {
				throw new TongsaError('too-large', 'too many rows in one call', {
					field: 'ids',
					got: ids.length,
					allowed: `at most ${Math.floor(MAX_VALUES / width)} rows of ${width} values (1 GB)`,
				});
			}
			const bytes = await readRows(tensor, ids, signal);
			const out = new Float32Array(ids.length * width);
			dtype.decode(bytes, 0, out.length / dtype.blockElements, out, 0);
			return out;
		},
		async *stretches(signal) {
			const most = Math.max(1, Math.floor(STRETCH_BYTES / rowBytes));
			for (let first = 0; first < rowCount; first += most) {
				signal?.throwIfAborted();
				const count = Math.min(most, rowCount - first);
				yield { first, count, bytes: await readTensorBytes(tensor, first * rowBytes, count * rowBytes, signal) };
			}
		},
	};
}
