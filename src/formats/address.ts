// The address of a weight file → the model's files: all parts of a split one, and beside safetensors, which carry neither shape nor
// tokenizer, the small files of its folder.

import { httpSource, type Network } from '../bytes/http.ts';
import type { ByteSource, ModelFiles } from '../bytes/source.ts';
import { TongsaError } from '../errors.ts';
import { partNames } from './part-names.ts';

/** Small files of a Hugging Face folder that a model may need. An address cannot be listed: each is asked for, and may be absent. */
export const BESIDE_SAFETENSORS: readonly string[] = [
	'config.json',
	'generation_config.json',
	'tokenizer.json',
	'tokenizer_config.json',
	'special_tokens_map.json',
	'added_tokens.json',
	'chat_template.jinja',
	'modules.json',
	'sentence_bert_config.json',
	'config_sentence_transformers.json',
	'1_Pooling/config.json',
];

/** Asked for where there is no tokenizer.json, which has all that these have. */
export const OLDER_TOKENIZERS: readonly string[] = [
	'vocab.json',
	'merges.txt',
	'vocab.txt',
	'tokenizer.model',
	'spiece.model',
	'sentencepiece.bpe.model',
];

/** @throws TongsaError 'usage' (no http address), 'not-found', 'network', 'out-of-range' for a name of too many parts. */
export async function filesAt(url: string, network: Network, signal?: AbortSignal): Promise<ModelFiles> {
	if (!URL.canParse(url)) throw new TongsaError('usage', 'not a URL', { got: url });
	const files = new Map<string, ByteSource>();
	const add = async (name: string, address: string): Promise<void> => void files.set(name, await httpSource(address, network, signal));
	const addIfThere = (name: string) => add(name, beside(name, url)).catch(absent);
	try {
		const parts = partAddresses(url);
		await Promise.all(parts.map(([name, address]) => add(name, address)));
		const [first] = parts;
		if (first[0].endsWith('.safetensors')) {
			const index = parts.length > 1 ? [`${first[0].replace(/-00001-of-\d+\.safetensors$/, '')}.safetensors.index.json`] : [];
			await Promise.all([...index, ...BESIDE_SAFETENSORS].map(addIfThere));
			if (!files.has('tokenizer.json')) await Promise.all(OLDER_TOKENIZERS.map(addIfThere));
		}
	} catch (error) {
		await Promise.allSettled([...files.values()].map((source) => source.close()));
		throw error;
	}
	return { name: url, files };
}

/** The parts of what stands at an address, each by its name and its own address. `%20` in one of them stays what it is. */
export function partAddresses(url: string): readonly [readonly [name: string, url: string], ...(readonly [name: string, url: string])[]] {
	const { pathname } = new URL(url);
	const name = decoded(pathname.slice(pathname.lastIndexOf('/') + 1)) || 'model';
	const [first, ...others] = partNames(name).map((part) => [part, part === name ? url : beside(part, url)] as const);
	return [first!, ...others];
}

/** Another file of the same folder; what follows a ? (a key, a revision) goes with it. */
function beside(name: string, url: string): string {
	return new URL(name.split('/').map(encodeURIComponent).join('/') + new URL(url).search, url).href;
}

/** As it stands, where it is no UTF-8. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function absent(error: unknown): void {
	if (!(error instanceof TongsaError && error.code === 'not-found')) throw error;
}
