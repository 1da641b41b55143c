// Generation: prompt ids → tokens, one at a time. Joins a sequence, the sampler chain, stop rules and streaming decode.

import { TongsaError } from '../errors.ts';
import { ANY, checkOptions, listOf, OBJECT, type Rule, type Rules, whole } from '../options.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { commonPrefix } from '../transformer/common-prefix.ts';
import type { Sequence } from '../transformer/engine.ts';
import { logSumExp, top } from '../unembedding/probability.ts';
import { createCandidates } from './candidates.ts';
import { type Constraint, type JsonSchema, openConstraint } from './constraint.ts';
import { type Random, seededRandom } from './random.ts';
import { applySampler, checkSampler, draw, type SamplerStep } from './sampler.ts';
import { chainOf, type Sampling } from './sampling.ts';
import { stopStrings } from './stop.ts';
import type { ToolEvent } from './tools/types.ts';

export interface GenerateOptions {
	/** Most tokens to generate (default: what the context has room for). */
	readonly maxTokens?: number;
	/** Settings by name, as {temperature: 0.7, topP: 0.9}; or the chain itself, in order. Absent: the most probable token each time (greedy). */
	readonly sampler?: readonly SamplerStep[] | Sampling;
	/** Seed of the draw; drawn by the host when absent. */
	readonly seed?: number;
	/** Texts that end the answer; they are not part of it. */
	readonly stop?: readonly string[];
	/** Ids that end the answer; default: the model's own. */
	readonly stopIds?: readonly number[];
	/** The answer is one JSON text that satisfies this schema, as long as it ends before maxTokens. Which schemas: docs/engine.md. */
	readonly schema?: JsonSchema;
	/** What binds the answer in place of a schema. */
	readonly constraint?: Constraint;
	/** How many of the likeliest tokens to give with each, and their log-probabilities (default 0). */
	readonly logProbabilities?: number;
	readonly signal?: AbortSignal;
}

/** A token and its log-probability under the model's own distribution: before the sampler chain, at temperature 1. */
export interface ScoredToken {
	readonly id: number;
	/** Text of the token alone. */
	readonly token: string;
	/** Natural logarithm. */
	readonly logProbability: number;
}

export interface GeneratedToken extends ScoredToken {
	/** What this token adds to the answer: whole characters only, '' while one is incomplete or may become a stop string. */
	readonly text: string;
	readonly top: readonly ScoredToken[];
	/** With tools: what the answer says up to here, told apart. */
	readonly events?: readonly ToolEvent[];
}

/** Text that was held back while it might have become a stop string, or was no whole character yet. It belongs to no token of its own. */
export interface HeldBackText {
	readonly id?: undefined;
	readonly text: string;
	/** With tools: what was certain only at the end. */
	readonly events?: readonly ToolEvent[];
}

export type GeneratedPiece = GeneratedToken | HeldBackText;

export type FinishReason = 'stop' | 'length' | 'context';

/** How a generation ended. */
export interface Finish {
	readonly finishReason: FinishReason;
	/** Of the prompt's ids, those whose keys and values were known already. */
	readonly reused: number;
	/** The stop string or the stop token's text, for finishReason 'stop'. */
	readonly stoppedBy?: string;
}

/** An empty one would end every answer before it begins. */
const STOP: Rule = { holds: (text) => typeof text === 'string' && text !== '', allowed: 'a text of at least one character' };

export const GENERATE: Rules<GenerateOptions> = {
	maxTokens: whole(0),
	sampler: OBJECT, // what stands in it: sampling.ts, sampler.ts
	seed: whole(),
	stop: listOf(STOP),
	stopIds: listOf(whole(0)),
	schema: ANY, // what stands in it: constraint.ts
	constraint: ANY,
	logProbabilities: whole(0),
	signal: ANY,
};

/**
 * Yields tokens until a stop rule ends it, and last the text that was held back, if any; the return value says which rule. The prompt's beginning that the sequence already holds is not
 * computed again. The signal is looked at before every token.
 * @throws TongsaError 'usage' for an empty prompt or an option that cannot be, 'unsupported' for a schema that cannot be enforced, 'too-large'
 * when the prompt does not fit the context: nothing is cut in silence.
 */
