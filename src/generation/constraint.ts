// A constraint: which tokens may come next, so that the answer satisfies a JSON Schema whatever the model would rather say.

import { TongsaError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { compileSchema, type JsonSchema } from './schema/compile.ts';
import { createMachine, type Machine, type State } from './schema/machine.ts';
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
/** By tokenizer: its vocabulary is sorted once. */
const known = new WeakMap<Tokenizer, Known>();

/** @throws TongsaError 'unsupported', 'malformed' or 'too-large', naming the part of the schema; 'unsupported' without a tokenizer. */
export function openConstraint(tokenizer: Tokenizer | undefined, schema: JsonSchema): Constraint {
	if (!tokenizer) throw new TongsaError('unsupported', 'an answer is bound to a schema by its text, and the model has no tokenizer');
	const { vocabulary, compiled } = knownOf(tokenizer);
	const one = compiledOf(compiled, schema);
	let state = one.machine.start;
	let mask = maskOf(one, state);

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
		allows: (id) => id < vocabulary.size && (mask[id >> 5]! & (1 << (id & 31))) !== 0,
		push(id) {
			let next: State | null = state;
			for (const byte of tokenizer.token(id).bytes) next = next && one.machine.step(next, byte);
			if (!next) throw new TongsaError('internal', 'a token was taken that the schema does not allow', { got: id });
			state = next;
			mask = maskOf(one, state);
		},
	};
}

function knownOf(tokenizer: Tokenizer): Known {
	const found = known.get(tokenizer) ?? { vocabulary: sortVocabulary(tokenizer), compiled: new Map() };
	known.set(tokenizer, found);
	return found;
}

/** The one used longest ago makes room. */
function compiledOf(compiled: Map<string, Compiled>, schema: JsonSchema): Compiled {
	checkSize(schema); // before it is made a key
	const key = JSON.stringify(schema);
	const one = compiled.get(key) ?? { machine: createMachine(compileSchema(schema)), masks: new Map() };
	compiled.delete(key);
	compiled.set(key, one);
	if (compiled.size > MAX_KEPT) compiled.delete(compiled.keys().next().value!);
	return one;
}
