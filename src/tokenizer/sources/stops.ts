// Tokens that end a generated text, found by their names, as llama.cpp does for files that do not say.
// llama.cpp src/llama-vocab.cpp, llama_vocab::impl::load (special_eog_ids)

import { stringKernels } from '../../compute/strings.ts';
import { KIND, type Vocabulary } from '../spec.ts';
import { tokenString } from '../vocabulary.ts';

/** Names that end a text in every model that has them. */
const ENDS: ReadonlySet<string> = new Set([
	'<|eot_id|>',
	'<|im_end|>',
	'<|end|>',
	'<|return|>',
	'<|call|>',
	'<|flush|>',
	'<|calls|>',
	'<end_of_turn>',
	'<|endoftext|>',
	'</s>',
	'<|eom_id|>',
	'<EOT>',
	'_<EOT>',
	'[EOT]',
	'[EOS]',
	'<|end_of_text|>',
	'<end_of_utterance>',
	'<eos>',
	'<turn|>',
	'<|tool_response>',
	'<｜end▁of▁sentence｜>',
	'[e~[',
]);
/** '</s>', and the longest of them. */
const [SHORTEST, LONGEST] = [4, 29];
/** '>', ']', '[': no name ends otherwise. */
const LASTS = new Uint8Array(256);
for (const byte of [0x3e, 0x5d, 0x5b]) LASTS[byte] = 1;

export interface Named {
	/** Ids that end a text, ascending. */
	readonly stops: readonly number[];
	/** Kinds, with the named tokens made control. */
	readonly kinds: Uint8Array;
}

/** `own`: the ids that the file itself gives the role (eos, eot, eom). */
export function findStops(vocabulary: Vocabulary, own: readonly (number | undefined)[]): Named {
	const kinds = vocabulary.kinds.slice();
	const found = new Map<string, number>();
	for (const id of stringKernels().select(vocabulary, { least: SHORTEST, most: LONGEST, lasts: LASTS })) {
		const text = tokenString(vocabulary, id);
		// Some files mark '<|im_end|>' as an ordinary token; '</s>' may truly be one (an HTML tag in Qwen's vocabulary).
		const spelled = text.startsWith('<|') || text.startsWith('<｜');
		if (!ENDS.has(text) || (kinds[id] === KIND.normal && !spelled)) continue;
		found.set(text, id);
		if (spelled) kinds[id] = KIND.control;
	}
	// Harmony's and Solar's '<|end|>' ends a message, not the answer.
	const calls = found.has('<|call|>') || found.has('<|calls|>');
	if (calls && (found.has('<|return|>') || found.has('<|flush|>'))) found.delete('<|end|>');
	// Gemma 4's '</s>' is an HTML tag.
	if (found.has('<|tool_response>')) found.delete('</s>');
	const stops = new Set([...found.values(), ...own.filter((id) => id !== undefined)]);
	return { stops: [...stops].sort((a, b) => a - b), kinds };
}
