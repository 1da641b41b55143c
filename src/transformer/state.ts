// State: what a token leaves behind for those after it. Slots are declared by the config; a backend holds them its own way.
// Every kind says how it grows, is cut, copied and put back, so that engines, generation and the server need not know which a family has.

import type { AttentionConfig, TransformerConfig } from '../spec/config.ts';

/** A place of the state. 'rows': a row for each token, so that it can be cut to any length: keys and values. */
export interface Slot {
	readonly kind: 'rows';
	readonly layer: number;
	readonly name: 'attention.key' | 'attention.value' | 'crossAttention.key' | 'crossAttention.value';
	/** Whose tokens its rows are: the text's own, or those of the text that an encoder has read. */
	readonly of: 'text' | 'source';
	/** K, Dh. */
	readonly heads: number;
	readonly headWidth: number;
}

/** What an engine's state of one text can do, whatever its slots are. */
export interface State {
	/** Tokens so far; the next one's position. */
	readonly length: number;
	/**
	 * Forgets what came after the first `length` tokens. @returns how many it still holds: fewer where a slot cannot go back that far (a
	 * recurrent state knows its present alone), and then the caller passes the rest again.
	 */
	truncate(length: number): number;
	/** A state of its own that goes on from here. */
	fork(): State;
}

export function slot(layer: number, part: 'attention' | 'crossAttention', kind: 'key' | 'value', config: AttentionConfig): Slot {
	const of = part === 'attention' ? 'text' : 'source';
	return { kind: 'rows', layer, name: `${part}.${kind}`, of, heads: config.keyHeads, headWidth: config.headWidth };
}

/** All slots of a model, block by block. */
export function slotsOf(config: TransformerConfig): Slot[] {
	return config.blocks.flatMap(({ attention, cross }, layer) => [
		slot(layer, 'attention', 'key', attention),
		slot(layer, 'attention', 'value', attention),
		...(cross ? [slot(layer, 'crossAttention', 'key', cross), slot(layer, 'crossAttention', 'value', cross)] : []),
	]);
}
