// Logits of some tokens of a text, as the model gives them or with values replaced on the way.

import { TongsaError } from '../errors.ts';
import { isCausal } from '../spec/context.ts';
import type { Engine, EngineInput } from '../transformer/engine.ts';
import { Observation } from '../transformer/hooks.ts';
import { index, rangeOf, select } from '../transformer/select.ts';
import { noLogits, tokensOf } from '../transformer/transformer.ts';
import { logSumExp, top } from '../unembedding/probability.ts';
import { type Edit, replacementsOf } from './trace.ts';

/** Values that a call may give: 1 GiB of float32. */
const MAX_VALUES = 2 ** 28;

export interface LogitsOptions {
	/** Positions, negative ones from the end; all when absent. */
	readonly tokens?: readonly number[] | undefined;
	readonly replace?: readonly Edit[] | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** (n, V): a row for each of the tokens, in their order. */
export async function logits(engine: Engine, input: EngineInput, { tokens, replace = [], signal }: LogitsOptions): Promise<Float32Array> {
	const { config, name } = engine.model;
	const { vocabulary: V, embedding } = config;
	if (!config.logits) throw noLogits(name);
	const T = tokensOf(input, config);
	const wanted = tokens?.map((token) => index('token', token, T)) ?? Array.from({ length: T }, (_, t) => t);
	checkValues(wanted.length * V);
	// What is known of the text's beginning need not be computed again.
	const isLast = wanted.length === 1 && wanted[0] === T - 1;
	if (isLast && replace.length === 0 && 'ids' in input && !input.source && isCausal(config)) {
		return (await (await engine.sequence()).decode(Array.from(input.ids), signal)).slice();
	}
	const S = input.source ? tokensOf(input.source, config) : T;
	const replacements = replacementsOf(replace, (selector) => select(config, [selector], T, S));
	// Edits may look at all tokens.
	const asked = replace.length > 0 ? { first: 0, count: T } : rangeOf(wanted, T);
	const hooks = replace.length > 0 ? new Observation({ selections: new Map(), replacements, tokens: T, asked, logits: asked }) : undefined;
	const states = await engine.run(input, { hooks, extent: { lastBlock: config.blocks.length - 1, asked }, signal });
	const W = embedding.width;
	const rows = replacements.has('logits') ? Array.from({ length: T }, (_, t) => t) : wanted;
	const chosen = new Float32Array(rows.length * W);
	for (const [i, t] of rows.entries()) chosen.set(states.subarray((t - asked.first) * W, (t - asked.first + 1) * W), i * W);
	const made = await engine.logits(chosen, 'final', replacements.has('logits') ? { hooks, signal } : { signal });
	if (rows === wanted) return made;
	const out = new Float32Array(wanted.length * V);
	for (const [i, t] of wanted.entries()) out.set(made.subarray(t * V, (t + 1) * V), i * V);
	return out;
}

/** The most probable tokens by V logits, best first. */
export function topTokens(own: Float32Array, count: number): { readonly id: number; readonly probability: number }[] {
	const total = logSumExp(own);
	return top(own, count).map((id) => ({ id, probability: Math.exp(own[id]! - total) }));
}

function checkValues(values: number): void {
	if (values <= MAX_VALUES) return;
	throw new TongsaError('too-large', 'that is more than one call may give', {
		got: `${values} values`,
		allowed: `at most ${MAX_VALUES}`,
		hint: 'Ask for fewer tokens',
	});
}
