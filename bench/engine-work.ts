// The work that both engines do: 16 tokens and the first answer, then 512 tokens and 128 decoded, three times.

import type { Measured } from './engine.ts';

const PROMPT = 512;
const DECODED = 128;
const REPEATS = 3;

export interface Engine {
	/** Forgets everything, then passes the prompt through, up to the logits of its last token. */
	prefill(ids: readonly number[]): Promise<void>;
	/** Picks the likeliest token `count` times, after the prompt. */
	decode(count: number): Promise<void>;
}

/** Ordinary ids: beyond the special ones, within every vocabulary of the bench. */
export function prompt(length: number): number[] {
	return Array.from({ length }, (_, i) => 1000 + ((i * 37) % 1000));
}

export async function measure(engine: Engine): Promise<void> {
	await engine.prefill(prompt(16));
	await engine.decode(1);
	process.stdout.write('first\n');
	const prefill: number[] = [];
	const decode: number[] = [];
	for (let i = 0; i < REPEATS; i++) {
		const start = performance.now();
		await engine.prefill(prompt(PROMPT));
		const between = performance.now();
		await engine.decode(DECODED);
		prefill.push((PROMPT * 1000) / (between - start));
		decode.push((DECODED * 1000) / (performance.now() - between));
	}
	const middle = (numbers: number[]): number => numbers.sort((a, b) => a - b)[REPEATS >> 1]!;
	process.stdout.write(JSON.stringify({ prefill: middle(prefill), decode: middle(decode) } satisfies Measured));
}
