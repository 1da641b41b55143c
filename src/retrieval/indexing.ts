// Indexing: documents → chunks → vectors and postings, into a store, so that a kill at any moment loses and doubles nothing.

import { TongsaError } from '../errors.ts';
import { chunksOf, contextOf } from './chunk.ts';
import { encodePostings } from './postings.ts';
import type { ChunkRecord, DocumentInput, DocumentRecord, IndexRecord, NewChunk, Segment, Store } from './store/types.ts';
import { canBeMisspelt, type TermCounts, termsOf } from './terms.ts';
import type { EmbeddingModel, Metadata, ParsedDocument, TokenCounter } from './types.ts';

/** A document that may have to be read. */
export interface Source {
	/** Names it in the collection: a path, with '/' between folders. */
	readonly path: string;
	/** Bytes, where known before reading. */
	readonly size?: number;
	readonly modifiedMs?: number;
	readonly metadata?: Metadata;
	/** Reads and parses it. What it throws stands in `failures`, and indexing goes on. */
	read(signal?: AbortSignal): Promise<ReadDocument>;
}

export interface ReadDocument extends ParsedDocument {
	/** SHA-256 of the bytes that were read. */
	readonly hash: string;
	readonly size: number;
	readonly modifiedMs: number;
}

export interface IndexProgress {
	/** Documents done, and in all where known. */
	readonly documents: number;
	readonly total?: number;
	/** Chunks embedded in this run. */
	readonly chunks: number;
	/** Bytes of the documents done. */
	readonly bytes: number;
	readonly totalBytes?: number;
	readonly path?: string;
}

export interface IndexOptions {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: IndexProgress) => void;
	/** Which documents of the collection go when they are not among the sources: those under the folders that were named. Default: none. */
	readonly prune?: (path: string) => boolean;
	/** Reads every document again, also where size and time are the same. */
	readonly force?: boolean;
	/** Only puts documents down: their vectors are made elsewhere (a queue's workers). Told which documents wait. */
	readonly deferred?: (document: number) => Promise<void>;
}

export interface Indexed {
	readonly documents: {
		readonly added: number;
		readonly changed: number;
		readonly removed: number;
		readonly unchanged: number;
		readonly failed: number;
	};
	/** What could not be read, and why. */
	readonly failures: readonly { readonly path: string; readonly reason: string }[];
	/** Chunks of this run. */
	readonly chunks: number;
}

/** Texts that the model takes at once; what a kill can cost. */
const EMBED_BATCH = 32;
/** Chunks that are made visible together, so that postings do not lie in too many pieces. */
const FINISH_CHUNKS = 512;
/** As the end of a range: all of the text. */
const WHOLE_TEXT = 2 ** 31 - 2;
/** The longest path, as file systems have it. */
const MAX_PATH = 4096;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Counts as any model would about: for an index of words alone. */
export const WORD_COUNTER: TokenCounter = {
	offsets(text) {
		const out: number[] = [];
		for (const { index } of text.matchAll(/[\p{L}\p{N}\p{M}]{1,4}|[^\s\p{L}\p{N}\p{M}]/gu)) out.push(index, index + 1);
		return Uint32Array.from(out);
	},
};

