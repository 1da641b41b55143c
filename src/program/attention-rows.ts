// Attention by its definition, row by row: what the kernel computes and does not keep (scores, weights, a context made of other weights, for
// one head and token), and all of attention where position adds what the kernel does not know.
// From the kernel's own numbers: the query as it enters the products, keys and values as halves. Definition: src/transformer/reference/operations.ts

import type { Kernels } from '../compute/kernels.ts';
import { QUERY_LIFT } from '../compute/scalar/attention.ts';
import { half } from '../compute/scalar/halves.ts';
import type { Lockstep } from '../threads/barrier.ts';
import { firstOf, lastOf } from '../threads/share.ts';
import { endSeen, firstSeen } from './seen.ts';
import type { AttendStep } from './steps.ts';

export interface AttentionRows {
	/** S scores of the pass's token t at position `position`; what is masked is −∞. */
	scores(head: number, t: number, position: number, S: number): Float32Array;
	/** Softmax of a row of scores; the head's sink takes its share. */
	weights(head: number, scores: Float32Array): Float32Array;
	/** weights · values: Dh values. */
	context(head: number, weights: Float32Array): Float32Array;
}

/** `start`: the row of the cache, and the token of the pass, that the text begins with. */
export function attentionRows({ memory, floats }: Kernels, step: AttendStep, start = 0): AttentionRows {
	const { heads: H, keyHeads: K, headWidth: Dh, capacity, cap, bias } = step;
	const halves = new Uint16Array(memory.buffer);
	const decoded = new Map<number, { rows: Float32Array; count: number }>();

	/** The first S rows of a head's keys or values: (S, Dh). Each is decoded once: token after token asks for one row more. */
	const rowsOf = (cache: number, head: number, S: number): Float32Array => {
		const at = cache + (Math.floor((head * K) / H) * capacity + start) * Dh * 2;
		let kept = decoded.get(at) ?? { rows: new Float32Array(0), count: 0 };
		if (kept.rows.length < S * Dh) {
			const rows = new Float32Array(2 * S * Dh);
			rows.set(kept.rows);
			kept = { rows, count: kept.count };
			decoded.set(at, kept);
		}
		// Halves lie in eights: kernels/attention.ts.
		for (let i = kept.count * Dh; i < S * Dh; i++) kept.rows[i] = half(halves[at / 2 + (i & ~7) + (i & 3) * 2 + ((i >> 2) & 1)]!);
		kept.count = Math.max(kept.count, S);
		return kept.rows;
	};

	return {
		scores(head, t, position, S) {
			const low = firstSeen(step, position);
			const high = endSeen(step, position, S);
			const keys = rowsOf(step.cache.keys, head, high);
			const q = (step.query.at + (start + t) * step.query.stride) / 4 + head * Dh;
			const slope = step.slopes ? floats[step.slopes / 4 + head]! : 0;
			const biased = bias && bias.at / 4 + head * bias.width + (bias.by === 'distance' ? (bias.width - 1) / 2 - position : 0);
			const out = new Float32Array(S).fill(Number.NEGATIVE_INFINITY);
			for (let s = low; s < high; s++) {
				let dot = 0;
				for (let i = 0; i < Dh; i++) dot += floats[q + i]! * keys[s * Dh + i]!;
				const score = dot / QUERY_LIFT;
				out[s] = (cap > 0 ? cap * Math.tanh(score / cap) : score) + (biased === undefined ? slope * s : floats[biased + s]!);
			}
			return out;
		},
		weights(head, scores) {
			const sink = step.sinks ? floats[step.sinks / 4 + head]! : Number.NEGATIVE_INFINITY;
			const most = scores.reduce((a, b) => Math.max(a, b), sink);
			if (most === Number.NEGATIVE_INFINITY) return new Float32Array(scores.length); // a row that sees nothing attends to nothing
			const total = scores.reduce((sum, score) => sum + Math.exp(score - most), Math.exp(sink - most));
			return scores.map((score) => Math.exp(score - most) / total);
		},
		context(head, weights) {
			const values = rowsOf(step.cache.values, head, weights.findLastIndex((weight) => weight !== 0) + 1);
			const sum = new Float64Array(Dh);
			for (const [s, weight] of weights.entries()) {
				if (weight !== 0) for (let i = 0; i < Dh; i++) sum[i]! += weight * values[s * Dh + i]!;
			}
			return Float32Array.from(sum);
		},
	};
}

/** T tokens of a text, the first of them at position `first`; heads are shared out. */
export function attendByRows(step: AttendStep, kernels: Kernels, start: number, T: number, first: number, lockstep: Lockstep): void {
	const { heads: H, headWidth: Dh, out } = step;
	const rows = attentionRows(kernels, step, start);
	for (let head = firstOf(H, lockstep); head < lastOf(H, lockstep); head++) {
		for (let t = 0; t < T; t++) {
			const weights = rows.weights(head, rows.scores(head, t, first + t, first + T));
			kernels.floats.set(rows.context(head, weights), (out.at + (start + t) * out.stride) / 4 + head * Dh);
		}
	}
}
