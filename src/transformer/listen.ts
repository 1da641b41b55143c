// Listeners: keep what was picked, put other values in its place, and end the run when nothing more is wanted.

import { TongsaError } from '../errors.ts';
import type { Extent, Pick } from './select.ts';
import type { Taps } from './taps.ts';

export interface TracedPoint {
	readonly shape: readonly number[];
	readonly data: Float32Array;
}

/** Gets a copy of a point's values, which it may change. @returns what stands there instead, as many values; undefined: what stood there. */
export type Replace = (data: Float32Array, shape: readonly number[], point: string) => Float32Array | undefined;

/** Thrown by a tap when everything that was asked for has been seen. */
export const ENOUGH = Symbol('enough');

export interface Listening {
	readonly taps: Taps;
	readonly points: Map<string, TracedPoint>;
}

/** `extent`: which tokens the run's last block computes. */
export function listen(
	picks: ReadonlyMap<string, Pick>,
	replacements: ReadonlyMap<string, readonly Replace[]>,
	T: number,
	{ rows }: Extent,
	stopWhenSeen: boolean,
): Listening {
	const points = new Map<string, TracedPoint>();
	const taps: Taps = {
		wants: (point) => picks.has(point) || replacements.has(point),
		offer(point, shape, offered) {
			const data = replaced(replacements.get(point) ?? [], offered, shape, point);
			const pick = picks.get(point);
			if (!pick) return data;
			points.set(point, cut(pick, shape, data, T, rows.first, rows.count));
			if (stopWhenSeen && points.size === picks.size) throw ENOUGH;
			return data;
		},
	};
	return { taps, points };
}

function replaced(replacements: readonly Replace[], data: Float32Array, shape: readonly number[], point: string): Float32Array {
	let now = data;
	for (const replace of replacements) {
		const other = replace(now.slice(), shape, point); // theirs: what the run goes on with may share its array
		if (other === undefined) continue;
		if (other.length !== data.length) {
			throw new TongsaError('wrong-shape', 'a replaced value has another shape', {
				field: point,
				got: `${other.length} values`,
				allowed: `${shape.join(' × ')} = ${data.length} values`,
			});
		}
		now = other;
	}
	return now;
}

/** A copy of the picked heads and tokens. A run of fewer rows offers tokens from `first` on. */
function cut(
	{ point, heads, tokens }: Pick,
	shape: readonly number[],
	data: Float32Array,
	T: number,
	first: number,
	count: number,
): TracedPoint {
	const axis = point.shape.length - 2; // tokens stand before the last dimension
	const offeredRows = shape[axis]!;
	const own = point.shape[axis] === 'T' && !point.name.startsWith('encoder.');
	const shift = own && offeredRows === count && count !== T ? first : 0;
	const width = shape[axis + 1]!;
	const allHeads = axis === 1 ? shape[0]! : 1;
	const headList = heads ?? Array.from({ length: allHeads }, (_, h) => h);
	const tokenList = tokens?.map((t) => t - shift) ?? Array.from({ length: offeredRows }, (_, t) => t);
	const out = new Float32Array(headList.length * tokenList.length * width);
	let at = 0;
	for (const h of headList) {
		for (const t of tokenList) {
			const from = (h * offeredRows + t) * width;
			out.set(data.subarray(from, from + width), at);
			at += width;
		}
	}
	const outShape = axis === 1 ? [headList.length, tokenList.length, width] : [tokenList.length, width];
	return { shape: outShape, data: out };
}
