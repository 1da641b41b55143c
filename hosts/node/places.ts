// Where things lie on this machine: the package's own models, Tongsa's cache, and the caches of the tools that share files with it.
// Hugging Face: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables; Ollama: its docs/faq.md.

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

type Environment = Readonly<Record<string, string | undefined>>;

const home = (env: Environment): string => env.HOME || homedir();
const userCache = (env: Environment): string => env.XDG_CACHE_HOME || join(home(env), '.cache');

/** Tongsa's own cache. */
export function cacheFolder(env: Environment = process.env): string {
	if (env.TONGSA_CACHE) return env.TONGSA_CACHE;
	if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'tongsa', 'cache');
	if (process.platform === 'darwin' && !env.XDG_CACHE_HOME) return join(home(env), 'Library', 'Caches', 'tongsa');
	return join(userCache(env), 'tongsa');
}

/** What a person would miss: collections of texts. */
export function dataFolder(env: Environment = process.env): string {
	if (env.TONGSA_DATA) return env.TONGSA_DATA;
	if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'tongsa', 'data');
	if (process.platform === 'darwin' && !env.XDG_DATA_HOME) return join(home(env), 'Library', 'Application Support', 'tongsa');
	return join(env.XDG_DATA_HOME || join(home(env), '.local', 'share'), 'tongsa');
}

/** The cache that huggingface_hub keeps: models--OWNER--REPO/{refs,blobs,snapshots}. */
export const hubFolder = (env: Environment = process.env): string =>
	env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(env.HF_HOME || join(userCache(env), 'huggingface'), 'hub');

/** Where huggingface_hub keeps the token of `hf auth login`. */
export const hubTokenFile = (env: Environment = process.env): string =>
	env.HF_TOKEN_PATH || join(env.HF_HOME || join(userCache(env), 'huggingface'), 'token');

export const hubEndpoint = (env: Environment = process.env): string => (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');

/** Ollama's models: manifests/HOST/NAMESPACE/NAME/TAG and blobs/sha256-…. */
export const ollamaFolder = (env: Environment = process.env): string => env.OLLAMA_MODELS || join(home(env), '.ollama', 'models');

/** The variable that says where the cache lies that a path is in. */
export function variableOf(path: string): string | undefined {
	const caches = [
		['TONGSA_CACHE', cacheFolder()],
		['HF_HUB_CACHE', hubFolder()],
		['OLLAMA_MODELS', ollamaFolder()],
	] as const;
	// A folder above it, too: it was to be made.
	return caches.find(([, folder]) => isWithin(path, folder) || isWithin(folder, path))?.[0];
}

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder.replace(/[\\/]*$/, sep));

/** Whether anything stands at a path. */
export const exists = (path: string): Promise<boolean> =>
	stat(path).then(
		() => true,
		() => false,
	);

/** Joined, not `new URL(name, import.meta.url)`: that is how bundlers know a file that a page needs, and they would copy every model there is. */
const here = dirname(fileURLToPath(import.meta.url));

/** The files that the package carries: beside hosts/ in a checkout, one folder higher from dist/. */
export function packagedModel(name: string): string {
	const places = ['../../models', '../../../models'].map((path) => join(here, path, name));
	return places.find((file) => existsSync(file)) ?? places[0]!;
}
