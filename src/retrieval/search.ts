// Search over one index: by meaning, by words, or both.

import type { RowScorer } from '../compute/row-scorer.ts';
import { dot } from '../embedding/distance.ts';
import { bestFirst, type Scored } from '../embedding/top.ts';
import { TongsaError } from '../errors.ts';
import { bm25, type Lengths, type WeightedTerm } from './bm25.ts';
import { duplicatesOf } from './duplicates.ts';
import { type Filter, isEmpty, passes } from './filter.ts';
import { fuse, type RankWeights } from './fusion.ts';
import { sha256 } from './hash.ts';
import { eachPosting, encodePostings } from './postings.ts';
import type { ChunkRecord, DocumentRecord, IndexRecord, Snapshot, Store } from './store/types.ts';
import { canBeMisspelt, editDistance, type QueryTerm, queryTerms, trigramsOf } from './terms.ts';
import type { EmbeddingModel, Reranker } from './types.ts';
import { buildMatrix, type VectorPrecision, type VectorSearch } from './vectors.ts';

export interface SearchOptions {
	/** Most hits (default 10). */
	readonly top?: number;
	/** 'hybrid' (default): both; an index without vectors is searched by words. */
	readonly by?: 'hybrid' | 'meaning' | 'words';
	readonly filter?: Filter;
	/** What a rank in each list is worth (default 1 and 1). */
	readonly weights?: RankWeights;
	/** Judges the best hits again. */
	readonly reranker?: Reranker;
	/** How many it judges (default 20). */
	readonly rerank?: number;
	/** Passages of the same words are folded under the best (default true). */
	readonly fold?: boolean;
	readonly signal?: AbortSignal;
}

export interface Place {
	readonly path: string;
	/** UTF-16 units of the text as read. */
	readonly start: number;
	readonly end: number;
	/** From 1. */
	readonly line: number;
	readonly page?: number;
}

export interface Hit extends Place {
	/** Bytes of the text's UTF-8 form. */
	readonly byteStart: number;
	readonly byteEnd: number;
	/** The headings above, joined by ' › '; '' where there are none. */
	readonly heading: string;
	readonly title?: string;
	readonly type: string;
	/** Falls from hit to hit. By both: reciprocal rank fusion; by one: cosine, or BM25; reranked: the reranker's. */
	readonly score: number;
	/** Rank in each list, from 1; absent where it is not in that list's best. */
	readonly ranks: { readonly meaning?: number; readonly words?: number };
	/** Cosine with the question, where vectors were asked. */
	readonly similarity?: number;
	/** Part of the question's weight that stands in the passage, 0 to 1, where words were asked. */
	readonly coverage?: number;
	readonly text: string;
	/** SHA-256 of the passage, and of the file as it was read. */
	readonly sha256: string;
	readonly fileSha256: string;
	/** Near duplicates, folded under this one. */
	readonly duplicates: readonly Place[];
	readonly chunk: number;
}

export interface SearchResult {
	readonly hits: readonly Hit[];
	/** How the vectors were searched; absent where they were not. */
	readonly vectors?: { readonly precision: VectorPrecision | 'database'; readonly exact: boolean; readonly searched: number };
	/** Cosines of the question with passages as they come: what is usual here. */
	readonly background?: { readonly passages: number; readonly mean: number; readonly deviation: number };
	/** Misspelt words and what they were read as. */
	readonly corrected: Readonly<Record<string, readonly string[]>>;
}

