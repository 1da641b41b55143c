// How many tokens a model takes: a fact of its config.

import type { RopeConfig, TransformerConfig } from './config.ts';

/** Where no setting bounds the text (ALiBi, rotation without a stated context): a million tokens, as far as models have been shown to go. */
const UNBOUNDED_CONTEXT = 2 ** 20;

/** How many tokens a model takes at once. */
export function contextLengthOf({ context, embedding: { positions }, blocks }: TransformerConfig): number {
	if (positions?.kind === 'learned') return positions.rows - positions.offset;
	return Math.max(context ?? UNBOUNDED_CONTEXT, ...blocks.map(({ attention }) => reachOf(attention.rope)));
}

/** How far a rotation is stretched beyond the context trained on, which is all that some files state. */
function reachOf(rope: RopeConfig | undefined): number {
	const scaling = rope?.scaling;
	return scaling?.kind === 'dynamic' || scaling?.kind === 'yarn' ? Math.floor(scaling.context * scaling.factor) : 0;
}

/** The lengths beyond which LongRoPE rotates by its other list. transformers modeling_phi3.py, prepare_inputs_for_generation */
export function rotationSwitches({ blocks }: TransformerConfig): number[] {
	const lengths = blocks.flatMap(({ attention: { rope } }) =>
		rope?.scaling.kind === 'longrope' || rope?.scaling.kind === 'longrope-tensors' ? [rope.scaling.context] : [],
	);
	return [...new Set(lengths)];
}

/** Whether no token sees those after it: then the model has a next token. */
export function isCausal({ blocks }: TransformerConfig): boolean {
	return blocks.every(({ attention }) => attention.causal);
}
