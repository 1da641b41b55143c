// plan: a config and its weights' views → places in one memory, and what is to be loaded there. Nothing is read.

import type { Arena } from '../../compute/arena.ts';
import { FLOAT_TYPES, FLOATS, HOT_TYPES, type HotType, matrixBytes, padded, ROUNDED } from '../../compute/layouts.ts';
import type { PlacedMatrix } from '../../program/steps.ts';
import type { LinearParts, NormParts } from '../../weights/parts.ts';
import type { MatrixView, VectorView } from '../../weights/views.ts';

/** A matrix to be repacked, and how. */
export interface MatrixJob {
	readonly view: MatrixView;
	readonly hot: HotType;
	readonly placed: PlacedMatrix;
}

/** Values to be copied as float32; `offset` is added to each (a norm's gain − 1). */
export interface VectorJob {
	readonly view: VectorView;
	readonly at: number;
	readonly offset: number;
}

export interface Plan {
	readonly matrices: readonly MatrixJob[];
	readonly vectors: readonly VectorJob[];
	matrix(view: MatrixView): PlacedMatrix;
	/** 0 when absent. */
	vector(view: VectorView | undefined, count: number, offset?: number): number;
	linear(parts: LinearParts<MatrixView, VectorView>): PlacedLinear;
	norm(parts: NormParts<VectorView>, count: number, offset: number): { readonly gain: number; readonly bias: number };
}

export interface PlacedLinear {
	readonly matrix: PlacedMatrix;
	readonly bias: number;
}

/**
 * Which record a view's stored type becomes. What is transposed, packed with separate scales or not a type that repacks goes through float32,
 * and stays so if the file holds floats and `floats`.
 */
function hotTypeOf(view: MatrixView, floats: boolean): HotType {
	if (floats && FLOAT_TYPES.has(view.tensor.dtype)) return FLOATS;
	const hot = HOT_TYPES.get(view.tensor.dtype);
	if (!hot || view.transposed || view.scales || view.columns % hot.blockElements) return ROUNDED;
	return view.take?.some(({ step }) => step !== 1) ? ROUNDED : hot;
}

export function createPlan(arena: Arena, floats: boolean): Plan {
	const matrices: MatrixJob[] = [];
	const vectors: VectorJob[] = [];
	/** A tied table is placed once. */
	const known = new Map<unknown, PlacedMatrix>();
	/** So is a norm that stands in two programs. */
	const placed = new Map<VectorView, number>();
	const plan: Plan = {
		matrices,
		vectors,
		matrix(view) {
			const key = view.take || view.slice ? view : view.tensor;
			const found = known.get(key);
			if (found) return found;
			const hot = hotTypeOf(view, floats);
			const columns = padded(view.columns);
			const at = arena.take(matrixBytes(hot.kind, view.rows, columns), `the weights ${view.tensor.name}`);
			const matrix = { kind: hot.kind, at, rows: view.rows, columns };
			known.set(key, matrix);
			matrices.push({ view, hot, placed: matrix });
			return matrix;
		},
		vector(view, count, offset = 0) {
			if (!view) return 0;
			const found = placed.get(view);
			if (found !== undefined) return found;
			// Padded to eights, as matrices' rows are.
			const at = arena.take(Math.ceil(count / 8) * 32, `the values ${view.tensor.name}`);
			placed.set(view, at);
			vectors.push({ view, at, offset });
			return at;
		},
		linear: ({ matrix, bias }) => ({ matrix: plan.matrix(matrix), bias: plan.vector(bias, matrix.rows) }),
		norm: ({ gain, bias }, count, offset) => ({ gain: plan.vector(gain, count, offset), bias: plan.vector(bias, count) }),
	};
	return plan;
}
