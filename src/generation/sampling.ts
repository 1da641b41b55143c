// Sampling settings by name → the sampler chain: one order for the command line, the server and the studio.

import type { SamplerStep } from './sampler.ts';

/** Sampling settings by the names that APIs and llama.cpp give them; absent ones do nothing, and a topK or minP of 0 is none. */
export interface Sampling {
	readonly temperature?: number;
	readonly topK?: number;
	readonly topP?: number;
	readonly minP?: number;
	readonly typical?: number;
	readonly repetition?: number;
	/** How many of the latest tokens the penalties look at. */
	readonly penaltyLast?: number;
	readonly frequency?: number;
	readonly presence?: number;
	readonly bias?: Readonly<Record<number, number>>;
}

/** Settings → the chain, in llama.cpp's order. The most probable token each time, unless a temperature or a narrowing asks for a draw. */
export function samplerOf(settings: Sampling): readonly SamplerStep[] {
	const { temperature, topK, topP, minP, typical, repetition, penaltyLast, frequency, presence, bias } = settings;
	const narrowed = Boolean(topK || topP || minP || typical);
	const penalised = [repetition, frequency, presence].some((one) => one !== undefined);
	const steps: (SamplerStep | false)[] = [
		bias !== undefined && { type: 'bias', bias },
		penalised && {
			type: 'penalties',
			...(repetition !== undefined && { repetition }),
			...(frequency !== undefined && { frequency }),
			...(presence !== undefined && { presence }),
			...(penaltyLast !== undefined && { last: penaltyLast }),
		},
		Boolean(topK) && { type: 'topK', k: topK! },
		typical !== undefined && { type: 'typical', p: typical },
		topP !== undefined && { type: 'topP', p: topP },
		Boolean(minP) && { type: 'minP', p: minP! },
		{ type: 'temperature', value: temperature ?? (narrowed ? 1 : 0) },
	];
	return steps.filter((step) => step !== false);
}

/** Whether chance decides: only then does a seed matter. */
export function isDraw(chain: readonly SamplerStep[] = []): boolean {
	return chain.some((step) => step.type === 'temperature' && step.value > 0);
}
