// The store: where a collection's documents, chunks, vectors and postings live. One interface; SQLite, PostgreSQL and memory behind it.

// Every method is one transaction: it happens whole or not at all. A document is first put down with its chunks (pending: no search sees it),
// then gets its vectors, then is finished: only that makes it visible, in the place of the version before. Who is killed on the way finds the
// pending document again, by path and hash, and goes on with the vectors that are missing.

import type { ChunkSizes } from '../chunk.ts';
import type { Block, Chunk, Metadata } from '../types.ts';

export interface CollectionRecord {
	readonly name: string;
	/** The index that searches use. */
	readonly active: number;
}

/** One way of embedding a collection. Vectors of two indexes are never compared. */
export interface IndexRecord {
	readonly id: number;
	readonly collection: string;
	/** Absent: words alone. */
	readonly embedding?: { readonly id: string; readonly facts: Readonly<Record<string, unknown>>; readonly width: number };
	readonly sizes: ChunkSizes;
	/** Grows with every visible change: names what was derived from the index. */
	readonly version: number;
}

export interface DocumentInput {
	readonly path: string;
	/** SHA-256 of the file's bytes. */
	readonly hash: string;
	readonly size: number;
	readonly modifiedMs: number;
	readonly type: string;
	readonly title?: string;
	readonly encoding?: string;
	readonly metadata: Metadata;
	readonly blocks: readonly Block[];
	/** UTF-8. */
	readonly text: Uint8Array;
}

export type DocumentRecord = Omit<DocumentInput, 'blocks' | 'text'> & { readonly id: number };

export interface NewChunk extends Chunk {
	/** Terms in it, headings' too: BM25's length. */
	readonly length: number;
}

export interface ChunkRecord extends NewChunk {
	readonly id: number;
	readonly document: number;
}

/** What a search holds in memory of an index; arrays are by slot, in order of chunk id. */
export interface Snapshot {
	readonly version: number;
	readonly chunks: Float64Array;
	readonly documents: Float64Array;
	readonly lengths: Uint32Array;
}

/** Postings of the chunks that are finished together, by term; and for each new word that can be misspelt its trigrams. */
export interface Segment {
	readonly postings: ReadonlyMap<string, Uint8Array>;
	readonly misspellable: readonly string[];
}

export interface StoreStats {
	readonly documents: number;
	readonly chunks: number;
	readonly tokens: number;
	readonly vectors: number;
	/** UTF-8 bytes of all texts. */
	readonly textBytes: number;
	readonly types: Readonly<Record<string, number>>;
}

export interface Store {
	/** For people: 'sqlite', 'postgresql', 'memory'. */
	readonly kind: string;
	collections(): Promise<CollectionRecord[]>;
	/** The collection's indexes, the active one first; more than one while another model's is being built. */
	indexes(collection: string): Promise<IndexRecord[]>;
	/** An index; the collection too, with it as the active one, where it is not yet there. */
	createIndex(collection: string, index: Pick<IndexRecord, 'embedding' | 'sizes'>): Promise<IndexRecord>;
	/** Makes it the one that searches use, and deletes the others of its collection. */
	activate(index: number): Promise<void>;
	removeCollection(name: string): Promise<boolean>;

	/** Visible documents. */
	documents(index: number): Promise<DocumentRecord[]>;
	/** A pending document of this path and hash, where one was left. */
	pending(index: number, path: string, hash: string): Promise<number | undefined>;
	/** Puts a document down, pending. Gives its id. */
	addDocument(index: number, document: DocumentInput, chunks: readonly NewChunk[]): Promise<number>;
	/** Chunks of a document that is there, for another index. */
	addChunks(index: number, document: number, chunks: readonly NewChunk[]): Promise<void>;
	/** A document's chunks of an index, in order; `missing`: those without a vector alone. */
	chunksOf(index: number, document: number, missing?: boolean): Promise<ChunkRecord[]>;
	/** Vectors (n × width, one after another) of chunks; those of a document that is gone by now are passed over. */
	addVectors(index: number, chunks: readonly number[], vectors: Float32Array): Promise<void>;
	/**
	 * Makes documents visible, in place of older ones of their paths, with their postings. Gives those that were there: a document that another
	 * writer has replaced meanwhile is not.
	 */
	finish(index: number, documents: readonly number[], segment: Segment): Promise<number[]>;
	/** Notes that a file changed its date but not its content. */
	touch(document: number, file: { readonly size: number; readonly modifiedMs: number }): Promise<void>;
	/** Gives how many were there. */
	removeDocuments(index: number, paths: readonly string[]): Promise<number>;
	/** Rewrites postings that lie in many pieces or name chunks that are gone, a part at a time. */
	compact(index: number, signal?: AbortSignal): Promise<void>;

	version(index: number): Promise<number>;
	snapshot(index: number): Promise<Snapshot>;
	/** Vectors of chunks, each `width` values, in the order asked; zeros for what is gone. */
	vectors(index: number, chunks: readonly number[], width: number): Promise<Float32Array[]>;
	/** All visible vectors in order of chunk id, in parts of whole vectors. */
	allVectors(index: number, width: number): AsyncIterable<Float32Array>;
	/**
	 * Chunk ids that are nearest by the database's own search, best first; absent where it has none. `documents`: only chunks of these.
	 * More than asked may come, and in an order that is right up to float32's rounding: the caller scores again.
	 */
	nearest?(
		index: number,
		query: Float32Array,
		k: number,
		documents?: readonly number[],
	): Promise<{ readonly chunks: number[]; readonly approximate: boolean }>;
	postings(index: number, terms: readonly string[]): Promise<Map<string, Uint8Array>>;
	/** Terms that begin with a text, at most `limit`. */
	termsFrom(index: number, prefix: string, limit: number): Promise<string[]>;
	/** Words that share most of the trigrams, at most `limit`. */
	termsLike(index: number, trigrams: readonly string[], limit: number): Promise<string[]>;
	chunks(ids: readonly number[]): Promise<ChunkRecord[]>;
	documentsOf(ids: readonly number[]): Promise<DocumentRecord[]>;
	/** Bytes of a document's text. */
	text(document: number, byteStart: number, byteEnd: number): Promise<Uint8Array>;
	blocks(document: number): Promise<Block[]>;
	stats(index: number): Promise<StoreStats>;
	close(): Promise<void>;
}
