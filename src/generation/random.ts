// Seeded randomness for sampling: the same seed gives the same text on every machine.
// xoshiro128** 1.1 by Blackman and Vigna (prng.di.unimi.it/xoshiro128starstar.c), seeded by SplitMix32 as its authors advise.

/** Uniform numbers in [0, 1) with 32 random bits each. */
export type Random = () => number;

/**
 * A stream of numbers from a seed. Only the seed's low 32 bits count.
 *
 *     const random = seededRandom(1); random(); // always the same
 */
export function seededRandom(seed: number): Random {
	let mix = seed >>> 0;
	const next = () => {
		mix = (mix + 0x9e3779b9) >>> 0;
		let z = mix;
		z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
		z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
		return (z ^ (z >>> 16)) >>> 0;
	};
	const s = Uint32Array.of(next(), next(), next(), next());
	return () => {
		const result = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9) >>> 0;
		const t = s[1]! << 9;
		s[2]! ^= s[0]!;
		s[3]! ^= s[1]!;
		s[1]! ^= s[2]!;
		s[0]! ^= s[3]!;
		s[2]! ^= t;
		s[3] = rotl(s[3]!, 11);
		return result / 0x1_0000_0000;
	};
}

function rotl(x: number, k: number): number {
	return ((x << k) | (x >>> (32 - k))) >>> 0;
}