/** Brings sources into an index. */
export async function indexSources(
	store: Store,
	index: IndexRecord,
	model: EmbeddingModel | undefined,
	sources: Iterable<Source> | AsyncIterable<Source>,
	options: IndexOptions = {},
): Promise<Indexed> {
	const { signal } = options;
	const known = new Map((await store.documents(index.id)).map((document) => [document.path, document]));
	const count = { added: 0, changed: 0, removed: 0, unchanged: 0, failed: 0 };
	const failures: { path: string; reason: string }[] = [];
	const seen = new Set<string>();
	const list = Array.isArray(sources) ? (sources as Source[]) : undefined;
	const totalBytes = list?.reduce((sum, { size }) => sum + (size ?? 0), 0);
	let done = { documents: 0, bytes: 0 };
	const embedding = embedder(store, index, model, options, (chunks, path) =>
		options.onProgress?.({
			...done,
			chunks,
			...(list && { total: list.length }),
			...(totalBytes !== undefined && { totalBytes }),
			...(path !== undefined && { path }),
		}),
	);
	try {
		for await (const source of sources) {
			signal?.throwIfAborted();
			const { path } = source;
			if (seen.has(path)) continue;
			seen.add(path);
			const old = known.get(path);
			count[await one(source, old)]++;
			done = { documents: done.documents + 1, bytes: done.bytes + (source.size ?? 0) };
			embedding.tell(path);
		}
		await embedding.flush();
	} finally {
		// What has all its vectors is made visible, also when the run is called off.
		await embedding.finish();
	}
	if (embedding.replaced.length) {
		// Another process has indexed the same file: as good as this one's own, if it is the same content.
		const now = new Map((await store.documents(index.id)).map(({ path, hash }) => [path, hash]));
		for (const { path, hash } of embedding.replaced) {
			if (now.get(path) !== hash) failures.push({ path, reason: 'another process changed the collection meanwhile: index again' });
		}
	}
	const gone = options.prune ? [...known.keys()].filter((path) => !seen.has(path) && options.prune!(path)) : [];
	if (gone.length) count.removed = await store.removeDocuments(index.id, gone);
	await store.compact(index.id, signal);
	return { documents: count, failures, chunks: embedding.chunks };

	async function one(source: Source, old: DocumentRecord | undefined): Promise<keyof typeof count> {
		const sameMetadata = (metadata: Metadata): boolean => JSON.stringify(sorted(metadata)) === JSON.stringify(sorted(old!.metadata));
		const modified = source.modifiedMs === undefined ? undefined : Math.round(source.modifiedMs);
		if (old && !options.force && !source.metadata && source.size === old.size && modified === old.modifiedMs) return 'unchanged';
		let read: ReadDocument;
		try {
			checkPath(source.path);
			read = await source.read(signal);
		} catch (error) {
			return failed(source.path, error);
		}
		const metadata = { ...read.metadata, ...source.metadata };
		if (old && old.hash === read.hash && old.type === read.type && sameMetadata(metadata)) {
			await store.touch(old.id, read);
			return 'unchanged';
		}
		const input = documentInput(source.path, read, metadata);
		const left = await store.pending(index.id, input.path, input.hash);
		let chunks: NewChunk[] = [];
		try {
			if (left === undefined) chunks = newChunks(read, model ?? WORD_COUNTER, sizesFor(index, model), input.title);
		} catch (error) {
			return failed(source.path, error);
		}
		const document = left ?? (await store.addDocument(index.id, input, chunks));
		if (options.deferred) await options.deferred(document);
		else await embedding.prepare({ id: document, ...input }, input.text);
		return old ? 'changed' : 'added';
	}

	/** What is wrong with one document is noted; a model or a database that fails ends the run. */
	function failed(path: string, error: unknown): 'failed' {
		signal?.throwIfAborted();
		failures.push({ path, reason: reasonOf(error) });
		return 'failed';
	}
}

const sorted = (metadata: Metadata): [string, unknown][] => Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));

function reasonOf(error: unknown): string {
	return (error instanceof TongsaError ? error.message : String((error as Error)?.message ?? error)).replace(/\s+/g, ' ').slice(0, 500);
}

function checkPath(path: string): void {
	if (path.length > 0 && path.length <= MAX_PATH && !path.includes('\0') && path.isWellFormed()) return;
	throw new TongsaError('usage', 'not a path that can be kept', { got: path, allowed: `1 to ${MAX_PATH} characters without U+0000` });
}

function documentInput(path: string, read: ReadDocument, metadata: Metadata): DocumentInput {
	const clean = (text: string): string => text.toWellFormed().replaceAll('\0', '');
	const { hash, size, modifiedMs, type, title, encoding, blocks } = read;
	return {
		path,
		hash,
		size,
		modifiedMs,
		type,
		...(title !== undefined && { title: clean(title) }),
		...(encoding !== undefined && { encoding }),
		metadata: Object.fromEntries(
			Object.entries(metadata).map(([name, value]) => [clean(name), typeof value === 'string' ? clean(value) : value]),
		),
		blocks,
		text: encoder.encode(read.text),
	};
}

