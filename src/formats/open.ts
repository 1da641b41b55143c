// openCheckpoint: the files of one model, whatever their format → one Checkpoint. Decides by first bytes, then by names.

import type { ByteSource, ModelFiles } from '../bytes/source.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint, MetadataValue } from './checkpoint.ts';
import { readGguf } from './gguf/read.ts';
import { readGgufShards, refuseLoneShard } from './gguf/split.ts';
import { checkpointOf } from './join.ts';
import { isObject, readJson, readJsonObject } from './json.ts';
import { beginning, looksLikeGguf, looksLikeSafetensors, notAModel, otherKind } from './kinds.ts';
import { partNames, partNumber } from './part-names.ts';
import { readSafetensors } from './safetensors/read.ts';
import { readSharded } from './safetensors/sharded.ts';

/** config.json of the largest known models has 50 kB; quantisation settings by layer have reached 2 MB. */
const MAX_CONFIG_BYTES = 16 * 2 ** 20;

/** Files that carry a tokenizer, by the names that Hugging Face repositories give them. */
const TOKENIZER_FILES: readonly RegExp[] = [
	/^tokenizer\.json$/,
	/^tokenizer\.model$/,
	/^spiece\.model$/,
	/^sentencepiece\.bpe\.model$/,
	/^vocab\.txt$/,
	/^vocab\.json$/,
	/\.tiktoken$/,
];

