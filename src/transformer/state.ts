// State: what a token changes. Keys and values of all tokens so far, a cache per block; an encoder's states for a decoder.

import type { TransformerConfig } from '../spec/config.ts';

/** Keys and values of one block: `capacity` rows of K · Dh values, of which State.length are filled. */
export interface BlockCache {
	key: Float32Array;
	value: Float32Array;
}

export interface State {
	/** Tokens so far; the next one's position. */
	length: number;
	readonly blocks: readonly BlockCache[];
	/** Decoder only: the encoder's last states (S, D), and the keys and values that each block has made of them. */
	readonly encoded?: { readonly states: Float32Array; readonly length: number; readonly blocks: (BlockCache | undefined)[] };
}

export function createState(config: TransformerConfig, encoded?: Float32Array): State {
	const blocks = config.blocks.map(() => ({ key: new Float32Array(0), value: new Float32Array(0) }));
	if (!encoded) return { length: 0, blocks };
	return {
		length: 0,
		blocks,
		encoded: { states: encoded, length: encoded.length / config.width, blocks: config.blocks.map(() => undefined) },
	};
}

/** Forgets all but the first `length` tokens. */
export function truncateState(state: State, length: number): void {
	state.length = Math.min(state.length, length);
}

/** Writes new rows behind the first `length` ones; room doubles, so that a token costs no copy on average. */
export function appendRows(cache: BlockCache, length: number, key: Float32Array, value: Float32Array, rowWidth: number): void {
	cache.key = written(cache.key, length * rowWidth, key);
	cache.value = written(cache.value, length * rowWidth, value);
}

function written(old: Float32Array, at: number, rows: Float32Array): Float32Array {
	const end = at + rows.length;
	const out = end <= old.length ? old : new Float32Array(Math.max(end, Math.min(2 * old.length, old.length + 2 ** 24)));
	if (out !== old) out.set(old.subarray(0, at));
	out.set(rows, at);
	return out;
}
