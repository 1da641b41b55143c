// MODEL → its files: a name of the package or of the cache, a path, hf:…, ollama:…, or a URL.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from '../../src/architectures/catalogue.ts';
import type { ModelFiles } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import type { ModelReference, Progress } from '../../src/host.ts';
import { meant } from '../../src/suggest.ts';
import { fileSource } from './file.ts';
import { pathFiles } from './folder.ts';
import { PACKAGED, packaged } from './packaged.ts';
import { cacheFolder, exists, ollamaFolder, packagedModel } from './places.ts';
import { RECIPES, type Recipe, type RecipeFile, recipe } from './recipes.ts';

export interface ResolveOptions {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
}

/** 'llama-3.2' is a name, 'model.gguf' a file that may be missing. */
const LOOKS_LIKE_PATH = /[\\/]|\.(?:gguf|safetensors|json|model|txt|tiktoken|bin)$/i;

/** Finds MODEL's files without reading them. @throws TongsaError 'not-found', with what is known instead. */
export async function resolve(reference: ModelReference, options: ResolveOptions = {}): Promise<ModelFiles> {
	if (typeof reference !== 'string') return reference;
	const scheme = /^(hf|ollama|https?|file(?=:\/\/)):/.exec(reference)?.[1];
	if (scheme === 'hf') return (await import('./hub.ts')).hubFiles(reference.slice(3), { ...options, fetch });
	if (scheme === 'ollama') return (await import('./ollama.ts')).ollamaFiles(reference.slice(7));
	if (scheme === 'file') return pathFiles(pathOf(reference));
	if (scheme) return urlFiles(reference, options.signal);
	const pulled = recipe(reference);
	if (pulled) {
		const place = await pulledPlace(pulled, options.signal);
		if (place) return { ...(await pathFiles(place)), name: reference };
	}
	const entry = packaged(reference);
	if (entry) return { name: reference, files: new Map([[entry.file, await fileSource(packagedModel(entry.file))]]) };
	if (pulled && !(await exists(reference))) {
		throw new TongsaError('not-found', 'this model is not here yet', { got: reference, hint: `Fetch it with: tongsa pull ${pulled.name}` });
	}
	if (LOOKS_LIKE_PATH.test(reference) || (await exists(reference))) return pathFiles(reference);
	throw unknown(reference, await (await import('../../src/architectures/catalogue.ts')).catalogueSystem(reference));
}

/** Where the files of a pulled model lie, each checked by its SHA-256: the file itself when it is one, else their folder. */
export async function pulledPlace(model: Recipe, signal?: AbortSignal): Promise<string | undefined> {
	const { files, hub } = model;
	const [file] = files as [RecipeFile];
	/** In Tongsa's own cache, and in those of Hugging Face's and Ollama's tools: what stands for all files, and each file's path. */
	const places: [string, readonly string[]][] = [];
	const inFolder = (folder: string): void => {
		const paths = files.map(({ name }) => join(folder, name));
		places.push([files.length === 1 ? paths[0]! : folder, paths]);
	};
	inFolder(join(cacheFolder(), 'models', model.name));
	const snapshot = hub && (await (await import('./hub.ts')).snapshot(hub));
	if (snapshot) inFolder(snapshot);
	const blob = join(ollamaFolder(), 'blobs', `sha256-${file.sha256}`);
	if (files.length === 1) places.push([blob, [blob]]);
	for (const [place, paths] of places) {
		if (!(await exists(paths[0]!))) continue;
		const { areKnown } = await import('./verified.ts');
		if (await areKnown(paths, files, signal)) return place;
	}
	return undefined;
}

async function urlFiles(url: string, signal: AbortSignal | undefined): Promise<ModelFiles> {
	const [{ filesAt }, { network }] = await Promise.all([import('../../src/formats/address.ts'), import('./network.ts')]);
	return filesAt(url, network(), signal);
}

function pathOf(url: string): string {
	try {
		return fileURLToPath(url);
	} catch {
		throw new TongsaError('usage', 'not the URL of a file on this machine', { got: url });
	}
}

function unknown(reference: string, known: System | undefined): TongsaError {
	const names = [...new Set([...PACKAGED.map(({ name }) => name), ...RECIPES.map(({ name }) => name)])];
	const allowed = `${names.join(', ')}, a path, hf:owner/repo, ollama:name or a URL`;
	if (!known) {
		const aliases = PACKAGED.flatMap((entry) => entry.aliases);
		const hint = meant(reference, [...names, ...aliases]);
		return new TongsaError('not-found', 'no such model', {
			got: reference,
			...(hint ? { hint: `${hint} All: tongsa models` } : { allowed }),
		});
	}
	const what = known.open === 'weights' ? `no file of ${known.title} is here` : `the weights of ${known.title} are not public`;
	const repository = known.repository ? `Open it as hf:${known.repository}, or see` : 'See';
	return new TongsaError('not-found', what, { got: reference, hint: `${repository} what is known of it: tongsa info ${known.id}` });
}
