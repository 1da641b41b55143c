// Decoding of vocabularies that write a space as '▁' and missing characters as bytes: SentencePiece's, and BPE in its manner.
// sentencepiece src/sentencepiece_processor.cc (Decode)

import type { DecoderSpec } from '../spec.ts';

/** `prefix`: whether one '▁' was put before the text, or all before it go ('every'). `unknown`: what its token is shown as. */
export function underscoreDecoder(
	prefix: 'none' | 'one' | 'every',
	unknown?: { readonly text: string; readonly shown: string },
): DecoderSpec {
	return {
		type: 'Sequence',
		decoders: [
			...(unknown ? [{ type: 'Replace' as const, pattern: { String: unknown.text }, content: unknown.shown }] : []),
			...(prefix === 'none' ? [] : [{ type: 'Prefix' as const, every: prefix === 'every' }]),
			{ type: 'ByteFallback' },
			{ type: 'Fuse' },
			{ type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
		],
	};
}
