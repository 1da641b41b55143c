// A path → the model's files: one file, its split siblings, or a Hugging Face folder.

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ByteSource, ModelFiles } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import { partNames } from '../../src/formats/part-names.ts';
import { fileSource } from './file.ts';
import { assetsIn, MAX_MODULES_BYTES, moduleFolders, selectFiles, TEMPLATES } from './select.ts';

/** A folder with more entries than this is somebody's home, not a model: the largest published ones have some hundred files. */
const MAX_ENTRIES = 10_000;

/** @throws TongsaError 'not-found', 'unsupported'. */
export async function pathFiles(path: string): Promise<ModelFiles> {
	const { folder, chosen } = await filesOf(path);
	return { name: path, files: await openAll(folder, chosen) };
}

/** Which files a path stands for: their folder and their names in it. Links are followed when they are opened. @throws as pathFiles */
export async function filesOf(path: string): Promise<{ readonly folder: string; readonly chosen: readonly string[] }> {
	const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
		throw new TongsaError(
			'not-found',
			cause.code === 'EACCES' ? 'no permission to read it' : 'no such file or folder',
			{ file: path },
			{ cause },
		);
	});
	if (found.isDirectory()) return { folder: path, chosen: await filesIn(path) };
	// A pipe or device would be waited on forever.
	if (!found.isFile()) throw new TongsaError('unsupported', 'neither a file nor a folder', { file: path });
	const folder = dirname(path);
	const name = basename(path);
	// A safetensors file says neither its shape nor its tokenizer: those stand beside it.
	const inModules = await foldersIn(folder);
	const beside = name.endsWith('.safetensors') ? assetsIn(await names(folder, inModules), inModules) : [];
	return { folder, chosen: [...partNames(name), ...beside] };
}

async function filesIn(path: string): Promise<string[]> {
	const folders = await foldersIn(path);
	return selectFiles(await names(path, folders), path, folders);
}

/** The folders of a sentence embedder's modules. */
async function foldersIn(folder: string): Promise<readonly string[]> {
	const file = join(folder, 'modules.json');
	const size = await stat(file).then(
		(found) => (found.isFile() ? found.size : 0),
		() => 0,
	);
	return size > 0 && size <= MAX_MODULES_BYTES ? moduleFolders(await readFile(file, 'utf8')) : ['1_Pooling'];
}

/** Files of a folder, and of these folders in it. */
async function names(folder: string, inner: readonly string[]): Promise<string[]> {
	const entries = await readdir(folder);
	if (entries.length > MAX_ENTRIES) {
		throw new TongsaError('too-large', 'too many files in this folder for a model', {
			file: folder,
			got: entries.length,
			allowed: `at most ${MAX_ENTRIES}`,
		});
	}
	const below = await Promise.all(
		[...inner, TEMPLATES].map(async (path) => {
			const found = await readdir(join(folder, path), { withFileTypes: true }).catch(() => []);
			return found
				.filter((entry) => !entry.isDirectory())
				.slice(0, MAX_ENTRIES)
				.map(({ name }) => `${path}/${name}`);
		}),
	);
	return [...entries, ...below.flat()].sort();
}

/** Opens files of a folder; closes what is open when one fails. */
async function openAll(folder: string, chosen: readonly string[]): Promise<Map<string, ByteSource>> {
	const opened = await Promise.allSettled(chosen.map((name) => fileSource(join(folder, name))));
	const failed = opened.find((result) => result.status === 'rejected');
	if (failed) {
		await Promise.all(opened.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)));
		throw failed.reason;
	}
	return new Map(opened.map((result, i) => [chosen[i]!, (result as PromiseFulfilledResult<ByteSource>).value]));
}
