// openCollection in Node: finds the database, the collection's model and the kernels, and joins them.

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRowScorer } from '../../src/compute/rows.ts';
import { buildKernels } from '../../src/compute/wasm.ts';
import { TongsaError } from '../../src/errors.ts';
import type { Progress } from '../../src/host.ts';
import { embeddingModelOf } from '../../src/model/embedding-model.ts';
import type { Model } from '../../src/model/types.ts';
import { openModel } from '../../src/model.ts';
import { type AskOptions, ask } from '../../src/retrieval/answers/ask.ts';
import type { Answer } from '../../src/retrieval/answers/types.ts';
import { Collection, type CollectionOptions } from '../../src/retrieval/collection.ts';
import { sha256 } from '../../src/retrieval/hash.ts';
import type { Indexed, IndexOptions, Source } from '../../src/retrieval/indexing.ts';
import type { SearchCache, SearchOptions, SearchResult } from '../../src/retrieval/search.ts';
import type { Store, StoreStats } from '../../src/retrieval/store/types.ts';
import type { EmbeddingModel } from '../../src/retrieval/types.ts';
import { nodeHost } from './host.ts';
import { cacheFolder, dataFolder } from './places.ts';
import { documentReader } from './reading.ts';
import { fileSources, underAny } from './sources.ts';

/** Embedded: English, Korean, Japanese and Chinese. */
export const DEFAULT_MODEL = 'multilingual-e5-small';
/** Of the machine's memory that models may take, the part that vectors of a search may. */
const VECTOR_SHARE = 0.5;

export interface OpenCollectionOptions {
	/** Default 'default'. */
	readonly name?: string;
	/** A model's name, path or URL; 'none' for words alone (default: the collection's own, or multilingual-e5-small for a new one). */
	readonly model?: string | EmbeddingModel;
	readonly create?: boolean;
	readonly chunkTokens?: number;
	readonly overlapTokens?: number;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
	/** Told why a collection with vectors is searched by words alone: its model is not here. */
	readonly onNotice?: (notice: string) => void;
}

/** A collection, with what it was opened with; `close` gives all back. */
export interface OpenedCollection {
	/**
	 * Indexes files and folders, what is new or changed, and takes out what is gone from them; or sources in hand.
	 *
	 *     const { documents, failures } = await texts.add(['./docs'])
	 */
	add(what: readonly string[] | AsyncIterable<Source> | readonly Source[], options?: IndexOptions): Promise<Indexed>;
	/** Takes documents out, by path. Gives how many were there. */
	remove(paths: readonly string[]): Promise<number>;
	search(query: string, options?: SearchOptions): Promise<SearchResult>;
	ask(question: string, options?: AskOptions): Promise<Answer>;
	stats(): Promise<StoreStats>;
	close(): Promise<void>;
	readonly collection: Collection;
	readonly store: Store;
	/** For opening it anew, with another model say. */
	readonly settings: CollectionOptions;
}

export const databaseOf = (given?: string): string => given ?? (process.env.TONGSA_DATABASE || join(dataFolder(), 'texts.sqlite'));

export const isPostgres = (database: string): boolean => /^postgres(?:ql)?:\/\//.test(database);

export async function openStore(database = databaseOf()): Promise<Store> {
	if (isPostgres(database)) return (await import('./stores/postgres.ts')).openPostgres(database);
	return (await import('./stores/sqlite.ts')).openSqlite(database);
}

/**
 *     const texts = await openCollection(undefined, { create: true })
 *     await texts.add(['./docs'])
 *     const { hits } = await texts.search('겨울에 먹는 음식')
 *     await texts.close()
 *
 * @param place a file of SQLite, or postgres://… (default: TONGSA_DATABASE, or texts.sqlite in the user's data folder)
 * @throws TongsaError what Collection.open and openModel throw.
 */
