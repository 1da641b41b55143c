// A tokenizer as GGUF's tokenizer.ggml.* keys: the way back from sources/gguf.ts.
// llama.cpp conversion/bert.py (_xlmroberta_set_vocab), gguf-py/gguf/constants.py (Keys.Tokenizer)

import { TongsaError } from '../../errors.ts';
import type { GgufValue } from '../../formats/gguf/write.ts';
import { KIND, type NormalizerSpec, type TokenizerSpec, type UnigramSpec } from '../spec.ts';
import { tokenString } from '../vocabulary.ts';

const key = (name: string): string => `tokenizer.ggml.${name}`;

/** @throws TongsaError 'unsupported' for a kind of model that is not written yet */
export function ggufTokenizer(spec: TokenizerSpec): ReadonlyMap<string, GgufValue> {
	const { model } = spec;
	if (model.type !== 'Unigram')
		throw new TongsaError('unsupported', 'a tokenizer that is not written as GGUF', { got: model.type, allowed: 'Unigram' });
	const adds = addedAround(spec);
	return new Map<string, GgufValue>([
		...unigramKeys(spec, model),
		...Object.entries(roleIds(spec)).map(([name, id]): [string, GgufValue] => [name, { type: 'u32', value: id }]),
		[key('add_bos_token'), { type: 'bool', value: adds.before }],
		[key('add_eos_token'), { type: 'bool', value: adds.after }],
	]);
}

/** The keys that name a token's role, with its id: also those of roles that the file left to its reader's defaults. */
export function roleIds({ special, model }: TokenizerSpec): Readonly<Record<string, number>> {
	const roles = {
		bos_token_id: special.start,
		eos_token_id: special.end,
		unknown_token_id: special.unknown ?? model.unknown,
		seperator_token_id: special.separator,
		padding_token_id: special.padding,
		mask_token_id: special.mask,
	};
	return Object.fromEntries(Object.entries(roles).flatMap(([name, id]) => (id === undefined ? [] : [[key(name), id]])));
}

function unigramKeys({ normalizer, added_tokens }: TokenizerSpec, { vocabulary }: UnigramSpec): [string, GgufValue][] {
	const { size, scores } = vocabulary;
	const added = new Map(added_tokens.map((token) => [token.id, token]));
	const kinds = Array.from(vocabulary.kinds, (kind, id) => {
		if (kind !== KIND.normal) return kind + 1;
		const token = added.get(id);
		return (token === undefined ? KIND.normal : token.special ? KIND.control : KIND.user) + 1;
	});
	const charsmap = charsmapOf(normalizer);
	return [
		[key('model'), { type: 'string', value: 't5' }],
		[key('pre'), { type: 'string', value: 'default' }],
		[key('tokens'), { type: 'array', of: 'string', values: Array.from({ length: size }, (_, id) => tokenString(vocabulary, id)) }],
		[key('scores'), { type: 'array', of: 'f32', values: scores ?? new Float32Array(size) }],
		[key('token_type'), { type: 'array', of: 'i32', values: kinds }],
		[key('add_space_prefix'), { type: 'bool', value: true }],
		[key('remove_extra_whitespaces'), { type: 'bool', value: true }],
		...(charsmap ? [[key('precompiled_charsmap'), { type: 'array', of: 'u8', values: charsmap }] as [string, GgufValue]] : []),
	];
}

/** SentencePiece's compiled normalisation, wherever the pipeline has it. */
function charsmapOf(normalizer: NormalizerSpec | undefined): Uint8Array | undefined {
	if (normalizer?.type === 'Sequence') return normalizer.normalizers.map(charsmapOf).find((found) => found !== undefined);
	return normalizer?.type === 'Precompiled' || normalizer?.type === 'SentencePiece' ? normalizer.precompiled_charsmap : undefined;
}

/** Whether the template puts BOS before and EOS behind a text. */
function addedAround({ post_processor, special }: TokenizerSpec): { readonly before: boolean; readonly after: boolean } {
	if (post_processor?.type !== 'TemplateProcessing') return { before: false, after: false };
	const tokens = post_processor.single.map((piece) => ('SpecialToken' in piece ? piece.SpecialToken.ids : []));
	return { before: tokens[0]?.[0] === special.start, after: tokens.at(-1)?.at(-1) === special.end };
}
