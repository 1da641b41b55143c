// A collection: texts of one's own under a name, indexed with one embedding model, searched, and asked.

import { TongsaError } from '../errors.ts';
import { finishDocument, type Indexed, type IndexOptions, indexSources, rebuildDocument, type Source } from './indexing.ts';
import { Searcher, type SearchOptions, type SearchResult, type SearchSettings } from './search.ts';
import type { DocumentRecord, IndexRecord, Store, StoreStats } from './store/types.ts';
import type { EmbeddingModel } from './types.ts';

export interface CollectionOptions extends SearchSettings {
	/** Default 'default'. */
	readonly name?: string;
	/** Absent: words alone, or for reading what needs no vectors. */
	readonly model?: EmbeddingModel;
	/** Makes the collection where there is none (default false). */
	readonly create?: boolean;
	/** Tokens of a chunk, and of what neighbours share (default 256 and 32): settled when the collection is made. */
	readonly chunkTokens?: number;
	readonly overlapTokens?: number;
}

export const CHUNK_TOKENS = 256;
export const OVERLAP_TOKENS = 32;
/** Names are also parts of file names and of addresses. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,63}$/u;

export interface CollectionFacts {
	readonly name: string;
	readonly embedding?: IndexRecord['embedding'];
	readonly chunkTokens: number;
	readonly overlapTokens: number;
	readonly store: string;
}

export class Collection {
	readonly name: string;
	readonly #store: Store;
	readonly #index: IndexRecord;
	readonly #options: CollectionOptions;
	readonly #searcher: Searcher;

	private constructor(store: Store, index: IndexRecord, options: CollectionOptions) {
		this.name = index.collection;
		this.#store = store;
		this.#index = index;
		this.#options = options;
		this.#searcher = new Searcher(store, index, options.model, options);
	}

	/**
	 * @throws TongsaError 'not-found' where there is none and none is to be made; 'unsupported' for a model that is not the collection's own: vectors of
	 * two models are never compared.
	 */
	static async open(store: Store, options: CollectionOptions): Promise<Collection> {
		const name = (options.name ?? 'default').normalize('NFC');
		if (!NAME.test(name))
			throw new TongsaError('usage', 'not a name for a collection', { got: name, allowed: 'letters, digits, . _ -, at most 64' });
		const [index] = await store.indexes(name);
		if (index) {
			checkModel(index, options.model);
			return new Collection(store, index, options);
		}
		if (!options.create) {
			const known = (await store.collections()).map((one) => one.name).join(', ');
			throw new TongsaError('not-found', 'no such collection', {
				got: name,
				...(known !== '' && { allowed: known }),
				hint: 'Make it: tongsa index FOLDER',
			});
		}
		return new Collection(store, await store.createIndex(name, indexSettings(options)), options);
	}

	/** The model that it was opened with. */
	get model(): EmbeddingModel | undefined {
		return this.#options.model;
	}

	get facts(): CollectionFacts {
		const { embedding, sizes } = this.#index;
		return {
			name: this.name,
			...(embedding && { embedding }),
			chunkTokens: sizes.tokens,
			overlapTokens: sizes.overlap,
			store: this.#store.kind,
		};
	}

	/** Indexes what is new or changed. */
	add(sources: Iterable<Source> | AsyncIterable<Source>, options: IndexOptions = {}): Promise<Indexed> {
		this.#needModel();
		return indexSources(this.#store, this.#index, this.#options.model, sources, options);
	}

	/** A document that was only put down: a worker's job. */
	complete(document: number, signal?: AbortSignal): Promise<number> {
		this.#needModel();
		return finishDocument(this.#store, this.#index, this.#options.model, document, signal);
	}

	remove(paths: readonly string[]): Promise<number> {
		return this.#store.removeDocuments(this.#index.id, paths);
	}

	search(query: string, options: SearchOptions = {}): Promise<SearchResult> {
		// Opened without its model, a collection is still searched by words.
		return this.#searcher.search(query, options);
	}

	/** More like a document of the collection. */
	like(path: string, options: SearchOptions = {}): Promise<SearchResult> {
		return this.#searcher.like(path, options);
	}

	documents(): Promise<DocumentRecord[]> {
		return this.#store.documents(this.#index.id);
	}

	stats(): Promise<StoreStats> {
		return this.#store.stats(this.#index.id);
	}

	/** Every visible passage with its document, for an export. */
	async *passages(): AsyncGenerator<{
		readonly document: DocumentRecord;
		readonly text: string;
		readonly start: number;
		readonly end: number;
		readonly line: number;
		readonly page?: number;
		readonly headings: readonly string[];
		readonly vector?: Float32Array;
	}> {
		const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
		const width = this.#index.embedding?.width;
		for (const document of await this.documents()) {
			const chunks = await this.#store.chunksOf(this.#index.id, document.id);
			const vectors = width
				? await this.#store.vectors(
						this.#index.id,
						chunks.map(({ id }) => id),
						width,
					)
				: [];
			for (const [i, { start, end, line, page, headings, byteStart, byteEnd }] of chunks.entries()) {
				const text = decoder.decode(await this.#store.text(document.id, byteStart, byteEnd));
				yield {
					document,
					text,
					start,
					end,
					line,
					...(page !== undefined && { page }),
					headings,
					...(vectors[i] && { vector: vectors[i] }),
				};
			}
		}
	}

	/**
	 * Builds the index anew with another model or other sizes, beside the one in use, from the texts as they were read; then switches. Called off
	 * or killed, it goes on where it was.
	 */
	async reindex(options: CollectionOptions, { signal, onProgress }: Pick<IndexOptions, 'signal' | 'onProgress'> = {}): Promise<Collection> {
		const wanted = indexSettings(options);
		const same = (index: IndexRecord): boolean =>
			index.embedding?.id === wanted.embedding?.id &&
			index.sizes.tokens === wanted.sizes.tokens &&
			index.sizes.overlap === wanted.sizes.overlap;
		if (same(this.#index)) return this;
		const building = (await this.#store.indexes(this.name)).find((index) => index.id !== this.#index.id && same(index));
		const index = building ?? (await this.#store.createIndex(this.name, wanted));
		// Documents may come and go meanwhile: until both indexes show the same.
		for (;;) {
			const [old, made] = await Promise.all([this.#store.documents(this.#index.id), this.#store.documents(index.id)]);
			const done = new Set(made.map(({ id }) => id));
			const current = new Set(old.map(({ path }) => path));
			const gone = made.filter(({ path }) => !current.has(path)).map(({ path }) => path);
			if (gone.length) await this.#store.removeDocuments(index.id, gone);
			const left = old.filter(({ id }) => !done.has(id));
			if (left.length === 0) break;
			let chunks = 0;
			for (const [i, document] of left.entries()) {
				signal?.throwIfAborted();
				chunks += await rebuildDocument(this.#store, index, options.model, document, signal);
				onProgress?.({ documents: done.size + i + 1, total: old.length, chunks, bytes: 0, path: document.path });
			}
		}
		await this.#store.compact(index.id, signal);
		await this.#store.activate(index.id);
		await this.#searcher.close();
		return new Collection(this.#store, index, options);
	}

	/** Gives memory back; the store is its opener's. */
	close(): Promise<void> {
		return this.#searcher.close();
	}

	#needModel(): void {
		const { embedding } = this.#index;
		if (!embedding || this.#options.model) return;
		throw new TongsaError('usage', 'the collection was opened without its model', {
			got: 'no model',
			allowed: String(embedding.facts.model ?? embedding.id),
		});
	}
}

function indexSettings({
	model,
	chunkTokens = CHUNK_TOKENS,
	overlapTokens = OVERLAP_TOKENS,
}: CollectionOptions): Pick<IndexRecord, 'embedding' | 'sizes'> {
	if (!(Number.isInteger(chunkTokens) && chunkTokens >= 8 && chunkTokens <= 8192)) {
		throw new TongsaError('usage', 'not a size for chunks', { got: chunkTokens, allowed: '8 to 8192 tokens' });
	}
	if (!(Number.isInteger(overlapTokens) && overlapTokens >= 0 && overlapTokens <= chunkTokens / 2)) {
		throw new TongsaError('usage', 'not an overlap', { got: overlapTokens, allowed: `0 to ${Math.floor(chunkTokens / 2)} tokens` });
	}
	return {
		...(model && { embedding: { id: model.id, facts: model.facts, width: model.width } }),
		sizes: { tokens: chunkTokens, overlap: overlapTokens },
	};
}

function checkModel({ embedding, collection }: IndexRecord, model: EmbeddingModel | undefined): void {
	if (!model || model.id === embedding?.id) return;
	throw new TongsaError('unsupported', 'the collection has vectors of another model, and those of two models are never compared', {
		field: collection,
		got: String(model.facts.model ?? model.id),
		allowed: embedding ? String(embedding.facts.model ?? embedding.id) : 'no model: words alone',
		hint: 'Build it anew with this one: tongsa reindex --model NAME',
	});
}
