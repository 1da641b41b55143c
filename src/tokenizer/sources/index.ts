// loadTokenizer: which of a model's files its tokenizer is in, and the tokenizer made of it. A source's code is loaded when a file asks for it.

import type { ByteSource } from '../../bytes/source.ts';
import { TongsaError } from '../../errors.ts';
import type { Checkpoint } from '../../formats/checkpoint.ts';
import { getString } from '../../formats/get.ts';
import { readJsonObject } from '../../formats/json.ts';
import type { TokenizerSpec } from '../spec.ts';
import { createTokenizer } from '../tokenizer.ts';
import type { Tokenizer } from '../types.ts';
import { readConfig, type TokenizerConfig } from './config.ts';

/** A tokenizer file of any kind: Gemma's tokenizer.json, the largest known, has 33 MB. */
const MAX_FILE = 2 ** 27;

const encoder = new TextEncoder();

/** undefined where the model carries no tokenizer. @throws TongsaError 'unsupported', 'malformed', 'too-large' */
export async function loadTokenizer(checkpoint: Checkpoint, signal?: AbortSignal): Promise<Tokenizer | undefined> {
	const spec = await tokenizerSpec(checkpoint, signal);
	return spec && createTokenizer(spec);
}

/** What the tokenizer is made of. undefined where the model carries none. @throws TongsaError as loadTokenizer */
export async function tokenizerSpec(checkpoint: Checkpoint, signal?: AbortSignal): Promise<TokenizerSpec | undefined> {
	if (checkpoint.format === 'gguf') {
		// The original's own file, where the converter kept it, says more than the keys beside it.
		const original = getString(checkpoint, 'tokenizer.huggingface.json');
		if (original !== undefined) {
			const config = await readConfig(checkpoint, signal);
			return tokenizerJsonSpec(encoder.encode(original), checkpoint.name, config);
		}
		const { ggufSpec } = await import('./gguf.ts');
		const own = await ggufSpec(checkpoint, signal);
		if (own) return own;
	}
	const config = await readConfig(checkpoint, signal);
	for (const [name, read] of FILES) {
		const found = [...checkpoint.assets].find(([asset]) => name.test(asset));
		if (found) return read(found[1], checkpoint, config, signal);
	}
	return undefined;
}

type ReadFile = (source: ByteSource, checkpoint: Checkpoint, config: TokenizerConfig, signal?: AbortSignal) => Promise<TokenizerSpec>;

async function readAll(source: ByteSource, max: number, signal?: AbortSignal): Promise<Uint8Array> {
	if (source.byteLength > max)
		throw new TongsaError('too-large', 'tokenizer file', { file: source.name, got: source.byteLength, allowed: `at most ${max} bytes` });
	return source.read(0, source.byteLength, signal);
}

const text = async (source: ByteSource, signal?: AbortSignal): Promise<string> =>
	new TextDecoder().decode(await readAll(source, MAX_FILE, signal));

async function tokenizerJsonSpec(bytes: Uint8Array, file: string, config: TokenizerConfig): Promise<TokenizerSpec> {
	const [{ huggingFaceSpec }, { readTokenizerJson }] = await Promise.all([import('./huggingface.ts'), import('./tokenizer-json.ts')]);
	const [json, apart] = readTokenizerJson(bytes, file);
	return huggingFaceSpec(json, file, config, apart);
}

/** SentencePiece's file, or a rank table under the same name (Llama 3's own). */
const readModel: ReadFile = async (source, _checkpoint, config, signal) => {
	const bytes = await readAll(source, MAX_FILE, signal);
	const { looksLikeRanks, tiktokenSpec } = await import('./tiktoken.ts');
	if (looksLikeRanks(new TextDecoder().decode(bytes.subarray(0, 256)))) return tiktokenSpec(bytes, source.name);
	const { sentencePieceSpec } = await import('./sentencepiece.ts');
	return sentencePieceSpec(bytes, source.name, config);
};

/** The files that a tokenizer may be in, the most telling first. */
const FILES: readonly (readonly [RegExp, ReadFile])[] = [
	[
		/^tokenizer\.json$/,
		async (source, _checkpoint, config, signal) => tokenizerJsonSpec(await readAll(source, MAX_FILE, signal), source.name, config),
	],
	[/^(tokenizer|spiece|sentencepiece\.bpe)\.model$/, readModel],
	[
		/\.tiktoken$/,
		async (source, _checkpoint, _config, signal) => {
			const { MAX_RANKS_BYTES, tiktokenSpec } = await import('./tiktoken.ts');
			return tiktokenSpec(await readAll(source, MAX_RANKS_BYTES, signal), source.name);
		},
	],
	[
		/^vocab\.txt$/,
		async (source, _checkpoint, config, signal) => {
			const [{ huggingFaceSpec }, { wordPieceJson }] = await Promise.all([import('./huggingface.ts'), import('./vocab-files.ts')]);
			const [json, apart] = wordPieceJson(await text(source, signal), source.name, config);
			return huggingFaceSpec(json, source.name, config, apart);
		},
	],
	[
		/^vocab\.json$/,
		async (source, checkpoint, config, signal) => {
			const merges = checkpoint.assets.get('merges.txt');
			if (merges === undefined)
				throw new TongsaError('not-found', 'vocab.json without its merges.txt', { file: source.name, hint: 'Put merges.txt beside it' });
			const [{ huggingFaceSpec }, { byteLevelJson }] = await Promise.all([import('./huggingface.ts'), import('./vocab-files.ts')]);
			const vocab = await readJsonObject(source, MAX_FILE, signal);
			const [json, apart] = byteLevelJson(vocab, await text(merges, signal), source.name, config);
			return huggingFaceSpec(json, source.name, config, apart);
		},
	],
];
