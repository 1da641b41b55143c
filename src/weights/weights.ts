// Weights: views → values, when they are needed. A model that fits the budget is kept whole; of a larger one each block is read, used and
// dropped, so that no more than one block's float32 values are held.

import { TongsaError } from '../errors.ts';
import { readRows } from '../formats/tensor-bytes.ts';
import { dtypeOf } from '../tensor/index.ts';
import { mapBlock, mapExpert, mapGlobals, matricesOf, type PartMap } from './map-parts.ts';
import type { BlockParts, ExpertParts, GlobalParts, LinearParts, TransformerParts } from './parts.ts';
import type { VectorView } from './views.ts';
import { finite, type MatrixView, readMatrix, readValues, rowsOf } from './views.ts';

export type Views = TransformerParts<MatrixView, VectorView>;
export type LoadedBlock = BlockParts<Matrix, Float32Array>;

/** A weight matrix in float32: it maps N values to M. */
export interface Matrix {
	/** M, N. */
	readonly rows: number;
	readonly columns: number;
	/** (M, N). */
	readonly data: Float32Array;
}

export interface Weights {
	globals(signal?: AbortSignal): Promise<GlobalParts<Matrix, Float32Array>>;
	block(i: number, signal?: AbortSignal): Promise<LoadedBlock>;
	/** Rows of the input table by id: (T, E). @throws TongsaError 'out-of-range' for an id that is not in the table. */
	rows(ids: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array>;
	/** Rows of the position table: (n, D). */
	positions(rows: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array>;
	/** Row 0 of the token-type table: D values. */
	type(signal?: AbortSignal): Promise<Float32Array>;
	/** The output table, a piece of its rows at a time: whole when it is kept. */
	output(signal?: AbortSignal): AsyncGenerator<{ readonly firstRow: number; readonly matrix: Matrix }>;
	/** The output bias (V), where there is one. */
	outputBias(signal?: AbortSignal): Promise<Float32Array | undefined>;
	/** Bytes that are held now. */
	readonly heldBytes: number;
	/** Gives the memory back; what is asked for afterwards is read again. */
	drop(): void;
}

/** Values of the output table that are decoded at a time when it is not kept: 32 MB of float32. */
const OUTPUT_VALUES_AT_ONCE = 2 ** 23;

/** `budget`: bytes of decoded weights that may be kept between calls; a model that needs more keeps none. */
export function openWeights(views: Views, budget: number): Weights {
	const kept = new Map<string, Promise<unknown>>();
	const keeps = float32Bytes(views) <= budget;
	let heldBytes = 0;

	/** Loads once and keeps, while the budget lasts. */
	const keep = async <T>(key: string, load: (load: Load) => Promise<T>, signal?: AbortSignal): Promise<T> => {
		const found = kept.get(key);
		if (found) {
			try {
				return (await found) as T;
			} catch {
				// That load was called off by its own caller, or failed: this caller finds out for itself.
			}
		}
		let bytes = 0;
		const counted = <A extends { readonly byteLength: number }>(array: A): A => {
			bytes += array.byteLength;
			return array;
		};
		const loading = load({
			async matrix(view) {
				return { rows: view.rows, columns: view.columns, data: counted(await readMatrix(view, signal)) };
			},
			vector: async (view) => counted(await readValues(view, signal)),
		});
		kept.set(key, loading);
		try {
			const loaded = await loading;
			if (!keeps) kept.delete(key);
			else heldBytes += bytes;
			return loaded;
		} catch (error) {
			kept.delete(key);
			throw error;
		}
	};

	return {
		globals: (signal) => keep('globals', (load) => loaded(load, (f) => mapGlobals(views, f)), signal),
		async block(i, signal) {
			const view = views.blocks[i]!;
			const block = await keep(`block ${i}`, (load) => loaded(load, (f) => mapBlock(view, f)), signal);
			const { expert } = view.feedForward;
			if (!expert) return block;
			const loadExpert = async (e: number) => {
				const parts = (await expert(e)) as ExpertParts<MatrixView, VectorView>;
				return keep(`block ${i} expert ${e}`, (load) => loaded(load, (f) => mapExpert(parts, f)), signal);
			};
			return { ...block, feedForward: { ...block.feedForward, expert: loadExpert } };
		},
		rows: (ids, signal) => decodedRows(views.table, ids, signal),
		positions: (rows, signal) => decodedRows(views.positions!, rows, signal),
		type: (signal) => keep('type', () => decodedRows(views.types!, [0], signal), signal),
		async *output(signal) {
			const { matrix } = needOutput(views);
			if (keeps) {
				yield { firstRow: 0, matrix: await keep('output', (load) => load.matrix(matrix), signal) };
				return;
			}
			const step = Math.max(1, Math.floor(OUTPUT_VALUES_AT_ONCE / matrix.columns));
			for (let firstRow = 0; firstRow < matrix.rows; firstRow += step) {
				signal?.throwIfAborted();
				const piece = rowsOf(matrix, firstRow, Math.min(step, matrix.rows - firstRow));
				yield { firstRow, matrix: { rows: piece.rows, columns: piece.columns, data: await readMatrix(piece, signal) } };
			}
		},
		outputBias: (signal) => keep('output bias', async (load) => (views.output?.bias ? load.vector(views.output.bias) : undefined), signal),
		get heldBytes() {
			return heldBytes;
		},
		drop() {
			kept.clear();
			heldBytes = 0;
		},
	};
}

/** Bytes of all matrices in float32, each stored tensor once. */
export function float32Bytes(views: Views): number {
	const matrices = matricesOf(views, (i) => views.blocks[i]!.feedForward.router?.matrix.rows ?? 0);
	const once = new Map(matrices.map((view) => [view.take || view.slice ? view : view.tensor, view.rows * view.columns * 4]));
	return [...once.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function needOutput(views: Views): LinearParts<MatrixView, VectorView> {
	if (views.output) return views.output;
	throw new TongsaError('unsupported', 'this model has no output table: its states cannot be read as tokens', {
		file: views.table.tensor.source.name,
		hint: 'Ask for states (final.output) or a sentence vector',
	});
}

interface Load {
	matrix(view: MatrixView): Promise<Matrix>;
	vector(view: VectorView): Promise<Float32Array>;
}

/** A tree of views → the same tree of values: all of them are read, and then put in their places. */
async function loaded<T>(load: Load, map: (f: PartMap<MatrixView, VectorView, Matrix, Float32Array>) => T): Promise<T> {
	const matrices = new Map<MatrixView, Matrix>();
	const vectors = new Map<VectorView, Float32Array>();
	const wanted: (MatrixView | VectorView)[] = [];
	map({ matrix: (view) => void wanted.push(view) as never, vector: (view) => void wanted.push(view) as never });
	for (const view of wanted) {
		if ('columns' in view) matrices.set(view, await load.matrix(view));
		else vectors.set(view, await load.vector(view));
	}
	return map({ matrix: (view) => matrices.get(view)!, vector: (view) => vectors.get(view)! });
}

async function decodedRows({ tensor, columns }: MatrixView, rows: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array> {
	const dtype = dtypeOf(tensor.dtype);
	const bytes = await readRows(tensor, rows, signal);
	const out = new Float32Array(rows.length * columns);
	dtype.decode(bytes, 0, bytes.length / dtype.blockBytes, out, 0);
	return finite(out, tensor);
}
