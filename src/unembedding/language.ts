// Language state: a transformer as something that eats ids and says what it expects next. Generation and translation stand on it.

import { TongsaError } from '../errors.ts';
import { encode, forward } from '../transformer/forward.ts';
import { branchState, createState, type State, stateBytes, truncateState } from '../transformer/state.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { top } from './probability.ts';
import { unembed } from './unembed.ts';

export interface LanguageState {
	/** The ids eaten so far. */
	readonly ids: readonly number[];
	/** Most ids that the state can hold. */
	readonly contextLength: number;
	/** Eats ids; returns the V logits after the last one. */
	feed(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
	/** Forgets all but the first `length` ids. */
	truncate(length: number): void;
	/** A state of its own that goes on from here. */
	branch(): LanguageState;
	/** Bytes that keys and values take. */
	readonly byteLength: number;
}

/** Where no setting bounds the text (ALiBi, rotation without a stated context): a million tokens, as far as models have been shown to go. */
const UNBOUNDED_CONTEXT = 2 ** 20;

/** How many tokens a model takes at once. */
export function contextLengthOf({ config }: Transformer): number {
	const positions = config.embedding.positions;
	return positions?.kind === 'learned' ? positions.rows - positions.offset : (config.context ?? UNBOUNDED_CONTEXT);
}

/** `source`: the ids to translate, for an encoder-decoder. */
export async function languageState(model: Transformer, source?: readonly number[], signal?: AbortSignal): Promise<LanguageState> {
	if (!model.config.blocks.every(({ attention }) => attention.causal)) {
		throw new TongsaError('unsupported', 'this model reads a text both ways: it has no next token', {
			file: model.name,
			hint: 'Ask for states or a sentence vector',
		});
	}
	return wrap(model, source ? await encode(model, { ids: source }, { signal }) : createState(model.config), []);
}

function wrap(model: Transformer, state: State, eaten: readonly number[]): LanguageState {
	const ids = [...eaten];
	const contextLength = contextLengthOf(model);
	return {
		ids,
		contextLength,
		get byteLength() {
			return stateBytes(state);
		},
		async feed(more, signal) {
			if (ids.length + more.length > contextLength) {
				throw new TongsaError('too-large', 'the text is longer than the context, and nothing is cut in silence', {
					file: model.name,
					got: `${ids.length + more.length} tokens`,
					allowed: `at most ${contextLength}`,
				});
			}
			const hidden = await forward(model, { ids: more }, state, { rows: { first: more.length - 1, count: 1 }, signal });
			ids.push(...more);
			return unembed(model, hidden, { signal });
		},
		truncate(length) {
			truncateState(state, length);
			ids.length = Math.min(ids.length, length);
		},
		branch: () => wrap(model, branchState(state), ids),
	};
}

/** The most probable translation, token by token, from the start token to the end token (both included), which is forced when room ends. */
export async function translate(
	model: Transformer,
	source: readonly number[],
	{
		end,
		maxTokens,
		without = [],
		signal,
	}: { readonly end: number; readonly maxTokens: number; readonly without?: readonly number[]; readonly signal?: AbortSignal },
): Promise<number[]> {
	const start = model.config.startToken;
	if (start === undefined)
		throw new TongsaError('unsupported', 'the file does not say what a translation starts with', {
			file: model.name,
			field: 'decoder_start_token_id',
		});
	const state = await languageState(model, source, signal);
	const ids = [start];
	let next = [start];
	while (ids.length < maxTokens && next[0] !== end) {
		const logits = await state.feed(next, signal);
		for (const id of without) logits[id] = Number.NEGATIVE_INFINITY;
		next = top(logits, 1);
		ids.push(next[0]!);
	}
	return next[0] === end ? ids : [...ids, end];
}
