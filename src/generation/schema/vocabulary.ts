// A vocabulary as a machine walks it: all tokens' bytes in order, so that what tokens begin with alike is walked once.

import type { Tokenizer } from '../../tokenizer/types.ts';
import { commonPrefix } from '../../transformer/common-prefix.ts';
import type { Machine, State } from './machine.ts';

/** Tokens that stand for text, sorted by their bytes. */
export interface SortedVocabulary {
	readonly size: number;
	readonly ids: Uint32Array;
	/** Bytes that a token begins with as the one before it does. */
	readonly shared: Uint32Array;
	/** Bytes of token i: offsets[i] to offsets[i + 1]. */
	readonly offsets: Uint32Array;
	readonly bytes: Uint8Array;
}

/** @param marks special tokens that stand for their own text */
export function sortVocabulary(tokenizer: Tokenizer, marks: readonly number[] = []): SortedVocabulary {
	const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.token(id)).filter(
		({ id, kind, bytes }) => (kind === 'normal' || kind === 'byte' || kind === 'user' || marks.includes(id)) && bytes.length > 0,
	);
	tokens.sort((a, b) => compare(a.bytes, b.bytes));
	const offsets = new Uint32Array(tokens.length + 1);
	const shared = new Uint32Array(tokens.length);
	for (const [i, { bytes }] of tokens.entries()) {
		offsets[i + 1] = offsets[i]! + bytes.length;
		if (i > 0) shared[i] = commonPrefix(tokens[i - 1]!.bytes, bytes);
	}
	const bytes = new Uint8Array(offsets.at(-1)!);
	for (const [i, token] of tokens.entries()) bytes.set(token.bytes, offsets[i]);
	return { size: tokenizer.size, ids: Uint32Array.from(tokens, ({ id }) => id), shared, offsets, bytes };
}

function compare(a: Uint8Array, b: Uint8Array): number {
	const i = commonPrefix(a, b);
	return i < a.length && i < b.length ? a[i]! - b[i]! : a.length - b.length;
}

/** The tokens that may come in a state: one bit an id. */
export function allowedTokens({ size, ids, shared, offsets, bytes }: SortedVocabulary, machine: Machine, state: State): Uint32Array {
	machine.begin();
	const mask = new Uint32Array(Math.ceil(size / 32));
	/** After so many bytes of the token at hand. */
	const path: State[] = [state];
	/** How many bytes of the token at hand lead somewhere. */
	let alive = 0;
	for (let i = 0; i < ids.length; i++) {
		const from = offsets[i]!;
		const length = offsets[i + 1]! - from;
		// Begins as one that led nowhere.
		if (shared[i]! > alive) continue;
		alive = shared[i]!;
		while (alive < length) {
			const next = machine.step(path[alive]!, bytes[from + alive]!);
			if (next === null) break;
			path[++alive] = next;
		}
		if (alive === length) mask[ids[i]! >> 5]! |= 1 << (ids[i]! & 31);
	}
	return mask;
}
