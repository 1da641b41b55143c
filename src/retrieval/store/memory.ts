// The store in memory: for a page, a test, or a few texts. What it holds goes with it.

import { TongsaError } from '../../errors.ts';
import { trigramsOf } from '../terms.ts';
import type { Block } from '../types.ts';
import { joined } from './sql.ts';
import type { ChunkRecord, DocumentInput, DocumentRecord, IndexRecord, NewChunk, Segment, Snapshot, Store, StoreStats } from './types.ts';

interface Index extends Omit<IndexRecord, 'version'> {
	version: number;
	/** Path → document. */
	readonly entries: Map<string, number>;
	readonly postings: Map<string, Uint8Array[]>;
	/** Trigram → words. */
	readonly trigrams: Map<string, Set<string>>;
}

type Document = DocumentInput & { readonly id: number; readonly collection: string };
type OwnedChunk = ChunkRecord & { readonly index: number };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export class MemoryStore implements Store {
	readonly kind = 'memory';
	readonly #collections = new Map<string, number>();
	readonly #indexes = new Map<number, Index>();
	readonly #documents = new Map<number, Document>();
	readonly #chunks = new Map<number, OwnedChunk>();
	readonly #vectors = new Map<number, Float32Array>();
	#last = 0;

	async collections() {
		return Array.from(this.#collections, ([name, active]) => ({ name, active })).sort((a, b) => byText(a.name, b.name));
	}

	async indexes(collection: string): Promise<IndexRecord[]> {
		const active = this.#collections.get(collection);
		return [...this.#indexes.values()]
			.filter((index) => index.collection === collection)
			.sort((a, b) => Number(b.id === active) - Number(a.id === active) || a.id - b.id)
			.map(record);
	}

	async createIndex(collection: string, settings: Pick<IndexRecord, 'embedding' | 'sizes'>): Promise<IndexRecord> {
		const id = ++this.#last;
		const index: Index = { id, collection, ...settings, version: 0, entries: new Map(), postings: new Map(), trigrams: new Map() };
		this.#indexes.set(id, index);
		if (!this.#collections.has(collection)) this.#collections.set(collection, id);
		return record(index);
	}

	async activate(id: number): Promise<void> {
		const { collection } = this.#index(id);
		this.#collections.set(collection, id);
		for (const other of this.#indexes.values()) if (other.collection === collection && other.id !== id) this.#dropIndex(other.id);
		for (const document of this.#documents.values()) if (document.collection === collection) this.#dropUnused(document);
	}

	async removeCollection(name: string): Promise<boolean> {
		for (const index of this.#indexes.values()) if (index.collection === name) this.#dropIndex(index.id);
		for (const document of this.#documents.values()) if (document.collection === name) this.#dropUnused(document);
		return this.#collections.delete(name);
	}

	async documents(index: number): Promise<DocumentRecord[]> {
		return [...this.#index(index).entries].sort(([a], [b]) => byText(a, b)).map(([, id]) => documentRecord(this.#documents.get(id)!));
	}

	async pending(index: number, path: string, hash: string): Promise<number | undefined> {
		const { collection, entries } = this.#index(index);
		for (const { id, ...document } of this.#documents.values()) {
			if (document.collection !== collection || document.path !== path || document.hash !== hash || entries.get(path) === id) continue;
			if ((await this.chunksOf(index, id)).length) return id;
		}
		return undefined;
	}

	async addDocument(index: number, document: DocumentInput, chunks: readonly NewChunk[]): Promise<number> {
		const { collection } = this.#index(index);
		const id = ++this.#last;
		this.#documents.set(id, { ...document, modifiedMs: Math.round(document.modifiedMs), id, collection });
		await this.addChunks(index, id, chunks);
		return id;
	}

	async addChunks(index: number, document: number, chunks: readonly NewChunk[]): Promise<void> {
		for (const chunk of chunks) {
			const id = ++this.#last;
			this.#chunks.set(id, { ...chunk, id, document, index });
		}
	}

	async chunksOf(index: number, document: number, missing = false): Promise<ChunkRecord[]> {
		return [...this.#chunks.values()].filter(
			(chunk) => chunk.document === document && chunk.index === index && !(missing && this.#vectors.has(chunk.id)),
		);
	}

	async addVectors(_index: number, chunks: readonly number[], vectors: Float32Array): Promise<void> {
		const width = vectors.length / chunks.length;
		chunks.forEach((chunk, i) => {
			if (this.#chunks.has(chunk)) this.#vectors.set(chunk, vectors.slice(i * width, (i + 1) * width));
		});
	}

	async finish(id: number, documents: readonly number[], { postings, misspellable }: Segment): Promise<number[]> {
		const index = this.#index(id);
		index.version++;
		const finished = documents.filter((document) => this.#documents.has(document));
		for (const document of finished) {
			const { path, collection } = this.#documents.get(document)!;
			index.entries.set(path, document);
			for (const other of this.#documents.values()) if (other.collection === collection && other.path === path) this.#dropUnused(other, id);
		}
		for (const [term, data] of postings) index.postings.set(term, [...(index.postings.get(term) ?? []), data]);
		for (const word of misspellable) {
			for (const trigram of trigramsOf(word)) index.trigrams.set(trigram, (index.trigrams.get(trigram) ?? new Set()).add(word));
		}
		return finished;
	}

	async touch(document: number, { size, modifiedMs }: { readonly size: number; readonly modifiedMs: number }): Promise<void> {
		const one = this.#documents.get(document);
		if (one) this.#documents.set(document, { ...one, size, modifiedMs: Math.round(modifiedMs) });
	}

	async removeDocuments(id: number, paths: readonly string[]): Promise<number> {
		const index = this.#index(id);
		index.version++;
		let removed = 0;
		for (const path of paths) {
			const document = index.entries.get(path);
			if (document === undefined) continue;
			index.entries.delete(path);
			removed++;
			this.#dropUnused(this.#documents.get(document)!, id);
		}
		return removed;
	}

	/** Postings of chunks that are gone are passed over by every search; a store that goes with its process keeps them. */
	async compact(): Promise<void> {}

	async version(index: number): Promise<number> {
		return this.#index(index).version;
	}

	async snapshot(index: number): Promise<Snapshot> {
		const chunks = this.#visible(index);
		return {
			version: this.#index(index).version,
			chunks: Float64Array.from(chunks, ({ id }) => id),
			documents: Float64Array.from(chunks, ({ document }) => document),
			lengths: Uint32Array.from(chunks, ({ length }) => length),
		};
	}

	async vectors(_index: number, chunks: readonly number[], width: number): Promise<Float32Array[]> {
		return chunks.map((chunk) => this.#vectors.get(chunk) ?? new Float32Array(width));
	}

	async *allVectors(index: number, width: number): AsyncIterable<Float32Array> {
		for (const { id } of this.#visible(index)) yield this.#vectors.get(id) ?? new Float32Array(width);
	}

	async postings(index: number, terms: readonly string[]): Promise<Map<string, Uint8Array>> {
		const all = this.#index(index).postings;
		return new Map(terms.flatMap((term) => (all.has(term) ? [[term, joined(all.get(term)!)] as const] : [])));
	}

	async termsFrom(index: number, prefix: string, limit: number): Promise<string[]> {
		return [...this.#index(index).postings.keys()]
			.filter((term) => term.startsWith(prefix))
			.sort(byCodePoint)
			.slice(0, limit);
	}

	async termsLike(index: number, trigrams: readonly string[], limit: number): Promise<string[]> {
		const shared = new Map<string, number>();
		for (const trigram of trigrams) {
			for (const word of this.#index(index).trigrams.get(trigram) ?? []) shared.set(word, (shared.get(word) ?? 0) + 1);
		}
		return [...shared]
			.sort(([a, n], [b, m]) => m - n || byText(a, b))
			.slice(0, limit)
			.map(([word]) => word);
	}

	async chunks(ids: readonly number[]): Promise<ChunkRecord[]> {
		return [...ids].sort((a, b) => a - b).flatMap((id) => this.#chunks.get(id) ?? []);
	}

	async documentsOf(ids: readonly number[]): Promise<DocumentRecord[]> {
		return [...ids]
			.sort((a, b) => a - b)
			.flatMap((id) => this.#documents.get(id) ?? [])
			.map(documentRecord);
	}

	async text(document: number, byteStart: number, byteEnd: number): Promise<Uint8Array> {
		return this.#documents.get(document)?.text.slice(byteStart, byteEnd) ?? new Uint8Array();
	}

	async blocks(document: number): Promise<Block[]> {
		return [...(this.#documents.get(document)?.blocks ?? [])];
	}

	async stats(index: number): Promise<StoreStats> {
		const chunks = this.#visible(index);
		const documents = [...this.#index(index).entries.values()].map((id) => this.#documents.get(id)!);
		const types: Record<string, number> = {};
		for (const { type } of documents.sort((a, b) => byText(a.type, b.type))) types[type] = (types[type] ?? 0) + 1;
		return {
			documents: documents.length,
			chunks: chunks.length,
			tokens: chunks.reduce((sum, { tokens }) => sum + tokens, 0),
			vectors: chunks.filter(({ id }) => this.#vectors.has(id)).length,
			textBytes: documents.reduce((sum, { text }) => sum + text.length, 0),
			types,
		};
	}

	async close(): Promise<void> {}

	#index(id: number): Index {
		const index = this.#indexes.get(id);
		if (index) return index;
		throw new TongsaError('changed', 'the index is gone: another has replaced or removed it', {
			got: id,
			hint: 'Open the collection again',
		});
	}

	#visible(id: number): OwnedChunk[] {
		const { entries } = this.#index(id);
		const shown = new Set(entries.values());
		return [...this.#chunks.values()].filter(({ document, index }) => index === id && shown.has(document));
	}

	#dropIndex(id: number): void {
		this.#indexes.delete(id);
		for (const chunk of this.#chunks.values()) if (chunk.index === id) this.#dropChunk(chunk.id);
	}

	#dropChunk(id: number): void {
		this.#chunks.delete(id);
		this.#vectors.delete(id);
	}

	/** As in sql.ts: what no index shows, and, of one path, what is not pending for another index. */
	#dropUnused({ id, path }: Document, index?: number): void {
		for (const { entries } of this.#indexes.values()) if (entries.get(path) === id) return;
		const chunks = [...this.#chunks.values()].filter(({ document }) => document === id);
		if (index !== undefined && chunks.some((chunk) => chunk.index !== index)) return;
		for (const chunk of chunks) this.#dropChunk(chunk.id);
		this.#documents.delete(id);
	}
}

function record({ id, collection, embedding, sizes, version }: Index): IndexRecord {
	return { id, collection, ...(embedding && { embedding }), sizes, version };
}

function documentRecord({ blocks: _blocks, text: _text, collection: _collection, ...document }: Document): DocumentRecord {
	return document;
}

/** As databases compare: UTF-16 order differs beyond U+FFFF. */
function byCodePoint(a: string, b: string): number {
	const [x, y] = [[...a], [...b]];
	for (let i = 0; i < Math.min(x.length, y.length); i++) {
		const difference = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!;
		if (difference) return difference;
	}
	return x.length - y.length;
}
