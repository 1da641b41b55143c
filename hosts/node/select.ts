// Which of a folder's or repository's files make up the model: one GGUF (with its siblings when split), or the safetensors with
// the files beside them. Their names: Hugging Face's loaders.

import { TongsaError } from '../../src/errors.ts';
import { partNames, partNumber } from '../../src/formats/part-names.ts';

/** Small files that openModel reads, as paths inside the folder. */
const ASSET =
	/^(?:(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|modules|sentence_bert_config|config_sentence_transformers|chat_template|1_Pooling\/config|model\.safetensors\.index)\.json|vocab\.txt|merges\.txt|chat_template\.jinja|(?:tokenizer|spiece|sentencepiece\.bpe|spm)\.model|[\w.-]+\.tiktoken)$/;
const WEIGHTS = /^[^/]+\.safetensors$/;
const DICTIONARY = /^(?:tokenizer\.json|vocab\.(?:txt|json)|(?:tokenizer|spiece|sentencepiece\.bpe|spm)\.model|[\w.-]+\.tiktoken)$/;

/** The small files that belong to one weight file: all but the index of several. */
export const assetsIn = (names: readonly string[]): string[] => names.filter((name) => ASSET.test(name) && !name.endsWith('.index.json'));

/**
 * @param where the folder's or repository's name, for messages
 * @throws TongsaError 'not-found' where there is no model, or more than one.
 */
export function selectFiles(names: readonly string[], where: string): string[] {
	const ggufs = names.filter((name) => name.endsWith('.gguf') && !name.includes('mmproj'));
	const firsts = ggufs.filter((name) => (partNumber(name) ?? 1) === 1);
	const weights = names.filter((name) => WEIGHTS.test(name));
	const assets = names.filter((name) => ASSET.test(name));
	if (weights.length && !(firsts.length && !names.includes('config.json'))) {
		// Mistral's repositories carry the same weights twice, the second time in the maker's own names.
		const usual = weights.filter((name) => !name.startsWith('consolidated'));
		return [...(usual.length ? usual : weights), ...assets];
	}
	if (firsts.length === 1) return partNames(firsts[0]!);
	if (firsts.length > 1) {
		const shown = firsts.slice(0, 12).join(', ') + (firsts.length > 12 ? `, … (${firsts.length})` : '');
		throw new TongsaError('not-found', 'more than one model here: name one', { file: where, allowed: shown });
	}
	if (names.some((name) => DICTIONARY.test(name))) return assets;
	throw new TongsaError('not-found', 'no model here', {
		file: where,
		allowed: 'a .gguf file; .safetensors with config.json; or a tokenizer (tokenizer.json, tokenizer.model, vocab.txt)',
	});
}
