// Writing: what a model is given, what may come next under the sampler's settings, and whole answers.

import { createCandidates } from '../../../../src/generation/candidates.ts';
import { applySampler, type SamplerStep } from '../../../../src/generation/sampler.ts';
import { samplerOf } from '../../../../src/generation/sampling.ts';
import { top as bestIds, logProbabilities } from '../../../../src/unembedding/probability.ts';
import type { Precision, TokenView } from './protocol.ts';
import { type Context, modelOf, tokenizerOf, tokenView, tokenViews } from './registry.ts';
import type { Guess } from './work-out.ts';

export interface Turn {
	readonly role: 'system' | 'user' | 'assistant';
	readonly content: string;
}

/** How the next token is drawn. */
export interface SamplerSettings {
	readonly temperature: number;
	/** 0: all. */
	readonly topK: number;
	/** 1: all. */
	readonly topP: number;
	/** 0: all. */
	readonly minP: number;
}

/** A token that may come next: its probability as the model has it, and under the settings; 0 where they leave it out. */
export type Chance = Guess & { readonly drawn: number };

/** Settings that leave nothing out are none. */
const chainOf = ({ topP, ...others }: SamplerSettings): readonly SamplerStep[] => samplerOf({ ...others, ...(topP < 1 && { topP }) });

/** The newest scores of all V tokens: moving a slider must not run the model again. */
interface Scores {
	readonly key: string;
	readonly logs: Float32Array;
	readonly precision: Precision;
}
let kept: Scores | undefined;

async function scoresAfter(context: Context, name: string, ids: readonly number[]): Promise<Scores> {
	const key = JSON.stringify([name, ids]);
	if (kept?.key !== key) {
		const opened = await modelOf(name);
		const { logits, provenance } = await opened.logits(ids, { signal: context.signal });
		kept = { key, logs: Float32Array.from(logProbabilities(logits)), precision: provenance.precision! };
	}
	return kept;
}

export const write = {
	/** A text, or a conversation by the model's own template, as the model is given it. */
	async prompt(context: Context, name: string, given: string | readonly Turn[]): Promise<{ text: string; tokens: TokenView[] }> {
		const tokenizer = await tokenizerOf(name);
		if (typeof given === 'string') return { text: given, tokens: tokenViews(tokenizer, Array.from(tokenizer.encode(given).ids)) };
		const { text, ids } = await (await modelOf(name)).template(given, { signal: context.signal });
		return { text, tokens: tokenViews(tokenizer, ids) };
	},

	async decode(_context: Context, name: string, ids: readonly number[]): Promise<string> {
		return (await tokenizerOf(name)).decode(ids, { skipSpecial: true });
	},

	/** What may come next, the most probable first, and how many tokens the settings leave. */
	async chances(
		context: Context,
		name: string,
		ids: readonly number[],
		settings: SamplerSettings,
		top: number,
	): Promise<{ best: Chance[]; left: number; precision: Precision }> {
		const tokenizer = await tokenizerOf(name);
		const { logs, precision } = await scoresAfter(context, name, ids);
		const candidates = createCandidates(logs.length);
		applySampler(chainOf(settings), logs, ids, candidates);
		const drawn = new Map<number, number>();
		const shares = logProbabilities(candidates.logits.subarray(0, candidates.count));
		for (let i = 0; i < candidates.count; i++) drawn.set(candidates.ids[i]!, Math.exp(shares[i]!));
		const best = bestIds(logs, top).map((id) => ({
			...tokenView(tokenizer, id),
			probability: Math.exp(logs[id]!),
			drawn: drawn.get(id) ?? 0,
		}));
		return { best, left: candidates.count, precision };
	},

	/** An answer that was written before, with the probability of each of its tokens. */
	async written(context: Context, name: string, prompt: readonly number[], answer: readonly number[]): Promise<Guess[]> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const { tokens } = await opened.surprise([...prompt, ...answer], { precision: 'fast', signal: context.signal });
		return tokens
			.slice(prompt.length)
			.map(({ id, logProbability = 0 }) => ({ ...tokenView(tokenizer, id), probability: Math.exp(logProbability) }));
	},

	/** Goes on after ids; every token goes out as it is made. */
	async write(
		context: Context,
		name: string,
		ids: readonly number[],
		settings: SamplerSettings & { readonly seed: number; readonly maxTokens: number },
	): Promise<{ finishReason: string; precision: Precision }> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const { seed, maxTokens } = settings;
		const stream = opened.generate(ids, { maxTokens, seed, sampler: chainOf(settings), signal: context.signal });
		for (;;) {
			const { done, value } = await stream.next();
			if (done) return { finishReason: value.finishReason, precision: value.provenance.precision! };
			if (value.id === undefined) continue; // text without a token of its own
			context.onPart({ ...tokenView(tokenizer, value.id), probability: Math.exp(value.logProbability) } satisfies Guess);
			await context.turn();
		}
	},
};