/** How the `tokenizers` library begins its files, under whatever name. */
const TOKENIZER_JSON = /^\s*\{\s*"version":\s*"[\d.]+",\s*"truncation":/;

/** Weights of other kinds: named in the refusal of a folder. */
const OTHER_WEIGHTS = /\.(bin|pt|pth|ckpt|h5|msgpack|onnx|npz|tflite|ot)$/;

/**
 * Files → one checkpoint: a GGUF in one or several parts, safetensors in one or several, or a tokenizer alone. Headers are read, no weight.
 * It closes the files when it fails; else they are the checkpoint's to close.
 * @throws TongsaError 'not-found' where no model is among them, 'usage' where several are, 'malformed', 'unsupported', 'too-large'.
 */
export async function openCheckpoint(files: ModelFiles, signal?: AbortSignal): Promise<Checkpoint> {
	try {
		return await (files.files.size === 1 ? openLone(files, signal) : openFolder(await fromModules(files, signal), signal));
	} catch (error) {
		await Promise.allSettled([...files.files.values()].map((source) => source.close()));
		throw error;
	}
}

/** One file alone: its bytes say what it is, whatever its name (Ollama's blobs have none). */
async function openLone(model: ModelFiles, signal: AbortSignal | undefined): Promise<Checkpoint> {
	const [name, source] = [...model.files][0]!;
	const start = await beginning(source, signal);
	if (looksLikeGguf(start)) return openGguf(model, [source], signal);
	if (looksLikeSafetensors(start)) return openSafetensors(model, name, signal);
	if (name === 'tokenizer.json' || TOKENIZER_JSON.test(start)) return tokenizerOnly(model, 'tokenizer.json', source, signal);
	// SentencePiece's protobuf begins with its first piece: field 1, of some bytes.
	if (start.startsWith('\n') && name.endsWith('.model')) return tokenizerOnly(model, 'tokenizer.model', source, signal);
	if (TOKENIZER_FILES.some((pattern) => pattern.test(name)) && source.byteLength > 0) return tokenizerOnly(model, name, source, signal);
	// Damaged, perhaps: the reader says where.
	const other = otherKind(source, start);
	if (!other && name.endsWith('.gguf')) return openGguf(model, [source], signal);
	if (!other && name.endsWith('.safetensors')) return openSafetensors(model, name, signal);
	throw other ?? notAModel(source, start);
}

/** modules.json has a few hundred bytes. */
const MAX_MODULES_BYTES = 2 ** 20;

/**
 * A sentence embedder may keep what reads the text in a folder of its own, the first that modules.json names: its files stand in for those
 * of the same name beside it.
 */
async function fromModules(model: ModelFiles, signal: AbortSignal | undefined): Promise<ModelFiles> {
	const modules = model.files.get('modules.json');
	if (!modules || modules.byteLength > MAX_MODULES_BYTES) return model;
	const list = await readJson(modules, MAX_MODULES_BYTES, signal);
	const first = Array.isArray(list) && isObject(list[0]) ? list[0]['path'] : undefined;
	const folder = typeof first === 'string' ? first.replace(/^\.?\/|\/$/g, '') : '';
	const inner = [...model.files].filter(([name]) => folder !== '' && name.startsWith(`${folder}/`));
	if (inner.length === 0) return model;
	return { ...model, files: new Map([...model.files, ...inner.map(([name, source]) => [name.slice(folder.length + 1), source] as const)]) };
}

/** Several files: safetensors beside a config.json win over a GGUF, since the folder is then a Hugging Face repository. */
async function openFolder(model: ModelFiles, signal: AbortSignal | undefined): Promise<Checkpoint> {
	const names = [...model.files.keys()].filter((name) => !name.includes('/'));
	const ggufs = names.filter((name) => name.endsWith('.gguf'));
	const safetensors = names.filter((name) => name.endsWith('.safetensors') || name.endsWith('.safetensors.index.json'));
	if (safetensors.length > 0 && (ggufs.length === 0 || names.includes('config.json'))) {
		const chosen = chooseSafetensors(model, safetensors);
		if (chosen.endsWith('.safetensors')) await refuseOtherKind(model.files.get(chosen)!, signal);
		return openSafetensors(model, chosen, signal);
	}
	if (ggufs.length > 0) {
		const chosen = chooseGguf(model, ggufs);
		for (const source of chosen) await refuseOtherKind(source, signal);
		return openGguf(model, chosen, signal);
	}
	if (names.some((name) => TOKENIZER_FILES.some((pattern) => pattern.test(name))))
		return tokenizerOnly(model, undefined, undefined, signal);
	const other = names.find((name) => OTHER_WEIGHTS.test(name));
	if (other) throw notAModel(model.files.get(other)!, await beginning(model.files.get(other)!, signal));
	throw new TongsaError('not-found', 'no model in this folder', {
		file: model.name,
		got: names.length === 0 ? 'no files' : names.slice(0, 5).join(', '),
		allowed: 'a .gguf, .safetensors, tokenizer.json or tokenizer.model file',
	});
}

/** A web page or a pointer under a model's name: said by name, in place of "not a GGUF file". */
async function refuseOtherKind(source: ByteSource, signal: AbortSignal | undefined): Promise<void> {
	const refusal = otherKind(source, await beginning(source, signal));
	if (refusal) throw refusal;
}

function chooseSafetensors({ name, files }: ModelFiles, candidates: readonly string[]): string {
	const usual = ['model.safetensors.index.json', 'model.safetensors'].find((file) => files.has(file));
	const index = candidates.find((file) => file.endsWith('.index.json'));
	const chosen = usual ?? index ?? (candidates.length === 1 ? candidates[0] : undefined);
	if (chosen) return chosen;
	throw candidates.some((file) => partNumber(file) !== undefined)
		? new TongsaError('not-found', 'several weight files, and no model.safetensors.index.json to join them', {
				file: name,
				hint: 'Fetch it into the same folder',
			})
		: several(name, candidates);
}

function chooseGguf({ name, files }: ModelFiles, candidates: readonly string[]): ByteSource[] {
	const [candidate = ''] = candidates; // the caller has found one at least
	const split = partNumber(candidate) !== undefined;
	if (candidates.length === 1 && !split) return [files.get(candidate)!];
	if (!split) throw several(name, candidates);
	const wanted = partNames(candidate);
	const missing = wanted.filter((file) => !files.has(file));
	if (missing.length > 0) {
		throw new TongsaError('not-found', `${missing.length} of ${wanted.length} parts of a split model are missing`, {
			file: name,
			got: missing.slice(0, 3).join(', '),
			hint: 'Put all parts into one folder, with their own names',
		});
	}
	if (candidates.length > wanted.length) throw several(name, candidates);
	return wanted.map((file) => files.get(file)!);
}

function several(file: string, candidates: readonly string[]): TongsaError {
	return new TongsaError('usage', 'several models in one folder', {
		file,
		got: candidates.slice(0, 5).join(', ') + (candidates.length > 5 ? `, … (${candidates.length})` : ''),
		hint: 'Name one of them',
	});
}

async function openGguf(model: ModelFiles, sources: readonly ByteSource[], signal: AbortSignal | undefined): Promise<Checkpoint> {
	const { metadata, tensors } = sources.length > 1 ? await readGgufShards(sources, signal) : await readLoneGguf(sources[0]!, signal);
	return checkpointOf({ format: 'gguf', name: model.name, metadata, tensors, files: sources, assets: assetsBeside(model, sources) });
}

async function readLoneGguf(source: ByteSource, signal: AbortSignal | undefined) {
	const file = await readGguf(source, signal);
	refuseLoneShard(file);
	return file;
}

async function openSafetensors(model: ModelFiles, chosen: string, signal: AbortSignal | undefined): Promise<Checkpoint> {
	const source = model.files.get(chosen)!;
	const metadata = await readConfig(model, signal);
	if (chosen.endsWith('.index.json')) {
		const { sources, tensors } = await readSharded(source, model, signal);
		return checkpointOf({
			format: 'safetensors',
			name: model.name,
			metadata,
			tensors,
			files: sources,
			assets: assetsBeside(model, sources),
		});
	}
	const file = await readSafetensors(source, signal);
	if (file.metadata) metadata.set('__metadata__', file.metadata);
	return checkpointOf({
		format: 'safetensors',
		name: model.name,
		metadata,
		tensors: file.tensors,
		files: [source],
		assets: assetsBeside(model, [source]),
	});
}

/** `name` and `source`: a lone file, under the name that its content asks for. */
async function tokenizerOnly(
	model: ModelFiles,
	name: string | undefined,
	source: ByteSource | undefined,
	signal: AbortSignal | undefined,
): Promise<Checkpoint> {
	const assets = name !== undefined && source ? new Map([[name, source]]) : model.files;
	return checkpointOf({
		format: 'tokenizer',
		name: model.name,
		metadata: await readConfig(model, signal),
		tensors: new Map(),
		files: [],
		assets,
	});
}

/** config.json's top-level keys; nothing where there is none. */
async function readConfig(model: ModelFiles, signal: AbortSignal | undefined): Promise<Map<string, MetadataValue>> {
	const config = model.files.get('config.json');
	return new Map(config ? Object.entries(await readJsonObject(config, MAX_CONFIG_BYTES, signal)) : []);
}

function assetsBeside({ files }: ModelFiles, weights: readonly ByteSource[]): Map<string, ByteSource> {
	return new Map([...files].filter(([, source]) => !weights.includes(source)));
}
