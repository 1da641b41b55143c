// Language state: a transformer as something that eats ids and says what it expects next. Generation and translation stand on it.

import { TongsaError } from '../errors.ts';
import type { RopeConfig } from '../spec/config.ts';
import { encode, forward } from '../transformer/forward.ts';
import { createState, truncateState } from '../transformer/state.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { unembed } from '../unembedding/unembed.ts';

export interface LanguageState {
	/** The ids eaten so far. */
	readonly ids: readonly number[];
	/** V. */
	readonly vocabulary: number;
	/** Most ids that the state can hold. */
	readonly contextLength: number;
	/** Eats ids; returns the V logits after the last one. */
	feed(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
	/** Forgets all but the first `length` ids. */
	truncate(length: number): void;
}

/** Where no setting bounds the text (ALiBi, rotation without a stated context): a million tokens, as far as models have been shown to go. */
const UNBOUNDED_CONTEXT = 2 ** 20;

/** How many tokens a model takes at once. */
export function contextLengthOf({ config }: Transformer): number {
	const positions = config.embedding.positions;
	if (positions?.kind === 'learned') return positions.rows - positions.offset;
	return Math.max(config.context ?? UNBOUNDED_CONTEXT, ...config.blocks.map(({ attention }) => reachOf(attention.rope)));
}

/** How far a rotation is stretched beyond the context trained on, which is all that some files state. */
function reachOf(rope: RopeConfig | undefined): number {
	const scaling = rope?.scaling;
	return scaling?.kind === 'dynamic' || scaling?.kind === 'yarn' ? Math.floor(scaling.context * scaling.factor) : 0;
}

/** The length beyond which LongRoPE turns by its other list. transformers modeling_phi3.py, prepare_inputs_for_generation */
function switchOf(rope: RopeConfig | undefined): number[] {
	const scaling = rope?.scaling;
	return scaling?.kind === 'longrope' || scaling?.kind === 'longrope-tensors' ? [scaling.context] : [];
}

/** `source`: the ids to translate, for an encoder-decoder. */
export async function languageState(model: Transformer, source?: readonly number[], signal?: AbortSignal): Promise<LanguageState> {
	if (!model.config.blocks.every(({ attention }) => attention.causal)) {
		throw new TongsaError('unsupported', 'this model reads a text both ways: it has no next token', {
			file: model.name,
			hint: 'Ask for states or a sentence vector',
		});
	}
	const state = source ? await encode(model, { ids: source }, { signal }) : createState(model.config);
	const ids: number[] = [];
	const contextLength = contextLengthOf(model);
	const switches = [...new Set(model.config.blocks.flatMap(({ attention: { rope } }) => switchOf(rope)))];
	/** Whether all angles change between two lengths: what is remembered was turned otherwise then, and all ids are passed again. */
	const turns = (from: number, to: number): boolean => switches.some((at) => from <= at !== to <= at);
	return {
		ids,
		vocabulary: model.config.vocabulary,
		contextLength,
		async feed(more, signal) {
			if (ids.length + more.length > contextLength) {
				throw new TongsaError('too-large', 'the text is longer than the context, and nothing is cut in silence', {
					file: model.name,
					got: `${ids.length + more.length} tokens`,
					allowed: `at most ${contextLength}`,
				});
			}
			if (turns(ids.length, ids.length + more.length)) truncateState(state, 0);
			const next = [...ids.slice(state.length), ...more];
			const hidden = await forward(model, { ids: next }, state, { rows: { first: next.length - 1, count: 1 }, signal });
			for (const id of more) ids.push(id);
			return unembed(model, hidden, { signal });
		},
		truncate(length) {
			truncateState(state, turns(ids.length, length) ? 0 : length);
			ids.length = Math.min(ids.length, length);
		},
	};
}
