// Seeded random numbers for tests, by the library's own generator: a failure can be repeated by its seed.

import { seededRandom } from '../src/generation/random.ts';

/** Whole numbers in 0 … below − 1. */
export type RandomBelow = (below: number) => number;

export function randomBelow(seed: number): RandomBelow {
	const random = seededRandom(seed);
	return (below) => Math.floor(random() * below);
}

/** Words of 32 random bits. */
export function randomWords(seed: number): () => number {
	const below = randomBelow(seed);
	return () => below(2 ** 32);
}

/** Numbers around 0, nearly normal, of spread 1. */
export function randomFloats(length: number, seed: number): Float32Array {
	const random = seededRandom(seed);
	return Float32Array.from({ length }, () => (random() + random() + random() - 1.5) * 2);
}
