// Sampling settings by name → the sampler chain: one order for the command line, the server and the studio.

import { ANY, checkOptions, type Rules } from '../options.ts';
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
export function isDraw(sampler: readonly SamplerStep[] | Sampling = []): boolean {
	return chainOf(sampler).some((step) => step.type === 'temperature' && step.value > 0);
}

/** Which names there are; their values are checked as the chain's steps. */
const NAMES: Rules<Sampling> = {
	temperature: ANY,
	topK: ANY,
	topP: ANY,
	minP: ANY,
	typical: ANY,
	repetition: ANY,
	penaltyLast: ANY,
	frequency: ANY,
	presence: ANY,
	bias: ANY,
};

/** A chain as it is, or the one that settings stand for. @throws TongsaError 'usage' for a name that is none of them. */
export function chainOf(sampler: readonly SamplerStep[] | Sampling): readonly SamplerStep[] {
	if (Array.isArray(sampler)) return sampler;
	checkOptions(sampler, NAMES, 'sampler');
	return samplerOf(sampler as Sampling);
}
