// Which of a folder's or repository's files make up the model: one GGUF (with its siblings when split), or the safetensors with
// the files beside them. Their names: Hugging Face's loaders.

import { TongsaError } from '../../src/errors.ts';
import { partNames, partNumber } from '../../src/formats/part-names.ts';

/** Small files that openModel reads, by base name. */
const ASSET =
	/^(?:(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|modules|sentence_[\w-]+_config|config_sentence_transformers|chat_template|model\.safetensors\.index)\.json|vocab\.txt|merges\.txt|chat_template\.jinja|(?:tokenizer|spiece|sentencepiece\.bpe|spm)\.model|[\w.-]+\.tiktoken)$/;
/** Chat templates beside the default one: Hugging Face's name for the folder. */
export const TEMPLATES = 'additional_chat_templates';
/** Folders of a sentence embedder's modules, as its library numbers them: 1_Pooling. */
const NUMBERED = /^\d+_[\w-]+$/;
/** modules.json has a few hundred bytes, and names some three modules. */
export const MAX_MODULES_BYTES = 2 ** 16;
const MAX_MODULES = 32;

/** The folders that modules.json names: inside the model's own, wherever they lie there. */
export function moduleFolders(modules: string): string[] {
	let list: unknown;
	try {
		list = JSON.parse(modules);
	} catch {
		return []; // whoever reads it says what is wrong with it
	}
	if (!Array.isArray(list)) return [];
	const paths = list.map((module: { path?: unknown } | null) => module?.path).filter((path) => typeof path === 'string');
	const plain = paths.map((path) => path.replace(/^\.?\/|\/$/g, ''));
	return [...new Set(plain)]
		.filter((path) => /^[^\\:\0]+$/.test(path) && !path.split('/').some((part) => /^\.*$/.test(part)))
		.slice(0, MAX_MODULES);
}

const WEIGHTS = /^[^/]+\.safetensors$/;
const DICTIONARY = /^(?:tokenizer\.json|vocab\.(?:txt|json)|(?:tokenizer|spiece|sentencepiece\.bpe|spm)\.model|[\w.-]+\.tiktoken)$/;

/** The small files, and all of a sentence embedder's modules. */
function assets(names: readonly string[], folders: readonly string[]): string[] {
	return names.filter((name) => {
		const folder = name.slice(0, Math.max(0, name.lastIndexOf('/')));
		const base = folder === '' ? name : name.slice(folder.length + 1);
		if (folder === '') return ASSET.test(base);
		if (folder === TEMPLATES) return base.endsWith('.jinja');
		return (folders.includes(folder) || NUMBERED.test(folder)) && (ASSET.test(base) || WEIGHTS.test(base));
	});
}

/** The small files that belong to one weight file: all but the index of several. */
export const assetsIn = (names: readonly string[], folders: readonly string[] = []): string[] =>
	assets(names, folders).filter((name) => !name.endsWith('.index.json'));

/**
 * @param where the folder's or repository's name, for messages
 * @param folders those that modules.json names, beside the numbered ones
 * @throws TongsaError 'not-found' where there is no model, or more than one.
 */
export function selectFiles(names: readonly string[], where: string, folders: readonly string[] = []): string[] {
	const ggufs = names.filter((name) => name.endsWith('.gguf') && !name.includes('mmproj'));
	const firsts = ggufs.filter((name) => (partNumber(name) ?? 1) === 1);
	const weights = names.filter((name) => WEIGHTS.test(name));
	const small = assets(names, folders);
	const inModule = small.some((name) => name.includes('/') && name.endsWith('.safetensors'));
	if (weights.length && !(firsts.length && !names.includes('config.json'))) {
		// Mistral's repositories carry the same weights twice, the second time in the maker's own names.
		const usual = weights.filter((name) => !name.startsWith('consolidated'));
		return [...(usual.length ? usual : weights), ...small];
	}
	if (firsts.length === 1) return partNames(firsts[0]!);
	if (firsts.length > 1) {
		const shown = firsts.slice(0, 12).join(', ') + (firsts.length > 12 ? `, … (${firsts.length})` : '');
		throw new TongsaError('not-found', 'more than one model here: name one', { file: where, allowed: shown });
	}
	if (inModule || names.some((name) => DICTIONARY.test(name))) return small;
	throw new TongsaError('not-found', 'no model here', {
		file: where,
		allowed: 'a .gguf file; .safetensors with config.json; or a tokenizer (tokenizer.json, tokenizer.model, vocab.txt)',
	});
}
