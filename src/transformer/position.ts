// Positions other than rotary ones: sinusoids, ALiBi slopes, buckets of distance, Transformer-XL's relative term.

import type { AttentionConfig } from '../spec/config.ts';

/**
 * Rows of sinusoids: [sin(p·f₀) … | cos(p·f₀) …] with fᵢ = 10000^(−2i/D), for the given positions: (n, D).
 * Vaswani et al. 2017 (arXiv 1706.03762) 3.5, laid out in halves as transformers' Marian and Transformer-XL do.
 */
export function sinusoids(positions: readonly number[], D: number): Float32Array {
	const half = Math.ceil(D / 2);
	const out = new Float32Array(positions.length * D);
	for (const [row, p] of positions.entries()) {
		for (let i = 0; i < half; i++) {
			const angle = p / 10000 ** ((2 * i) / D);
			out[row * D + i] = Math.sin(angle);
			if (half + i < D) out[row * D + half + i] = Math.cos(angle);
		}
	}
	return out;
}

/**
 * The position of each token, −1 for those of the id `padding`, which do not count: 7 pad 9 → 0 −1 1. `counted`: positions before.
 * transformers modeling_roberta.py, create_position_ids_from_input_ids
 */
export function countedPositions(ids: ArrayLike<number>, counted: number, padding: number | undefined): number[] {
	let next = counted;
	return Array.from(ids, (id) => (id === padding ? -1 : next++));
}

/**
 * A slope per head: a geometric row for the largest power of two, and every second of the next finer row for the rest.
 * Press et al. 2021 (arXiv 2108.12409); 8 heads → 1/2, 1/4, … 1/256.
 */
export function alibiSlopes(heads: number): Float32Array {
	const power = 2 ** Math.floor(Math.log2(heads));
	return Float32Array.from({ length: heads }, (_, h) =>
		h < power ? 2 ** ((-8 * (h + 1)) / power) : 2 ** ((-4 * (2 * (h - power) + 1)) / power),
	);
}

/** (H, S): slope · key position, as it is added to the scaled scores. */
export function alibiBias(config: AttentionConfig, S: number): Float32Array {
	const slopes = alibiSlopes(config.heads);
	const bias = new Float32Array(config.heads * S);
	for (let h = 0; h < config.heads; h++) {
		for (let s = 0; s < S; s++) {
			bias[h * S + s] = config.alibi === 'before-scale-bf16' ? bfloat16(bfloat16(slopes[h]!) * bfloat16(s)) * config.scale : slopes[h]! * s;
		}
	}
	return bias;
}

const bits = new DataView(new ArrayBuffer(4));

/** Rounded to the nearest bfloat16, ties to even. */
export function bfloat16(x: number): number {
	bits.setFloat32(0, x);
	const u = bits.getUint32(0);
	bits.setUint32(0, (u + 0x7fff + ((u >>> 16) & 1)) & 0xffff0000);
	return bits.getFloat32(0);
}

/**
 * Bucket of a distance key − query: half of them for each direction; exact up to a quarter of them, then by logarithm up to maxDistance.
 * Raffel et al. 2019 (arXiv 1910.10683); transformers modeling_mpnet.py.
 */
export function bucketOf(distance: number, count: number, maxDistance: number): number {
	const half = count / 2;
	const exactUpTo = Math.floor(half / 2);
	const n = Math.abs(distance);
	const side = distance > 0 ? half : 0;
	if (n < exactUpTo) return side + n;
	const f32 = Math.fround;
	const logarithm = f32(f32(Math.log(f32(n / exactUpTo))) / Math.log(maxDistance / exactUpTo));
	return side + Math.min(half - 1, exactUpTo + Math.trunc(f32(logarithm * (half - exactUpTo))));
}

/** (H, 2S − 1): the learned bias of each distance −(S − 1) … S − 1; `table` is (buckets, H). */
export function distanceBias({ heads: H, buckets }: AttentionConfig, table: Float32Array, S: number): Float32Array {
	const width = 2 * S - 1;
	const bias = new Float32Array(H * width);
	for (let i = 0; i < width; i++) {
		const row = bucketOf(i - (S - 1), buckets!.count, buckets!.maxDistance) * H;
		for (let h = 0; h < H; h++) bias[h * width + i] = table[row + h]!;
	}
	return bias;
}

/** (H, T, S): the learned bias of each pair's bucket; `table` is (buckets, H). */
export function bucketBias(config: AttentionConfig, table: Float32Array, first: number, T: number, S: number): Float32Array {
	const { heads: H, buckets } = config;
	const bias = new Float32Array(H * T * S);
	for (let t = 0; t < T; t++) {
		for (let s = 0; s < S; s++) {
			const row = bucketOf(s - (first + t), buckets!.count, buckets!.maxDistance) * H;
			for (let h = 0; h < H; h++) bias[(h * T + t) * S + s] = table[row + h]!;
		}
	}
	return bias;
}

/**
 * (H, T, S): (query + v) · r(distance), scaled. `query` is (T, H, Dh) without u; `distances` (S, H, Dh) holds W r(0), W r(1), …
 * Dai et al. 2019 (arXiv 1901.02860) 3.3, terms b and d.
 */
export function relativeBias(
	config: AttentionConfig,
	query: Float32Array,
	v: Float32Array,
	distances: Float32Array,
	first: number,
	T: number,
	S: number,
): Float32Array {
	const { heads: H, headWidth: Dh, scale } = config;
	const bias = new Float32Array(H * T * S);
	for (let h = 0; h < H; h++) {
		for (let t = 0; t < T; t++) {
			for (let s = 0; s <= first + t && s < S; s++) {
				const r = ((first + t - s) * H + h) * Dh;
				let dot = 0;
				for (let i = 0; i < Dh; i++) dot += (query[(t * H + h) * Dh + i]! + v[h * Dh + i]!) * distances[r + i]!;
				bias[(h * T + t) * S + s] = dot * scale;
			}
		}
	}
	return bias;
}
