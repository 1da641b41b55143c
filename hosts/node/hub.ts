// hf:OWNER/REPO[@REVISION][/FILE] → files of a Hugging Face repository: from huggingface_hub's cache, or by ranges without download.
// Cache layout and API: https://huggingface.co/docs/huggingface_hub/guides/manage-cache, …/docs/hub/api.

import { readFile, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { httpSource } from '../../src/bytes/http.ts';
import type { ByteSource, ModelFiles } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import { partNames } from '../../src/formats/part-names.ts';
import type { Progress } from '../../src/host.ts';
import { asNetworkError, download, refusal, textOf } from './download.ts';
import { pathFiles } from './folder.ts';
import { withLock } from './lock.ts';
import { makeFolder } from './make-folder.ts';
import { network } from './network.ts';
import { exists, hubEndpoint, hubFolder, hubTokenFile } from './places.ts';
import type { RecipeFile } from './recipes.ts';
import { selectFiles } from './select.ts';
import { isKnown } from './verified.ts';

export interface HubName {
	readonly repository: string;
	readonly revision: string;
	readonly file?: string;
}

export interface HubOptions {
	readonly fetch: typeof fetch;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
}

interface Listing {
	readonly commit: string;
	/** Path → size, the name of its blob in the cache, and its SHA-256 where the Hub states one (large files). */
	readonly files: ReadonlyMap<string, { readonly byteLength?: number; readonly blob?: string; readonly sha256?: string }>;
}

/** The repository listing: 16 MiB of JSON is some 50,000 files. */
const MAX_LISTING_BYTES = 16 * 2 ** 20;
/** Nobody answers within this time: it is said to be out of reach. */
const ANSWER_MS = 15_000;

export function hubName(text: string): HubName {
	const match = /^([\w][\w.-]*\/[\w][\w.-]*)(?:@([\w.-]+))?(?:\/(.+))?$/.exec(text);
	const [, repository, revision = 'main', file] = match ?? [];
	if (!repository || /(?:^|\/)\.+(?:\/|$)/.test(`${repository}/${revision}/${file ?? ''}`)) {
		throw new TongsaError('usage', 'not a Hugging Face name', { got: text, allowed: 'hf:owner/repo[@revision][/file]' });
	}
	return { repository, revision, ...(file === undefined ? {} : { file }) };
}

const repositoryFolder = (repository: string) => join(hubFolder(), `models--${repository.replace('/', '--')}`);

/** A commit becomes the name of a folder: neither that folder itself nor the one above. */
const isCommit = (text: string): boolean => /^[\w.-]+$/.test(text) && !/^\.+$/.test(text);

/** Folder of the cached snapshot of a revision, whole or in part; undefined when there is none. */
export async function snapshot({ repository, revision }: HubName): Promise<string | undefined> {
	const folder = repositoryFolder(repository);
	const commit = await readFile(join(folder, 'refs', revision), 'utf8').then(
		(text) => text.trim(),
		() => revision,
	);
	const path = join(folder, 'snapshots', commit);
	return isCommit(commit) && (await exists(path)) ? path : undefined;
}

/** The model's files, local where the cache has all of them, else remote: only the bytes that are asked for travel. */
export async function hubFiles(text: string, options: HubOptions): Promise<ModelFiles> {
	const name = hubName(text);
	const local = await snapshot(name);
	if (local) {
		const path = name.file === undefined ? local : join(local, name.file);
		const files = await pathFiles(path).catch(() => undefined);
		if (files && [...files.files.keys()].some((file) => /\.(?:gguf|safetensors)$/.test(file))) return { ...files, name: `hf:${text}` };
		await Promise.all([...(files?.files.values() ?? [])].map((source) => source.close()));
	}
	const listing = await list(name, options);
	const headers = await authorization();
	const opened = await Promise.allSettled(
		chosen(name, listing).map(async (file): Promise<[string, ByteSource]> => {
			const url = fileUrl(name.repository, listing.commit, file);
			return [
				name.file === undefined ? file : file.split('/').at(-1)!,
				await httpSource(url, network(options.fetch, headers), options.signal),
			];
		}),
	);
	const failed = opened.find((result) => result.status === 'rejected');
	if (failed) {
		await Promise.all(opened.map((result) => (result.status === 'fulfilled' ? result.value[1].close() : undefined)));
		throw failed.reason;
	}
	return { name: `hf:${text}`, files: new Map(opened.map((result) => (result as PromiseFulfilledResult<[string, ByteSource]>).value)) };
}

/** Fetches files into huggingface_hub's cache, as that library lays them out. Gives the path of the file, or of the snapshot. */
export async function pullHub(name: HubName, options: HubOptions, known?: readonly RecipeFile[]): Promise<string> {
	const listing = await list(name, options);
	// A commit that was asked for by its own name is no other.
	if (/^[0-9a-f]{40}$/.test(name.revision) && listing.commit !== name.revision) {
		throw new TongsaError('changed', 'the repository answered with another commit', {
			file: name.repository,
			got: listing.commit,
			allowed: name.revision,
		});
	}
	const folder = repositoryFolder(name.repository);
	const headers = await authorization();
	// Where a recipe knows size and SHA-256, those count; what the listing says of itself protects only against accidents.
	const files: readonly Wanted[] = known ?? chosen(name, listing).map((file) => ({ name: file, ...listing.files.get(file) }));
	const total = files.reduce((sum, { byteLength = 0 }) => sum + byteLength, 0);
	return withLock(
		join(hubFolder(), '.locks', `models--${name.repository.replace('/', '--')}.tongsa-lock`),
		async () => {
			let before = 0;
			for (const { name: file, byteLength, sha256 } of files) {
				const entry = listing.files.get(file);
				if (!entry) throw new TongsaError('not-found', 'the repository has no such file', { file: name.repository, got: file });
				const pointer = join(folder, 'snapshots', listing.commit, file);
				const blob = join(folder, 'blobs', entry.blob ?? `${listing.commit}-${file.replaceAll('/', '-')}`);
				if (!(await isThere(pointer, byteLength, sha256))) {
					if (!(await isThere(blob, byteLength, sha256))) {
						await download({
							url: fileUrl(name.repository, listing.commit, file),
							headers,
							to: blob,
							fetch: options.fetch,
							...(byteLength !== undefined && { byteLength }),
							...(sha256 && { sha256 }),
							...(options.signal && { signal: options.signal }),
							onProgress: (progress) => options.onProgress?.({ ...progress, done: before + progress.done, ...(total && { total }) }),
						});
					}
					await point(pointer, blob);
				}
				before += byteLength ?? 0;
			}
			if (name.revision !== listing.commit) {
				await makeFolder(join(folder, 'refs'));
				await writeFile(join(folder, 'refs', name.revision), listing.commit);
			}
			return name.file === undefined ? join(folder, 'snapshots', listing.commit) : join(folder, 'snapshots', listing.commit, name.file);
		},
		options.signal,
	);
}

/** What is to be fetched; size and SHA-256 as far as they are known. */
type Wanted = Pick<RecipeFile, 'name'> & Partial<RecipeFile>;

/** Whether a file stands there, and is the one that is wanted. */
async function isThere(path: string, byteLength: number | undefined, sha256: string | undefined): Promise<boolean> {
	if (byteLength !== undefined && sha256) return isKnown(path, { byteLength, sha256 });
	const found = await stat(path).catch(() => undefined);
	return found !== undefined && found.size === (byteLength ?? found.size);
}

/** A link from the snapshot to its blob; a copy of the name where links are not allowed (Windows), as huggingface_hub does. */
async function point(pointer: string, blob: string): Promise<void> {
	await makeFolder(dirname(pointer));
	await unlink(pointer).catch(() => undefined);
	await symlink(relative(dirname(pointer), blob), pointer).catch(async () => (await import('node:fs/promises')).rename(blob, pointer));
}

function chosen({ file, repository }: HubName, listing: Listing): string[] {
	if (file === undefined) return selectFiles([...listing.files.keys()], repository);
	const parts = partNames(file);
	const missing = parts.find((part) => !listing.files.has(part));
	if (missing === undefined) return parts;
	const models = [...listing.files.keys()].filter((name) => /\.(?:gguf|safetensors)$/.test(name));
	throw new TongsaError('not-found', 'the repository has no such file', {
		file: repository,
		got: missing,
		allowed: models.slice(0, 12).join(', ') || 'nothing: no .gguf or .safetensors there',
	});
}

const fileUrl = (repository: string, commit: string, file: string): string =>
	`${hubEndpoint()}/${repository}/resolve/${commit}/${file.split('/').map(encodeURIComponent).join('/')}`;

async function list({ repository, revision }: HubName, { fetch, signal }: HubOptions): Promise<Listing> {
	const url = `${hubEndpoint()}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
	const patience = AbortSignal.timeout(ANSWER_MS);
	let text: string;
	try {
		const response = await fetch(url, { headers: await authorization(), signal: signal ? AbortSignal.any([signal, patience]) : patience });
		if (!response.ok) throw refusal(response, url);
		text = await textOf(response, MAX_LISTING_BYTES, url);
	} catch (error) {
		signal?.throwIfAborted();
		throw asNetworkError(error, url);
	}
	const malformed = () => new TongsaError('malformed', 'an answer that is no repository listing', { file: url });
	let body: { sha?: unknown; siblings?: { rfilename?: unknown; size?: unknown; blobId?: unknown; lfs?: { sha256?: unknown } }[] };
	try {
		body = JSON.parse(text);
	} catch {
		throw malformed();
	}
	if (typeof body.sha !== 'string' || !isCommit(body.sha) || !Array.isArray(body.siblings)) throw malformed();
	const hex = (value: unknown) => (typeof value === 'string' && /^[0-9a-f]{40,64}$/.test(value) ? value : undefined);
	const files = body.siblings.flatMap(({ rfilename, size, blobId, lfs }) => {
		// The name becomes a path: it may not climb out of the snapshot.
		if (typeof rfilename !== 'string' || rfilename.startsWith('/') || rfilename.split(/[/\\]/).includes('..')) return [];
		const sha256 = hex(lfs?.sha256);
		const blob = sha256 ?? hex(blobId);
		return [
			[rfilename, { ...(Number.isSafeInteger(size) && { byteLength: size as number }), ...(blob && { blob }), ...(sha256 && { sha256 }) }],
		] as const;
	});
	return { commit: body.sha, files: new Map(files) };
}

async function authorization(): Promise<Record<string, string>> {
	const token = process.env.HF_TOKEN || (await readFile(hubTokenFile(), 'utf8').catch(() => '')).trim();
	return token ? { authorization: `Bearer ${token}` } : {};
}