interface Waiting {
	readonly document: number;
	readonly path: string;
	readonly hash: string;
	/** Chunks that still have no vector. */
	missing: number;
	readonly terms: readonly { readonly chunk: number; readonly terms: TermCounts }[];
}

/** Collects chunks, embeds them in batches, and makes their documents visible. */
function embedder(
	store: Store,
	index: IndexRecord,
	model: EmbeddingModel | undefined,
	options: IndexOptions,
	onProgress: (chunks: number, path?: string) => void,
) {
	let queue: { chunk: number; text: string; of: Waiting }[] = [];
	let waiting: Waiting[] = [];
	let ready = 0;
	let chunks = 0;
	/** Documents that another writer deleted before they were visible. */
	const replaced: { path: string; hash: string }[] = [];

	async function flush(): Promise<void> {
		while (queue.length) {
			const batch = queue.slice(0, EMBED_BATCH);
			await embedBatch(store, index, model!, batch, options.signal);
			queue = queue.slice(batch.length);
			for (const { of } of batch) of.missing--;
			chunks += batch.length;
			onProgress(chunks);
		}
		if (ready >= FINISH_CHUNKS) await finish();
	}

	async function finish(): Promise<void> {
		const whole = waiting.filter(({ missing }) => missing === 0);
		if (whole.length === 0) return;
		waiting = waiting.filter(({ missing }) => missing > 0);
		ready = 0;
		const made = new Set(
			await store.finish(
				index.id,
				whole.map(({ document }) => document),
				segmentOf(whole.flatMap(({ terms }) => terms)),
			),
		);
		for (const { document, path, hash } of whole) if (!made.has(document)) replaced.push({ path, hash });
	}

	return {
		get chunks() {
			return chunks;
		},
		tell: (path: string) => onProgress(chunks, path),
		flush,
		finish,
		prepare,
		replaced,
	};

	/** A document that is put down: its missing vectors are queued, and its terms made. */
	async function prepare(
		{ id, path, hash, title }: Pick<DocumentRecord, 'id' | 'path' | 'hash' | 'title'>,
		text: Uint8Array,
	): Promise<void> {
		const all = await store.chunksOf(index.id, id);
		const missing = model ? await store.chunksOf(index.id, id, true) : [];
		const one: Waiting = { document: id, path, hash, missing: missing.length, terms: chunkTerms(all, text, title) };
		waiting.push(one);
		ready += all.length;
		if (!model) chunks += all.length;
		for (const chunk of missing) queue.push({ chunk: chunk.id, text: passageOf(chunk, text, title, model!), of: one });
		if (queue.length >= EMBED_BATCH || ready >= FINISH_CHUNKS) await flush();
	}
}

async function embedBatch(
	store: Store,
	index: IndexRecord,
	model: EmbeddingModel,
	batch: readonly { readonly chunk: number; readonly text: string }[],
	signal?: AbortSignal,
): Promise<void> {
	const vectors = await model.embed(
		batch.map(({ text }) => text),
		{ kind: 'passage', ...(signal && { signal }) },
	);
	const flat = new Float32Array(batch.length * model.width);
	vectors.forEach((vector, i) => {
		if (vector.length !== model.width || !vector.every(Number.isFinite)) {
			throw new TongsaError('internal', 'the model gave a vector that is none', { got: vector.length, allowed: String(model.width) });
		}
		flat.set(vector, i * model.width);
	});
	await store.addVectors(
		index.id,
		batch.map(({ chunk }) => chunk),
		flat,
	);
}

/** Room for the passage beside its context: a fourth of the model's window may go to the context. */
function sizesFor(index: IndexRecord, model: EmbeddingModel | undefined) {
	const most = model ? Math.max(1, Math.floor(model.maxTokens * 0.75)) : index.sizes.tokens;
	const tokens = Math.min(index.sizes.tokens, most);
	return { tokens, overlap: Math.min(index.sizes.overlap, Math.floor(tokens / 2)) };
}

