// A constraint: which tokens may come next, so that the answer satisfies a JSON Schema whatever the model would rather say.

import { TongsaError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { compileSchema, type JsonSchema } from './schema/compile.ts';
import { exactText } from './schema/exact.ts';
import { createMachine, type Machine, type State } from './schema/machine.ts';
import type { Node } from './schema/nodes.ts';
import { checkSize } from './schema/read.ts';
import { allowedTokens, type SortedVocabulary, sortVocabulary } from './schema/vocabulary.ts';

export type { JsonSchema };

/** Any JSON object: what APIs call JSON mode. */
export const ANY_OBJECT: JsonSchema = { type: 'object' };

/** One answer on its way. */
export interface Constraint {
	/** Whether the answer is a whole value; only then may it end. */
	readonly complete: boolean;
	/** Whether nothing can follow. */
	readonly over: boolean;
	/** Of the tokens that stand for text. */
	allows(id: number): boolean;
	/** The token that was taken. */
	push(id: number): void;
}

/** Schemas that are kept compiled with what was learned of each, and the bytes of their masks. */
const MAX_KEPT = 8;
const MAX_MASK_BYTES = 32 * 2 ** 20;

interface Compiled {
	readonly machine: Machine;
	masks: Map<State, Uint32Array>;
}
interface Known {
	readonly vocabulary: SortedVocabulary;
	readonly compiled: Map<string, Compiled>;
}
/** By tokenizer and the special tokens that count as text: the vocabulary is sorted once. */
const known = new WeakMap<Tokenizer, Map<string, Known>>();

/** @throws TongsaError 'unsupported', 'malformed' or 'too-large', naming the part of the schema; 'unsupported' without a tokenizer. */
export function openConstraint(tokenizer: Tokenizer | undefined, schema: JsonSchema): Constraint {
	if (!tokenizer) throw new TongsaError('unsupported', 'an answer is bound to a schema by its text, and the model has no tokenizer');
	checkSize(schema); // before it is made a key
	return openTextConstraint(tokenizer, exactText(schema), () => compileSchema(schema));
}

/**
 * Binds an answer to the texts of a tree.
 * @param key of the tree: an equal one is compiled once
 * @param marks special tokens that count as their text; where one may stand, nothing else spells it
 */
export function openTextConstraint(tokenizer: Tokenizer, key: string, make: () => Node, marks: readonly number[] = []): Constraint {
	const { vocabulary, compiled } = knownOf(tokenizer, marks);
	const one = compiledOf(compiled, key, make);
	let state = one.machine.start;
	let mask = maskOf(one, state);
	const has = (id: number) => id < vocabulary.size && (mask[id >> 5]! & (1 << (id & 31))) !== 0;
	let forced = marks.filter(has);

	function maskOf({ machine, masks }: Compiled, of: State): Uint32Array {
		const kept = masks.get(of);
		if (kept) return kept;
		const made = allowedTokens(vocabulary, machine, of);
		if ((masks.size + 1) * made.byteLength > MAX_MASK_BYTES) masks.clear();
		masks.set(of, made);
		return made;
	}

	return {
		get complete() {
			return state.complete;
		},
		get over() {
			return state.cells.length === 0;
		},
		allows: (id) => (forced.length > 0 ? forced.includes(id) : has(id)),
		push(id) {
			let next: State | null = state;
			for (const byte of tokenizer.token(id).bytes) next = next && one.machine.step(next, byte);
			if (!next) throw new TongsaError('internal', 'a token was taken that the schema does not allow', { got: id });
			state = next;
			mask = maskOf(one, state);
			forced = marks.filter(has);
		},
	};
}

function knownOf(tokenizer: Tokenizer, marks: readonly number[]): Known {
	const kept = known.get(tokenizer) ?? new Map<string, Known>();
	known.set(tokenizer, kept);
	const key = marks.join(',');
	const found = kept.get(key) ?? { vocabulary: sortVocabulary(tokenizer, marks), compiled: new Map() };
	kept.set(key, found);
	return found;
}

/** The one used longest ago makes room. */
function compiledOf(compiled: Map<string, Compiled>, key: string, make: () => Node): Compiled {
	const one = compiled.get(key) ?? { machine: createMachine(make()), masks: new Map() };
	compiled.delete(key);
	compiled.set(key, one);
	if (compiled.size > MAX_KEPT) compiled.delete(compiled.keys().next().value!);
	return one;
}
