// Places in the arrays of one block's attention. Shapes: query (H, T, Dh), key and value (K, T, Dh), scores and weights (H, T, T).

import type { Attention } from '../engine/work-inside.ts';

export interface Cell {
	readonly head: number;
	/** The token that looks. */
	readonly from: number;
	/** The token looked at. */
	readonly to: number;
}

export const headsOf = (attention: Attention): number => attention.weights.shape[0]!;

/** The key head that a query head shares: H / K neighbours share one. */
export const keyHeadOf = ({ weights, key }: Attention, head: number): number => Math.floor((head * key.shape[0]!) / weights.shape[0]!);

function vector({ shape, data }: { shape: readonly number[]; data: Float32Array }, head: number, token: number): Float32Array {
	const [, T = 0, width = 0] = shape;
	return data.subarray((head * T + token) * width, (head * T + token + 1) * width);
}

export const queryOf = (attention: Attention, { head, from }: Cell) => vector(attention.query, head, from);
export const keyOf = (attention: Attention, { head, to }: Cell) => vector(attention.key, keyHeadOf(attention, head), to);
export const handedOver = (attention: Attention, head: number, token: number) => vector(attention.value, keyHeadOf(attention, head), token);
export const contextOf = (attention: Attention, { head, from }: Cell) => vector(attention.context, head, from);
export const scoresOf = (attention: Attention, { head, from }: Cell) => vector(attention.scores, head, from);
export const weightsOf = (attention: Attention, { head, from }: Cell) => vector(attention.weights, head, from);

/** Stands for the average over a block's heads. No head of the model computes it. */
export const AVERAGE = -1;

/** (T, T): the mean of all heads' weights. */
export function averageOf({ weights }: Attention): Float32Array {
	const [H = 0, T = 0] = weights.shape;
	return Float32Array.from({ length: T * T }, (_, i) => {
		let sum = 0;
		for (let h = 0; h < H; h++) sum += weights.data[h * T * T + i]!;
		return sum / H;
	});
}

/** One head's weights (T, T). */
export function headOf({ weights }: Attention, head: number): Float32Array {
	const size = weights.shape[1]! * weights.shape[2]!;
	return weights.data.subarray(head * size, (head + 1) * size);
}
