// A URL that a page was given → a model's files.

import { httpSource, type Network } from '../../src/bytes/http.ts';
import type { ByteSource, ModelFiles } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import { splitAddresses } from '../split.ts';

/** Names in a Hugging Face folder that a tokenizer or a configuration may stand in; absent ones are no error. */
const BESIDE = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json', '1_Pooling/config.json'];

/** A weight file at a URL; all parts of a split GGUF; beside safetensors, which carry neither shape nor tokenizer, their JSON files. */
export async function filesAt(url: string, network: Network, signal?: AbortSignal): Promise<ModelFiles> {
	const files = new Map<string, ByteSource>();
	for (const [part, address] of splitAddresses(url)) files.set(part, await httpSource(address, network, signal));
	if ([...files.keys()].some((name) => name.endsWith('.safetensors'))) {
		for (const other of BESIDE) {
			const source = await httpSource(new URL(other, url).href, network, signal).catch(absent);
			if (source) files.set(other, source);
		}
	}
	return { name: url, files };
}

function absent(error: unknown): undefined {
	if (error instanceof TongsaError && error.code === 'not-found') return undefined;
	throw error;
}