export async function openCollection(place?: string, options: OpenCollectionOptions = {}): Promise<OpenedCollection> {
	const database = databaseOf(place);
	const store = await openStore(database);
	const opened: Model[] = [];
	try {
		const model = await modelFor(store, options, opened);
		const settings: CollectionOptions = {
			...(options.name !== undefined && { name: options.name }),
			...(model && { model }),
			...(options.create && { create: true }),
			...(options.chunkTokens !== undefined && { chunkTokens: options.chunkTokens }),
			...(options.overlapTokens !== undefined && { overlapTokens: options.overlapTokens }),
			scorer: createRowScorer(await buildKernels()),
			memoryBudget: nodeHost().memoryBudget * VECTOR_SHARE,
			...(!isPostgres(database) && database !== ':memory:' && { cache: await cacheOf(database) }),
		};
		const collection = await Collection.open(store, settings);
		const reader = documentReader();
		return {
			collection,
			store,
			settings,
			async add(what, given = {}) {
				const [first] = Array.isArray(what) ? (what as readonly (string | Source)[]) : [];
				if (typeof first !== 'string') return collection.add(what as AsyncIterable<Source> | readonly Source[], given);
				const places = what as readonly string[];
				return collection.add(await fileSources(places, reader, undefined, given.signal), { prune: underAny(places), ...given });
			},
			remove: (paths) => collection.remove(paths),
			search: (query, given) => collection.search(query, given),
			ask: (question, given) => ask(collection, question, given),
			stats: () => collection.stats(),
			async close() {
				await reader.close();
				await collection.close();
				await store.close();
				for (const one of opened) await one.close();
			},
		};
	} catch (error) {
		await store.close();
		for (const one of opened) await one.close();
		throw error;
	}
}

/** Opens a model for embedding; what is opened is put into `opened`. */
export async function openEmbeddingModel(
	reference: string,
	{ signal, onProgress }: Pick<OpenCollectionOptions, 'signal' | 'onProgress'>,
	opened: Model[],
): Promise<EmbeddingModel> {
	const model = await openModel(nodeHost(), reference, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
	opened.push(model);
	return embeddingModelOf(model, signal ? { signal } : {});
}

async function modelFor(store: Store, options: OpenCollectionOptions, opened: Model[]): Promise<EmbeddingModel | undefined> {
	const { model, name = 'default', onNotice } = options;
	if (typeof model === 'object') return model;
	if (model === 'none') return undefined;
	const [index] = await store.indexes(name.normalize('NFC'));
	if (model !== undefined || (!index && options.create)) return openEmbeddingModel(model ?? DEFAULT_MODEL, options, opened);
	if (!index?.embedding) return undefined;
	const reference = String(index.embedding.facts.model);
	try {
		const found = await openEmbeddingModel(reference, options, opened);
		if (found.id === index.embedding.id) return found;
		onNotice?.(
			`the file of ${reference} is not the one that the collection was made with: searching by words alone (tongsa reindex --model ${reference})`,
		);
	} catch (error) {
		if (!(error instanceof TongsaError) || options.create) throw error;
		onNotice?.(`the collection's model ${reference} cannot be opened: searching by words alone. ${error.message}`);
	}
	return undefined;
}

/** Vectors as one file a version; those of older versions are removed. What cannot be written is done without. */
async function cacheOf(database: string): Promise<SearchCache> {
	const folder = join(cacheFolder(), 'vectors', (await sha256(database)).slice(0, 16));
	const fileOf = (name: string): string => join(folder, `${name}.f32`);
	return {
		read: (name) => readFile(fileOf(name)).catch(() => undefined),
		async write(name, parts) {
			const part = join(folder, `.${name}.${process.pid}.part`);
			try {
				await mkdir(folder, { recursive: true });
				await writeFile(part, parts);
				await rename(part, fileOf(name));
				const index = name.slice(0, name.indexOf('-') + 1);
				for (const old of await readdir(folder))
					if (old.startsWith(index) && old !== `${name}.f32`) await rm(join(folder, old), { force: true });
			} catch {
				await rm(part, { force: true }).catch(() => undefined);
			}
		},
	};
}
