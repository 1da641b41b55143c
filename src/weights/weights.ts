// Weights: views → values, when they are needed. What fits the budget is kept; the rest is read, used and dropped.

import { TongsaError } from '../errors.ts';
import { readRows } from '../formats/tensor-bytes.ts';
import { dtypeOf } from '../tensor/index.ts';
import type { BlockParts, ExpertParts, LinearParts, Loader, Matrix, TransformerParts, VectorView } from './parts.ts';
import { finite, type MatrixView, readVector, rowsOf } from './views.ts';

export type Views = TransformerParts<MatrixView, VectorView>;
export type LoadedBlock = BlockParts<Matrix, Float32Array>;
/** What stands outside the blocks, tables of rows excepted. */
export type LoadedGlobals = Omit<TransformerParts<Matrix, Float32Array>, 'table' | 'positions' | 'types' | 'output' | 'blocks' | 'encoder'>;

export interface Weights {
	globals(signal?: AbortSignal): Promise<LoadedGlobals>;
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

/** `budget`: bytes of decoded weights that may be kept between calls. */
export function openWeights(views: Views, backend: Loader, budget: number): Weights {
	const kept = new Map<string, Promise<unknown>>();
	let heldBytes = 0;

	/** Loads once and keeps, while the budget lasts. */
	const keep = async <T>(key: string, load: () => Promise<T>): Promise<T> => {
		const found = kept.get(key);
		if (found) {
			try {
				return (await found) as T;
			} catch {
				// That load was called off by its own caller, or failed: this caller finds out for itself.
			}
		}
		const loading = load();
		kept.set(key, loading);
		try {
			const loaded = await loading;
			const bytes = bytesIn(loaded);
			if (heldBytes + bytes > budget) kept.delete(key);
			else heldBytes += bytes;
			return loaded;
		} catch (error) {
			kept.delete(key);
			throw error;
		}
	};

	const load = async (tree: unknown, signal?: AbortSignal): Promise<unknown> => {
		if (isMatrixView(tree)) return backend.load(tree, signal);
		if (isVectorView(tree)) return loadVector(tree, signal);
		if (typeof tree !== 'object' || tree === null) return tree;
		const entries: [string, unknown][] = [];
		for (const [key, value] of Object.entries(tree)) entries.push([key, await load(value, signal)]);
		return Object.fromEntries(entries);
	};

	return {
		globals: (signal) =>
			keep('globals', () => {
				const { table: _t, positions: _p, types: _y, output: _o, blocks: _b, encoder: _e, ...rest } = views;
				return load(rest, signal) as Promise<LoadedGlobals>;
			}),
		block: (i, signal) =>
			keep(`block ${i}`, async () => {
				const block = (await load(views.blocks[i], signal)) as LoadedBlock;
				const expert = views.blocks[i]!.feedForward.expert;
				if (!expert) return block;
				const loadExpert = (e: number) =>
					keep(`block ${i} expert ${e}`, async () => (await load(await expert(e), signal)) as ExpertParts<Matrix, Float32Array>);
				return { ...block, feedForward: { ...block.feedForward, expert: loadExpert } };
			}),
		rows: (ids, signal) => decodedRows(views.table, ids, signal),
		positions: (rows, signal) => decodedRows(views.positions!, rows, signal),
		type: (signal) => keep('type', () => decodedRows(views.types!, [0], signal)),
		async *output(signal) {
			const { matrix } = needOutput(views);
			const whole = kept.has('output') || heldBytes + matrix.rows * matrix.columns * 4 <= budget;
			if (whole) {
				yield { firstRow: 0, matrix: await keep('output', () => backend.load(matrix, signal)) };
				return;
			}
			const step = Math.max(1, Math.floor(OUTPUT_VALUES_AT_ONCE / matrix.columns));
			for (let firstRow = 0; firstRow < matrix.rows; firstRow += step) {
				signal?.throwIfAborted();
				yield { firstRow, matrix: await backend.load(rowsOf(matrix, firstRow, Math.min(step, matrix.rows - firstRow)), signal) };
			}
		},
		outputBias: (signal) => keep('output bias', async () => (views.output?.bias ? loadVector(views.output.bias, signal) : undefined)),
		get heldBytes() {
			return heldBytes;
		},
		drop() {
			kept.clear();
			heldBytes = 0;
		},
	};
}

function needOutput(views: Views): LinearParts<MatrixView, VectorView> {
	if (views.output) return views.output;
	throw new TongsaError('unsupported', 'this model has no output table: its states cannot be read as tokens', {
		file: views.table.tensor.source.name,
		hint: 'Ask for states (final.output) or a sentence vector',
	});
}

async function loadVector({ tensor, take }: VectorView, signal?: AbortSignal): Promise<Float32Array> {
	const all = await readVector(tensor, signal);
	if (!take) return all;
	return Float32Array.from(take.flatMap(({ first, count, step }) => Array.from({ length: count }, (_, i) => all[first + i * step]!)));
}

async function decodedRows({ tensor, columns }: MatrixView, rows: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array> {
	const dtype = dtypeOf(tensor.dtype);
	const bytes = await readRows(tensor, rows, signal);
	const out = new Float32Array(rows.length * columns);
	dtype.decode(bytes, 0, bytes.length / dtype.blockBytes, out, 0);
	return finite(out, tensor);
}

function isVectorView(tree: unknown): tree is VectorView {
	return typeof tree === 'object' && tree !== null && 'tensor' in tree;
}

function isMatrixView(tree: unknown): tree is MatrixView {
	return isVectorView(tree) && 'columns' in tree;
}

function bytesIn(tree: unknown): number {
	if (typeof tree !== 'object' || tree === null) return 0;
	if ('byteLength' in tree && typeof tree.byteLength === 'number') return tree.byteLength;
	return Object.values(tree).reduce<number>((sum, part) => sum + bytesIn(part), 0);
}
