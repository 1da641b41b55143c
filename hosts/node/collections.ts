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
import { Collection, type CollectionOptions } from '../../src/retrieval/collection.ts';
import { sha256 } from '../../src/retrieval/hash.ts';
import type { SearchCache } from '../../src/retrieval/search.ts';
import type { Store } from '../../src/retrieval/store/types.ts';
import type { EmbeddingModel } from '../../src/retrieval/types.ts';
import { nodeHost } from './host.ts';
import { cacheFolder, dataFolder } from './places.ts';

/** Embedded: English, Korean, Japanese and Chinese. */
export const DEFAULT_MODEL = 'multilingual-e5-small';
/** Of the machine's memory that models may take, the part that vectors of a search may. */
const VECTOR_SHARE = 0.5;

export interface OpenCollectionOptions {
	/** A file of SQLite, or postgres://… (default: texts.sqlite in the user's data folder; TONGSA_DATABASE). */
	readonly database?: string;
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
	readonly collection: Collection;
	readonly store: Store;
	/** For opening it anew, with another model say. */
	readonly settings: CollectionOptions;
	close(): Promise<void>;
}

export const databaseOf = (given?: string): string => given ?? (process.env.TONGSA_DATABASE || join(dataFolder(), 'texts.sqlite'));

export const isPostgres = (database: string): boolean => /^postgres(?:ql)?:\/\//.test(database);

export async function openStore(database = databaseOf()): Promise<Store> {
	if (isPostgres(database)) return (await import('./stores/postgres.ts')).openPostgres(database);
	return (await import('./stores/sqlite.ts')).openSqlite(database);
}

/**
 *     const { collection, close } = await openCollection({ create: true })
 *     await collection.add(sources)
 *     const { hits } = await collection.search('겨울에 먹는 음식')
 *
 * @throws TongsaError what Collection.open and openModel throw.
 */
export async function openCollection(options: OpenCollectionOptions = {}): Promise<OpenedCollection> {
	const database = databaseOf(options.database);
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
		return {
			collection,
			store,
			settings,
			async close() {
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
