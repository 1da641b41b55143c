// The plain twins of kernels/attention.ts: the cache of halves, and attention of four query rows over one head.
// Vaswani et al. 2017 (arXiv 1706.03762) §3.2.1

import { half, halfBits } from './halves.ts';

/** What queries come multiplied by, beside their scale: kernels/attention.ts says why. */
export const QUERY_LIFT = 2 ** 64;

export interface AttentionKernels {
	/** Rows of float32 → rows of halves, in eights: word j has value j in its lower half and value j + 4 in its upper one. */
	keep(x: number, tokens: number, width: number, stride: number, out: number, outStride: number): void;
	/** Context of four query rows, which come × scale · QUERY_LIFT, over keys `from` … `to` of one head. */
	attend(
		q0: number,
		q1: number,
		q2: number,
		q3: number,
		out0: number,
		out1: number,
		out2: number,
		out3: number,
		keys: number,
		values: number,
		headWidth: number,
		keyStride: number,
		from: number,
		to: number,
		limit: number,
		lows: number,
		highs: number,
		slopes: number,
		sinks: number,
		scratch: number,
	): void;
}

/** Place of value i in a row of halves, counted in halves. */
export function halfPlace(i: number): number {
	return (i & ~7) + (i & 3) * 2 + ((i >> 2) & 1);
}

export function scalarAttention(memory: WebAssembly.Memory): AttentionKernels {
	return {
		keep(x, tokens, width, stride, out, outStride) {
			for (let t = 0; t < tokens; t++) {
				const from = new Float32Array(memory.buffer, x + t * stride, width);
				const to = new Uint16Array(memory.buffer, out + t * outStride, width);
				for (let i = 0; i < width; i++) to[halfPlace(i)] = halfBits(from[i]!);
			}
		},
		attend(q0, q1, q2, q3, out0, out1, out2, out3, keys, values, headWidth, keyStride, from, to, limit, lows, highs, slopes, sinks) {
			const halves = new Uint16Array(memory.buffer);
			const floats = new Float32Array(memory.buffer);
			const whole = new Int32Array(memory.buffer);
			const at = (place: number, s: number, i: number): number => half(halves[(place + s * keyStride) / 2 + halfPlace(i)]!);
			const queries = [q0, q1, q2, q3];
			const contexts = queries.map((query, lane) => {
				const low = Math.max(from, whole[lows / 4 + lane]!);
				const high = Math.min(to, whole[highs / 4 + lane]!);
				const scores: number[] = [];
				for (let s = low; s < high; s++) {
					let dot = 0;
					for (let i = 0; i < headWidth; i++) dot += (floats[query / 4 + i]! / QUERY_LIFT) * at(keys, s, i);
					if (limit > 0) dot = limit * Math.tanh(dot / limit);
					scores.push(dot + floats[slopes / 4 + lane]! * s);
				}
				const sink = floats[sinks / 4 + lane]!;
				const most = scores.reduce((a, b) => Math.max(a, b), sink);
				const terms = scores.map((score) => Math.exp(score - most));
				const total = terms.reduce((sum, term) => sum + term, sink === Number.NEGATIVE_INFINITY ? 0 : Math.exp(sink - most));
				return Float32Array.from({ length: headWidth }, (_, i) => {
					const sum = terms.reduce((so, term, n) => so + term * at(values, low + n, i), 0);
					return total > 0 ? sum / total : 0;
				});
			});
			// Written last: a context may lie where its query lay.
			for (const [lane, out] of [out0, out1, out2, out3].entries()) floats.set(contexts[lane]!, out / 4);
		},
	};
}