export async function* generate(
	sequence: Sequence,
	tokenizer: Tokenizer | undefined,
	prompt: readonly number[],
	options: GenerateOptions = {},
	random: Random = seededRandom(options.seed ?? 0),
): AsyncGenerator<GeneratedPiece, Finish> {
	checkOptions(options, GENERATE);
	const chain = chainOf(options.sampler ?? []);
	checkSampler(chain, sequence.vocabulary);
	checkPrompt(prompt, sequence.contextLength);
	const stopIds = new Set(options.stopIds ?? tokenizer?.special.stops ?? []);
	const decoder = tokenizer?.decoder({ skipSpecial: true });
	const stops = stopStrings(options.stop ?? []);
	const heldBack = (): HeldBackText[] => {
		const text = stops.push(decoder?.end() ?? '').text + stops.end();
		return text ? [{ text }] : [];
	};
	const history = [...prompt];
	const constraint = options.constraint ?? (options.schema === undefined ? undefined : openConstraint(tokenizer, options.schema));
	const may = constraint && ((id: number) => (stopIds.has(id) ? constraint.complete : constraint.allows(id)));
	const most = Math.min(options.maxTokens ?? Number.POSITIVE_INFINITY, sequence.contextLength - prompt.length);

	const rest = reusePrefix(sequence, prompt);
	let logits = await sequence.decode(rest, options.signal);
	const reused = prompt.length - sequence.computed;
	const candidates = createCandidates(logits.length);
	for (let made = 0; made < most; made++) {
		options.signal?.throwIfAborted();
		applySampler(chain.length > 0 ? chain : GREEDY, logits, history, candidates, may);
		const id = draw(candidates, random);
		if (stopIds.has(id)) {
			yield* heldBack();
			return { finishReason: 'stop', reused, stoppedBy: textOf(tokenizer, id) };
		}

		const { text, stopped } = stops.push(decoder?.push(id) ?? '');
		yield scored(logits, id, text, options.logProbabilities ?? 0, tokenizer);
		if (stopped !== undefined) return { finishReason: 'stop', reused, stoppedBy: stopped };
		history.push(id);
		constraint?.push(id);
		if (constraint?.over) {
			yield* heldBack();
			return { finishReason: 'stop', reused };
		}
		if (made + 1 < most) logits = await sequence.decode([id], options.signal);
	}
	yield* heldBack();
	return { finishReason: history.length >= sequence.contextLength ? 'context' : 'length', reused };
}

const GREEDY: readonly SamplerStep[] = [{ type: 'temperature', value: 0 }];

function checkPrompt(prompt: readonly number[], contextLength: number): void {
	if (prompt.length === 0) {
		throw new TongsaError('usage', 'the prompt has no tokens, so there is nothing to go on from', { hint: 'Give at least one word' });
	}
	if (prompt.length >= contextLength) {
		throw new TongsaError('too-large', 'the prompt does not fit the context, and nothing is cut in silence', {
			got: `${prompt.length} tokens`,
			allowed: `at most ${contextLength - 1}, so that one can be generated`,
		});
	}
}

/** Rewinds the sequence to what it shares with the prompt. @returns the ids still to be consumed: at least one, for its logits. */
function reusePrefix(sequence: Sequence, prompt: readonly number[]): readonly number[] {
	const shared = Math.min(commonPrefix(sequence.ids, prompt), prompt.length - 1);
	sequence.truncate(shared);
	return prompt.slice(shared);
}

/** The chosen token and the `count` best, with log-probabilities from the raw logits. */
function scored(logits: Float32Array, id: number, text: string, count: number, tokenizer: Tokenizer | undefined): GeneratedToken {
	const total = logSumExp(logits);
	const best =
		count === 0
			? NONE
			: top(logits, count).map((other) => ({ id: other, token: textOf(tokenizer, other), logProbability: logits[other]! - total }));
	return { id, token: textOf(tokenizer, id), logProbability: logits[id]! - total, text, top: best };
}

const NONE: readonly ScoredToken[] = [];

function textOf(tokenizer: Tokenizer | undefined, id: number): string {
	return tokenizer && id < tokenizer.size ? tokenizer.token(id).text : '';
}