function newChunks(parsed: ParsedDocument, counter: TokenCounter, sizes: { tokens: number; overlap: number }, title?: string) {
	return chunksOf(parsed, counter, sizes).map((chunk) => {
		let length = 0;
		for (const count of termsWith(parsed.text, chunk, title).values()) length += count;
		return { ...chunk, length };
	});
}

/** What the model embeds: context, cut to what fits, and the chunk's text. */
function passageOf(chunk: ChunkRecord, text: Uint8Array, title: string | undefined, model: EmbeddingModel): string {
	const own = decoder.decode(text.subarray(chunk.byteStart, chunk.byteEnd));
	const context = contextOf(title, chunk.headings);
	const fits = (candidate: string): boolean => model.offsets(candidate + own).length / 2 <= model.maxTokens;
	if (context === '' || fits(context)) return context + own;
	const short = contextOf(undefined, chunk.headings.slice(-1));
	return fits(short) ? short + own : own;
}

/** Terms of a chunk and of its context. A run of characters that goes on past the chunk's end lends its next one, so that no bigram is lost. */
function termsWith(
	text: string,
	chunk: { readonly start: number; readonly end: number; readonly headings: readonly string[] },
	title?: string,
): TermCounts {
	const next = /^\p{L}/u.exec(text.slice(chunk.end, chunk.end + 2))?.[0] ?? '';
	return termsOf(`${contextOf(title, chunk.headings)}${text.slice(chunk.start, chunk.end)}${next}`);
}

function chunkTerms(chunks: readonly ChunkRecord[], text: Uint8Array, title: string | undefined): Waiting['terms'] {
	const whole = decoder.decode(text);
	return chunks.map((chunk) => ({ chunk: chunk.id, terms: termsWith(whole, chunk, title) }));
}

function segmentOf(chunks: Waiting['terms']): Segment {
	const byTerm = new Map<string, { chunks: number[]; counts: number[] }>();
	for (const { chunk, terms } of [...chunks].sort((a, b) => a.chunk - b.chunk)) {
		for (const [term, count] of terms) {
			let one = byTerm.get(term);
			if (!one) byTerm.set(term, (one = { chunks: [], counts: [] }));
			one.chunks.push(chunk);
			one.counts.push(count);
		}
	}
	return {
		postings: new Map(Array.from(byTerm, ([term, one]) => [term, encodePostings(one)])),
		misspellable: [...byTerm.keys()].filter(canBeMisspelt),
	};
}

/** Makes the vectors of a document that was put down, and makes it visible: a worker's job. Gives its chunks. */
export async function finishDocument(
	store: Store,
	index: IndexRecord,
	model: EmbeddingModel | undefined,
	document: number,
	signal?: AbortSignal,
): Promise<number> {
	const [record] = await store.documentsOf([document]);
	if (!record) return 0; // replaced meanwhile
	const embedding = embedder(store, index, model, signal ? { signal } : {}, () => {});
	const text = await store.text(document, 0, WHOLE_TEXT);
	await embedding.prepare(record, text);
	await embedding.flush();
	await embedding.finish();
	return embedding.chunks;
}

/** One document's chunks and vectors for another index, from its text as it was read. Gives its chunks. */
export async function rebuildDocument(
	store: Store,
	index: IndexRecord,
	model: EmbeddingModel | undefined,
	document: DocumentRecord,
	signal?: AbortSignal,
): Promise<number> {
	if ((await store.chunksOf(index.id, document.id)).length === 0) {
		const text = decoder.decode(await store.text(document.id, 0, WHOLE_TEXT));
		const parsed = { text, blocks: await store.blocks(document.id), type: document.type };
		await store.addChunks(index.id, document.id, newChunks(parsed, model ?? WORD_COUNTER, sizesFor(index, model), document.title));
	}
	return finishDocument(store, index, model, document.id, signal);
}
