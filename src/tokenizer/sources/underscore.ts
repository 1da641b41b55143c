// Decoding of vocabularies that write a space as '▁' and missing characters as bytes: SentencePiece's, and BPE in its manner.
// sentencepiece src/sentencepiece_processor.cc (Decode)

import type { DecoderSpec } from '../spec.ts';

/** More marks than any text begins with: all of them are taken off. */
export const ALL = 2 ** 31;

/** `prefix`: how many '▁' were put before the text. `unknown`: what its token is shown as. */
export function underscoreDecoder(prefix: number, unknown?: { readonly text: string; readonly shown: string }): DecoderSpec {
	return {
		type: 'Sequence',
		decoders: [
			...(unknown ? [{ type: 'Replace' as const, pattern: { String: unknown.text }, content: unknown.shown }] : []),
			{ type: 'ByteFallback' },
			{ type: 'Fuse' },
			...(prefix > 0 ? [{ type: 'Strip' as const, content: '\u2581', start: prefix, stop: 0 }] : []),
			{ type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
		],
	};
}
