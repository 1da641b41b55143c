// The tokens of a GGUF vocabulary that are found in the text before the model sees it, and what they take with them.
// llama.cpp src/llama-vocab.cpp (llama_vocab::impl::load, special tokens and their attributes)

import type { Checkpoint } from '../../formats/checkpoint.ts';
import { getString } from '../../formats/get.ts';
import { type AddedToken, KIND, type Vocabulary } from '../spec.ts';
import { tokenString } from '../vocabulary.ts';
import { checkAdded } from './table.ts';

/** A tokenizer's key, as GGUF spells it. */
export const key = (name: string): string => `tokenizer.ggml.${name}`;

/** Tokens that are found in the text: control and unknown ones when special text is parsed, user-defined ones always. */
export function addedTokens(checkpoint: Checkpoint, vocabulary: Vocabulary, escaped = false): AddedToken[] {
	const strips = stripsOf(checkpoint);
	const added: AddedToken[] = [];
	const ids = [KIND.control, KIND.unknown, KIND.user].flatMap((kind) => idsOfKind(vocabulary, kind)).sort((a, b) => a - b);
	checkAdded(ids.length, checkpoint.name, key('token_type'));
	for (const id of ids) {
		const kind = vocabulary.kinds[id];
		const content = tokenString(vocabulary, id);
		if (content === '') continue;
		// Runs of spaces (Gemma): SentencePiece finds them in the normalised text, where a space is '▁'.
		const spaces = escaped && /^[ \u2581]+$/.test(content);
		added.push({
			id,
			content,
			single_word: false,
			...strips(content),
			special: kind !== KIND.user,
			...(spaces ? { normalized: true, pattern: content.replaceAll(' ', '\u2581') } : { normalized: false }),
		});
	}
	return added;
}

function idsOfKind({ kinds }: Vocabulary, kind: number): number[] {
	const ids: number[] = [];
	for (let id = kinds.indexOf(kind); id >= 0; id = kinds.indexOf(kind, id + 1)) ids.push(id);
	return ids;
}

/** Which special tokens take the white space beside them: no key says, so llama.cpp goes by names. */
function stripsOf(checkpoint: Checkpoint): (content: string) => Pick<AddedToken, 'lstrip' | 'rstrip'> {
	const pre = getString(checkpoint, key('pre')) ?? '';
	const architecture = getString(checkpoint, 'general.architecture') ?? '';
	const name = (getString(checkpoint, 'general.name') ?? '').toLowerCase();
	const plain = { lstrip: false, rstrip: false };
	if (/jina-v2-(de|es|code)/.test(pre) || /nomic-bert-moe|jina-bert-v3/.test(architecture))
		return (content) => (content === '<mask>' ? { lstrip: true, rstrip: false } : plain);
	if (/phi-?3/.test(name))
		return (content) => (['<unk>', '<s>', '<|endoftext|>'].includes(content) ? plain : { lstrip: false, rstrip: true });
	if (name.includes('modern-bert')) return (content) => (content === '[MASK]' ? { lstrip: true, rstrip: false } : plain);
	return () => plain;
}
