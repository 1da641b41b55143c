// Which alphabet a BPE pipeline works in: on bytes directly, or, where a later step looks at the byte letters, on the letters themselves.

import type { PreTokenizerSpec } from '../spec.ts';

/** The steps of a pre-tokenizer, sequences opened. */
export function stepsOf(spec: PreTokenizerSpec): readonly PreTokenizerSpec[] {
	return spec.type === 'Sequence' ? spec.pretokenizers.flatMap(stepsOf) : [spec];
}

/**
 * 'byte-level' where a ByteLevel step ends the pipeline: the engine then works on bytes and the letters are never made. 'characters' where
 * steps follow it, which see letters (Falcon: Digits finds '²' in the letters of '한'); the step is then marked to make them.
 */
export function withAlphabet(spec: PreTokenizerSpec | undefined): {
	readonly preTokenizer: PreTokenizerSpec | undefined;
	readonly alphabet: 'characters' | 'byte-level';
} {
	const steps = spec ? stepsOf(spec) : [];
	const at = steps.findIndex((step) => step.type === 'ByteLevel');
	if (at < 0) return { preTokenizer: spec, alphabet: 'characters' };
	if (at === steps.length - 1) return { preTokenizer: spec, alphabet: 'byte-level' };
	// A second ByteLevel would turn letters into letters of letters: each is done in the text.
	const pretokenizers = steps.map((step) => (step.type === 'ByteLevel' ? { ...step, in_text: true as const } : step));
	return { preTokenizer: { type: 'Sequence', pretokenizers }, alphabet: 'characters' };
}