/** What a searcher holds in memory, and where it may put copies. */
export interface SearchSettings {
	readonly scorer: RowScorer;
	/** Bytes that vectors may take in memory. */
	readonly memoryBudget: number;
	/** A file that saves reading all vectors from the database again; by name. */
	readonly cache?: SearchCache;
}
export interface SearchCache {
	read(name: string): Promise<Uint8Array | undefined>;
	write(name: string, parts: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Lists are fused this deep: a longer list brings in only what neither list thinks much of. */
const DEPTH = 100;
/** Characters of a question: past it, it is a document. */
const MAX_QUERY = 20_000;
/** A passage has what was asked for when so much of the question's weight stands in it. */
const COVERED = 0.999;
const MAX_EXPANDED = 200;
/** Passages that say what is usual in a collection. */
const BACKGROUND = 256;
/** Passages of a document itself that may stand among those most like it. */
const OWN_PASSAGES = 100;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

interface Loaded {
	readonly snapshot: Snapshot;
	readonly lengths: Lengths;
	vectors?: VectorSearch;
	/** Some vectors, for what is usual. */
	sample?: readonly Float32Array[];
}

/** Searches of one index; what it holds is read again when the index has changed. */
export class Searcher {
	readonly #store: Store;
	readonly #index: IndexRecord;
	readonly #model: EmbeddingModel | undefined;
	readonly #settings: SearchSettings;
	#loaded: Promise<Loaded> | undefined;
	#loadedVersion = -1;

	constructor(store: Store, index: IndexRecord, model: EmbeddingModel | undefined, settings: SearchSettings) {
		this.#store = store;
		this.#index = index;
		this.#model = model;
		this.#settings = settings;
	}

	/** @throws TongsaError 'usage' for an empty question, or one by meaning where the index has no vectors. */
	async search(query: string, options: SearchOptions = {}): Promise<SearchResult> {
		const { top = 10, fold = true, signal } = options;
		const by = options.by ?? 'hybrid';
		checkQuery(query);
		if (by === 'meaning' && !this.#model) {
			throw new TongsaError('usage', 'the collection has no vectors: it can be searched by words alone', {
				hint: 'Give it a model: tongsa reindex --model NAME',
			});
		}
		const loaded = await this.#load(signal);
		const allowed = await this.#allowed(loaded, options.filter);
		const depth = Math.max(DEPTH, 2 * top);
		const words = by === 'meaning' ? undefined : await this.#words(loaded, query, depth, allowed?.slots);
		const meaning = by === 'words' || !this.#model ? undefined : await this.#meaning(loaded, query, depth, allowed, signal);

		const similarity = new Map(meaning?.best.map(({ id, score }) => [id, score]));
		const weights = options.weights ?? { meaning: 1, words: 1 };
		const ranked = fuse(
			meaning?.best.map(({ id }) => id) ?? [],
			words?.best.map(({ id }) => id) ?? [],
			weights,
			words?.exact ?? new Set(),
			meaning && words && ((slot) => words.coverage[slot]! ** 2),
		);
		const score = (slot: number, fused: number): number =>
			meaning && words ? fused : (similarity.get(slot) ?? words?.scores.get(slot) ?? fused);
		const found = ranked
			.slice(0, fold || options.reranker ? Math.max(2 * top, options.rerank ?? 20) : top)
			.map((one) => ({ ...one, score: score(one.slot, one.score) }));
		let hits = await this.#hits(loaded, found, similarity, words?.coverage);
		if (options.reranker) hits = await reranked(options.reranker, query, hits, options.rerank ?? 20, signal);
		return {
			hits: (fold ? folded(hits) : hits).slice(0, top),
			...(meaning && { vectors: meaning.how, background: meaning.background }),
			corrected: words?.corrected ?? {},
		};
	}

	/** Passages like those of a document, from other documents. @throws TongsaError 'not-found'. */
	async like(path: string, options: SearchOptions = {}): Promise<SearchResult> {
		const document = (await this.#store.documents(this.#index.id)).find((one) => one.path === path);
		if (!document) throw new TongsaError('not-found', 'no such document in the collection', { got: path });
		const text = decoder.decode(await this.#store.text(document.id, 0, 4 * MAX_QUERY)).slice(0, MAX_QUERY);
		const top = options.top ?? 10;
		const result = await this.search(text, { ...options, top: top + OWN_PASSAGES });
		return { ...result, hits: result.hits.filter((hit) => hit.path !== path).slice(0, top) };
	}

	async close(): Promise<void> {
		(await this.#loaded?.catch(() => undefined))?.vectors?.free();
		this.#loaded = undefined;
	}

	async #load(signal?: AbortSignal): Promise<Loaded> {
		const version = await this.#store.version(this.#index.id);
		if (!this.#loaded || version !== this.#loadedVersion) {
			await this.close();
			this.#loadedVersion = version;
			this.#loaded = this.#read(signal);
			this.#loaded.catch(() => (this.#loaded = undefined));
		}
		return this.#loaded!;
	}

	async #read(signal?: AbortSignal): Promise<Loaded> {
		const snapshot = await this.#store.snapshot(this.#index.id);
		this.#loadedVersion = snapshot.version;
		const slots = new Map<number, number>();
		snapshot.chunks.forEach((chunk, slot) => {
			slots.set(chunk, slot);
		});
		const total = snapshot.lengths.reduce((sum, length) => sum + length, 0);
		const lengths: Lengths = {
			count: snapshot.chunks.length,
			lengths: snapshot.lengths,
			meanLength: Math.max(1, total / Math.max(1, snapshot.chunks.length)),
			slotOf: (chunk) => slots.get(chunk),
		};
		signal?.throwIfAborted();
		return { snapshot, lengths };
	}

	/** The matrix, filled from the cache or the store. */
	async #matrix(loaded: Loaded, signal?: AbortSignal): Promise<VectorSearch> {
		if (loaded.vectors) return loaded.vectors;
		const { snapshot } = loaded;
		const width = this.#index.embedding!.width;
		const count = snapshot.chunks.length;
		const budget = this.#settings.memoryBudget;
		const precision: VectorPrecision =
			count * width * 4 <= budget ? 'float32' : count * width * 1.07 <= budget && width % 32 === 0 ? 'int8' : 'bit';
		const matrix = buildMatrix(this.#settings.scorer, width, count, precision);
		const name = `${this.#index.id}-${snapshot.version}-${count}x${width}`;
		const cached = await this.#settings.cache?.read(name);
		let rows = 0;
		if (cached?.byteLength === count * width * 4) {
			for (let at = 0; at < count; at += 4096) {
				const some = Math.min(4096, count - at);
				matrix.add(new Float32Array(cached.slice(at * width * 4, (at + some) * width * 4).buffer));
			}
			rows = count;
		} else {
			const parts = this.#store.allVectors(this.#index.id, width);
			for await (const part of parts) {
				signal?.throwIfAborted();
				const some = Math.min(part.length / width, count - rows);
				matrix.add(part.subarray(0, some * width));
				rows += some;
				if (rows === count) break;
			}
			if (rows === count && count > MIN_CACHED)
				await this.#settings.cache?.write(name, bytesOf(this.#store.allVectors(this.#index.id, width)));
		}
		// The index changed between snapshot and vectors: the next search reads both again.
		if (rows !== count) throw new TongsaError('changed', 'the index changed while it was read', { hint: 'Search again' });
		loaded.vectors = matrix.done((slots) =>
			this.#store.vectors(
				this.#index.id,
				slots.map((slot) => snapshot.chunks[slot]!),
				width,
			),
		);
		return loaded.vectors;
	}

	/** Slots and documents that the filter lets through. */
	async #allowed({ snapshot }: Loaded, filter: Filter | undefined) {
		if (!filter || isEmpty(filter)) return undefined;
		const test = passes(filter);
		const documents = (await this.#store.documents(this.#index.id)).filter(test).map(({ id }) => id);
		const set = new Set(documents);
		const slots = new Uint8Array(snapshot.chunks.length);
		snapshot.documents.forEach((document, slot) => {
			if (set.has(document)) slots[slot] = 1;
		});
		return { documents, slots };
	}

	async #meaning(loaded: Loaded, query: string, depth: number, allowed?: { documents: number[]; slots: Uint8Array }, signal?: AbortSignal) {
		const [vector] = await this.#model!.embed([fitting(query, this.#model!)], { kind: 'query', ...(signal && { signal }) });
		const count = loaded.snapshot.chunks.length;
		const background = await this.#background(loaded, vector!);
		if (count === 0) return { best: [], background, how: { precision: 'float32' as const, exact: true, searched: 0 } };
		if (this.#store.nearest) {
			const { chunks, approximate } = await this.#store.nearest(this.#index.id, vector!, depth, allowed?.documents);
			const rows = await this.#store.vectors(this.#index.id, chunks, vector!.length);
			const best = chunks
				.flatMap((chunk, i): Scored[] => {
					const id = loaded.lengths.slotOf(chunk);
					return id === undefined ? [] : [{ id, score: dot(rows[i]!, vector!) }];
				})
				.sort(bestFirst)
				.slice(0, depth);
			return { best, background, how: { precision: 'database' as const, exact: !approximate, searched: count } };
		}
		const matrix = await this.#matrix(loaded, signal);
		const best = await matrix.find(vector!, Math.min(depth, count), allowed?.slots);
		return { best, background, how: { precision: matrix.precision, exact: matrix.exact, searched: count } };
	}

	/** Of passages at even distances over the whole index. */
	async #background(loaded: Loaded, query: Float32Array) {
		const { chunks } = loaded.snapshot;
		const size = Math.min(BACKGROUND, chunks.length);
		loaded.sample ??= await this.#store.vectors(
			this.#index.id,
			Array.from({ length: size }, (_, i) => chunks[Math.floor((i * chunks.length) / size)]!),
			query.length,
		);
		const cosines = loaded.sample.map((row) => dot(row, query));
		const mean = cosines.reduce((sum, value) => sum + value, 0) / Math.max(1, size);
		const deviation = Math.sqrt(cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, size));
		return { passages: chunks.length, mean, deviation };
	}

	async #words({ lengths }: Loaded, query: string, depth: number, allowed?: Uint8Array) {
		const { terms, corrected } = await this.#terms(queryTerms(query));
		const { scores, coverage, hasExact, slots } = bm25(terms, lengths);
		const covered = (slot: number): number => (coverage[slot]! >= COVERED ? 1 : 0);
		const best = slots
			.filter((slot) => !allowed || allowed[slot])
			// Who has every word stands before who has some of them often.
			.sort((a, b) => covered(b) - covered(a) || scores[b]! - scores[a]! || a - b)
			.slice(0, depth);
		return {
			best: best.map((id) => ({ id })),
			scores: new Map(best.map((slot) => [slot, scores[slot]!])),
			coverage,
			exact: new Set(best.filter((slot) => covered(slot) || hasExact[slot])),
			corrected,
		};
	}

	/** Terms with their postings: as they stand, by what they begin (one character), or by the words that were meant. */
	async #terms(asked: readonly QueryTerm[]) {
		const store = this.#store;
		const index = this.#index.id;
		const corrected: Record<string, string[]> = {};
		const single = (term: string): boolean => [...term].length === 1 && /[^\x20-\x7f]/.test(term);
		const found = await store.postings(
			index,
			asked.map(({ term }) => term),
		);
		const terms: WeightedTerm[] = [];
		for (const { term, exact } of asked) {
			let postings = found.get(term);
			let weight = 1;
			if (single(term)) postings = await this.#union(await store.termsFrom(index, term, MAX_EXPANDED));
			else if (!postings && canBeMisspelt(term)) {
				const near = await this.#spellings(term);
				if (near.length) {
					corrected[term] = near;
					postings = await this.#union(near);
					weight = 0.7;
				}
			}
			terms.push({ term, exact, weight, ...(postings && { postings }) });
		}
		return { terms, corrected };
	}

	/** Words at the least distance, at most three. */
	async #spellings(word: string): Promise<string[]> {
		const most = word.length <= 5 ? 1 : 2;
		const near = (await this.#store.termsLike(this.#index.id, trigramsOf(word), MAX_EXPANDED))
			.map((term) => ({ term, distance: editDistance(word, term, most) }))
			.filter(({ distance }) => distance <= most)
			.sort((a, b) => a.distance - b.distance || (a.term < b.term ? -1 : 1));
		return near
			.filter(({ distance }) => distance === near[0]!.distance)
			.slice(0, 3)
			.map(({ term }) => term);
	}

	/** Postings of several terms as of one. */
	async #union(terms: readonly string[]): Promise<Uint8Array | undefined> {
		const counts = new Map<number, number>();
		for (const bytes of (await this.#store.postings(this.#index.id, terms)).values()) {
			eachPosting(bytes, (chunk, count) => void counts.set(chunk, (counts.get(chunk) ?? 0) + count));
		}
		const chunks = [...counts.keys()].sort((a, b) => a - b);
		return chunks.length ? encodePostings({ chunks, counts: chunks.map((chunk) => counts.get(chunk)!) }) : undefined;
	}

	async #hits(
		{ snapshot }: Loaded,
		found: readonly { readonly slot: number; readonly score: number; readonly ranks: Hit['ranks'] }[],
		similarity: ReadonlyMap<number, number>,
		coverage: Float64Array | undefined,
	): Promise<Hit[]> {
		const chunks = new Map((await this.#store.chunks(found.map(({ slot }) => snapshot.chunks[slot]!))).map((chunk) => [chunk.id, chunk]));
		const ids = [...new Set([...chunks.values()].map(({ document }) => document))];
		const documents = new Map((await this.#store.documentsOf(ids)).map((document) => [document.id, document]));
		const hits = await Promise.all(
			found.map(async ({ slot, score, ranks }): Promise<Hit | undefined> => {
				const chunk = chunks.get(snapshot.chunks[slot]!);
				const document = chunk && documents.get(chunk.document);
				// Replaced since the snapshot: the next search sees what stands there now.
				if (!chunk || !document) return undefined;
				const bytes = await this.#store.text(chunk.document, chunk.byteStart, chunk.byteEnd);
				const [near, covered] = [similarity.get(slot), coverage?.[slot]];
				return {
					...placeOf(document, chunk),
					byteStart: chunk.byteStart,
					byteEnd: chunk.byteEnd,
					heading: chunk.headings.join(' › '),
					...(document.title !== undefined && { title: document.title }),
					type: document.type,
					score,
					ranks,
					...(near !== undefined && { similarity: near }),
					...(covered !== undefined && { coverage: covered }),
					text: decoder.decode(bytes),
					sha256: await sha256(bytes),
					fileSha256: document.hash,
					duplicates: [],
					chunk: chunk.id,
				};
			}),
		);
		return hits.filter((hit) => hit !== undefined);
	}
}

/** Fewer vectors are read from the database as fast as from a file. */
const MIN_CACHED = 2000;

async function* bytesOf(parts: AsyncIterable<Float32Array>): AsyncIterable<Uint8Array> {
	for await (const part of parts) yield new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
}

function placeOf(document: DocumentRecord, chunk: ChunkRecord): Place {
	const { start, end, line, page } = chunk;
	return { path: document.path, start, end, line, ...(page !== undefined && { page }) };
}

function folded(hits: readonly Hit[]): Hit[] {
	const first = duplicatesOf(hits.map(({ text }) => text));
	return hits.flatMap((hit, i) => {
		if (first[i] !== undefined) return [];
		const duplicates = hits
			.filter((_, j) => first[j] === i)
			.map(({ path, start, end, line, page }) => ({ path, start, end, line, ...(page !== undefined && { page }) }));
		return [{ ...hit, duplicates }];
	});
}

async function reranked(reranker: Reranker, query: string, hits: readonly Hit[], most: number, signal?: AbortSignal): Promise<Hit[]> {
	const judged = hits.slice(0, most);
	const scores = await reranker.score(
		query,
		judged.map(({ text }) => text),
		signal,
	);
	// What was not judged stands behind what was, whatever the two scores' scales.
	return judged.map((hit, i) => ({ ...hit, score: scores[i]! })).sort((a, b) => b.score - a.score);
}

function checkQuery(query: string): void {
	if (query.trim() === '') throw new TongsaError('usage', 'an empty question', { hint: 'Ask with at least one word' });
	if (query.length > MAX_QUERY) {
		throw new TongsaError('too-large', 'the question is too long', { got: query.length, allowed: `${MAX_QUERY} characters` });
	}
}

/** A question's beginning that fits the model: words are searched in full all the same. */
function fitting(query: string, model: EmbeddingModel): string {
	const offsets = model.offsets(query);
	return offsets.length / 2 <= model.maxTokens ? query : query.slice(0, offsets[2 * model.maxTokens - 1]).toWellFormed();
}
