// The store over SQL: statements that SQLite and PostgreSQL both understand, over a driver that a host brings.

import { TongsaError } from '../../errors.ts';
import { eachPosting, encodePostings } from '../postings.ts';
import { trigramsOf } from '../terms.ts';
import type { Block } from '../types.ts';
import { type Dialect, ddl, MIGRATIONS } from './schema.ts';
import type {
	ChunkRecord,
	CollectionRecord,
	DocumentInput,
	DocumentRecord,
	IndexRecord,
	NewChunk,
	Segment,
	Snapshot,
	Store,
	StoreStats,
} from './types.ts';

export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

/** Statements, parameters as ?1, ?2 … */
export interface Sql {
	all(sql: string, ...parameters: SqlValue[]): Promise<Row[]>;
	/** Many rows. `ignore`: those that are there already stay as they are. */
	insert(table: string, columns: readonly string[], rows: readonly (readonly SqlValue[])[], ignore?: boolean): Promise<void>;
}

export interface SqlDriver extends Sql {
	readonly kind: string;
	readonly dialect: Dialect;
	/** Runs work as one transaction, alone among those that write the same index. */
	transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
	/** As transaction, alone among all that migrate. */
	migrating<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
	close(): Promise<void>;
}

/** Parameters of one statement stay below every database's bound. */
const BATCH = 500;
/** Rows of postings that are rewritten in one transaction. */
const COMPACT_ROWS = 4000;
/** Additions after which a term's postings lie in pieces enough, and the part of chunks gone after which they are dead weight. */
const MAX_SEGMENTS = 64;
const MAX_DEAD = 0.3;

const number = (value: SqlValue | undefined): number => Number(value);
const list = (ids: readonly number[]): string => ids.map((id) => String(Math.trunc(id))).join(',') || 'NULL';

export class SqlStore implements Store {
	readonly kind: string;
	protected readonly driver: SqlDriver;

	protected constructor(driver: SqlDriver) {
		this.kind = driver.kind;
		this.driver = driver;
	}

	/** Opens the store and brings its tables up to date. @throws TongsaError 'unsupported' for tables of a newer Tongsa. */
	static async open(driver: SqlDriver): Promise<SqlStore> {
		await migrate(driver);
		return new SqlStore(driver);
	}

	async collections(): Promise<CollectionRecord[]> {
		const rows = await this.driver.all('SELECT name, active FROM collections ORDER BY name');
		return rows.map((row) => ({ name: String(row.name), active: number(row.active) }));
	}

	async indexes(collection: string): Promise<IndexRecord[]> {
		const rows = await this.driver.all(
			`SELECT i.* FROM indexes i LEFT JOIN collections c ON c.active = i.id WHERE i.collection = ?1
			ORDER BY CASE WHEN c.name IS NULL THEN 1 ELSE 0 END, i.id`,
			collection,
		);
		return rows.map(indexRecord);
	}

	createIndex(collection: string, { embedding, sizes }: Pick<IndexRecord, 'embedding' | 'sizes'>): Promise<IndexRecord> {
		return this.driver.transaction(async (sql) => {
			const id = await take(sql, 'index', 1);
			const rows = await sql.all(
				`INSERT INTO indexes (id, collection, embedding, facts, width, tokens, overlap, version, segments, compacted, dead)
				VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 0) RETURNING *`,
				id,
				collection,
				embedding?.id ?? null,
				embedding ? JSON.stringify(embedding.facts) : null,
				embedding?.width ?? null,
				sizes.tokens,
				sizes.overlap,
			);
			await sql.all('INSERT INTO collections (name, active) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING', collection, id);
			return indexRecord(rows[0]!);
		});
	}

	activate(index: number): Promise<void> {
		return this.driver.transaction(async (sql) => {
			const [row] = await sql.all('SELECT collection FROM indexes WHERE id = ?1', index);
			if (!row) throw gone(index);
			await sql.all('UPDATE collections SET active = ?1 WHERE name = ?2', index, row.collection!);
			const others = await sql.all('SELECT id FROM indexes WHERE collection = ?1 AND id <> ?2', row.collection!, index);
			for (const { id } of others) await dropIndex(sql, number(id));
			await dropUnused(sql, String(row.collection));
		});
	}

	removeCollection(name: string): Promise<boolean> {
		return this.driver.transaction(async (sql) => {
			const indexes = await sql.all('SELECT id FROM indexes WHERE collection = ?1', name);
			for (const { id } of indexes) await dropIndex(sql, number(id));
			await sql.all('DELETE FROM documents WHERE collection = ?1', name);
			await sql.all('DELETE FROM collections WHERE name = ?1', name);
			return indexes.length > 0;
		});
	}

	async documents(index: number): Promise<DocumentRecord[]> {
		const rows = await this.driver.all(
			`SELECT ${DOCUMENT} FROM entries e JOIN documents d ON d.id = e.document WHERE e.index_id = ?1 ORDER BY e.path`,
			index,
		);
		return rows.map(documentRecord);
	}

	async pending(index: number, path: string, hash: string): Promise<number | undefined> {
		const [row] = await this.driver.all(
			`SELECT d.id FROM documents d WHERE d.collection = (SELECT collection FROM indexes WHERE id = ?1) AND d.path = ?2 AND d.hash = ?3
			AND EXISTS (SELECT 1 FROM chunks c WHERE c.document = d.id AND c.index_id = ?1)
			AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.document = d.id AND e.index_id = ?1) ORDER BY d.id LIMIT 1`,
			index,
			path,
			hash,
		);
		return row && number(row.id);
	}

	addDocument(index: number, document: DocumentInput, chunks: readonly NewChunk[]): Promise<number> {
		return this.driver.transaction(async (sql) => {
			const [row] = await sql.all('SELECT collection FROM indexes WHERE id = ?1', index);
			if (!row) throw gone(index);
			const id = await take(sql, 'document', 1);
			const { path, hash, size, modifiedMs, type, title, encoding, metadata, blocks, text } = document;
			await sql.insert(
				'documents',
				['id', 'collection', 'path', 'hash', 'size', 'modified', 'type', 'title', 'encoding', 'metadata', 'blocks', 'text'],
				[
					[
						id,
						row.collection!,
						path,
						hash,
						size,
						Math.round(modifiedMs),
						type,
						title ?? null,
						encoding ?? null,
						JSON.stringify(metadata),
						packBlocks(blocks),
						text,
					],
				],
			);
			await addChunks(sql, index, id, chunks);
			return id;
		});
	}

	addChunks(index: number, document: number, chunks: readonly NewChunk[]): Promise<void> {
		return this.driver.transaction((sql) => addChunks(sql, index, document, chunks));
	}

	async chunksOf(index: number, document: number, missing = false): Promise<ChunkRecord[]> {
		const rows = await this.driver.all(
			`SELECT c.* FROM chunks c WHERE c.document = ?1 AND c.index_id = ?2
			${missing ? 'AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.chunk = c.id)' : ''} ORDER BY c.id`,
			document,
			index,
		);
		return rows.map(chunkRecord);
	}

	addVectors(index: number, chunks: readonly number[], vectors: Float32Array): Promise<void> {
		const width = vectors.length / chunks.length;
		return this.driver.transaction(async (sql) => {
			const here = await sql.all(`SELECT id FROM chunks WHERE id IN (${list(chunks)})`);
			const ids = new Set(here.map(({ id }) => number(id)));
			const rows = chunks.flatMap((chunk, i) =>
				ids.has(chunk) ? [[chunk, index, this.vectorValue(vectors.subarray(i * width, (i + 1) * width))]] : [],
			);
			await sql.insert('vectors', ['chunk', 'index_id', 'vector'], rows, true);
		});
	}

	/** A vector as the column takes it. */
	protected vectorValue(vector: Float32Array): SqlValue {
		return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
	}

	protected vectorOf(value: SqlValue): Float32Array {
		return new Float32Array((value as Uint8Array).slice().buffer);
	}

	finish(index: number, documents: readonly number[], segment: Segment): Promise<number[]> {
		return this.driver.transaction(async (sql) => {
			const [counted] = await sql.all(
				'UPDATE indexes SET version = version + 1, segments = segments + 1 WHERE id = ?1 RETURNING segments',
				index,
			);
			if (!counted) throw gone(index);
			const finished: number[] = [];
			for (const document of documents) {
				const [row] = await sql.all('SELECT collection, path FROM documents WHERE id = ?1', document);
				if (!row) continue;
				finished.push(document);
				await sql.all(
					'INSERT INTO entries (index_id, path, document) VALUES (?1, ?2, ?3) ON CONFLICT (index_id, path) DO UPDATE SET document = excluded.document',
					index,
					row.path!,
					document,
				);
				await dropUnused(sql, String(row.collection), String(row.path), index);
			}
			await sql.insert(
				'postings',
				['index_id', 'term', 'segment', 'data'],
				Array.from(segment.postings, ([term, data]) => [index, term, counted.segments!, data]),
			);
			const words = segment.misspellable.flatMap((word) => trigramsOf(word).map((trigram) => [index, trigram, word]));
			await sql.insert('trigrams', ['index_id', 'trigram', 'word'], words, true);
			return finished;
		});
	}

	async touch(document: number, { size, modifiedMs }: { readonly size: number; readonly modifiedMs: number }): Promise<void> {
		await this.driver.all('UPDATE documents SET size = ?1, modified = ?2 WHERE id = ?3', size, Math.round(modifiedMs), document);
	}

	removeDocuments(index: number, paths: readonly string[]): Promise<number> {
		return this.driver.transaction(async (sql) => {
			const [row] = await sql.all('UPDATE indexes SET version = version + 1 WHERE id = ?1 RETURNING collection', index);
			if (!row) throw gone(index);
			let removed = 0;
			for (const path of paths) {
				const gone = await sql.all('DELETE FROM entries WHERE index_id = ?1 AND path = ?2 RETURNING document', index, path);
				removed += gone.length;
				await dropUnused(sql, String(row.collection), path, index);
			}
			return removed;
		});
	}

	async compact(index: number, signal?: AbortSignal): Promise<void> {
		const [row] = await this.driver.all('SELECT segments, compacted, dead FROM indexes WHERE id = ?1', index);
		if (!row) return;
		const { chunks } = await this.snapshot(index);
		const pieces = number(row.segments) - number(row.compacted);
		if (pieces <= MAX_SEGMENTS && number(row.dead) <= MAX_DEAD * (chunks.length + number(row.dead))) return;
		const live = new Set(chunks);
		for (let from = ''; ; ) {
			signal?.throwIfAborted();
			const next = await this.driver.transaction((sql) => compactPart(sql, index, from, live, number(row.segments)));
			if (next === undefined) break;
			from = next;
		}
		await this.driver.all(
			'UPDATE indexes SET compacted = ?1, dead = dead - ?2 WHERE id = ?3',
			number(row.segments),
			number(row.dead),
			index,
		);
	}

	async version(index: number): Promise<number> {
		const [row] = await this.driver.all('SELECT version FROM indexes WHERE id = ?1', index);
		if (!row) throw gone(index);
		return number(row.version);
	}

	snapshot(index: number): Promise<Snapshot> {
		return this.driver.transaction(async (sql) => {
			const [row] = await sql.all('SELECT version FROM indexes WHERE id = ?1', index);
			if (!row) throw gone(index);
			const rows = await sql.all(
				`SELECT c.id, c.document, c.length FROM chunks c JOIN entries e ON e.document = c.document AND e.index_id = c.index_id
				WHERE c.index_id = ?1 ORDER BY c.id`,
				index,
			);
			return {
				version: number(row.version),
				chunks: Float64Array.from(rows, ({ id }) => number(id)),
				documents: Float64Array.from(rows, ({ document }) => number(document)),
				lengths: Uint32Array.from(rows, ({ length }) => number(length)),
			};
		});
	}

	async vectors(_index: number, chunks: readonly number[], width: number): Promise<Float32Array[]> {
		const rows = await this.driver.all(`SELECT chunk, vector FROM vectors WHERE chunk IN (${list(chunks)})`);
		const found = new Map(rows.map((row) => [number(row.chunk), this.vectorOf(row.vector!)]));
		return chunks.map((chunk) => found.get(chunk) ?? new Float32Array(width));
	}

	async *allVectors(index: number, width: number): AsyncIterable<Float32Array> {
		for (let last = -1; ; ) {
			const rows = await this.driver.all(
				`SELECT c.id, v.vector FROM chunks c JOIN entries e ON e.document = c.document AND e.index_id = c.index_id
				LEFT JOIN vectors v ON v.chunk = c.id WHERE c.index_id = ?1 AND c.id > ?2 ORDER BY c.id LIMIT 2048`,
				index,
				last,
			);
			if (rows.length === 0) return;
			const out = new Float32Array(rows.length * width);
			rows.forEach(({ vector }, i) => {
				if (vector !== null) out.set(this.vectorOf(vector!), i * width);
			});
			yield out;
			last = number(rows.at(-1)!.id);
		}
	}

	async postings(index: number, terms: readonly string[]): Promise<Map<string, Uint8Array>> {
		const pieces = new Map<string, Uint8Array[]>();
		for (let at = 0; at < terms.length; at += BATCH) {
			const some = terms.slice(at, at + BATCH);
			const places = some.map((_, i) => `?${i + 2}`).join(',');
			const rows = await this.driver.all(`SELECT term, data FROM postings WHERE index_id = ?1 AND term IN (${places})`, index, ...some);
			for (const row of rows) {
				const term = String(row.term);
				pieces.set(term, [...(pieces.get(term) ?? []), row.data as Uint8Array]);
			}
		}
		return new Map(Array.from(pieces, ([term, parts]) => [term, joined(parts)]));
	}

	async termsFrom(index: number, prefix: string, limit: number): Promise<string[]> {
		const rows = await this.driver.all(
			'SELECT DISTINCT term FROM postings WHERE index_id = ?1 AND term >= ?2 AND term < ?3 ORDER BY term LIMIT ?4',
			index,
			prefix,
			`${prefix}\u{10ffff}`,
			limit,
		);
		return rows.map(({ term }) => String(term));
	}

	async termsLike(index: number, trigrams: readonly string[], limit: number): Promise<string[]> {
		const places = trigrams.map((_, i) => `?${i + 3}`).join(',');
		const rows = await this.driver.all(
			`SELECT word, count(*) AS shared FROM trigrams WHERE index_id = ?1 AND trigram IN (${places}) GROUP BY word ORDER BY shared DESC, word LIMIT ?2`,
			index,
			limit,
			...trigrams,
		);
		return rows.map(({ word }) => String(word));
	}

	async chunks(ids: readonly number[]): Promise<ChunkRecord[]> {
		const rows = await this.driver.all(`SELECT * FROM chunks WHERE id IN (${list(ids)}) ORDER BY id`);
		return rows.map(chunkRecord);
	}

	async documentsOf(ids: readonly number[]): Promise<DocumentRecord[]> {
		const rows = await this.driver.all(`SELECT ${DOCUMENT} FROM documents d WHERE d.id IN (${list(ids)}) ORDER BY d.id`);
		return rows.map(documentRecord);
	}

	async text(document: number, byteStart: number, byteEnd: number): Promise<Uint8Array> {
		const [row] = await this.driver.all(
			`SELECT substr(text, ${Math.trunc(byteStart) + 1}, ${Math.trunc(byteEnd - byteStart)}) AS part FROM documents WHERE id = ?1`,
			document,
		);
		return (row?.part as Uint8Array | undefined) ?? new Uint8Array();
	}

	async blocks(document: number): Promise<Block[]> {
		const [row] = await this.driver.all('SELECT blocks FROM documents WHERE id = ?1', document);
		return row ? unpackBlocks(String(row.blocks)) : [];
	}

	async stats(index: number): Promise<StoreStats> {
		const [sums] = await this.driver.all(
			`SELECT count(*) AS chunks, coalesce(sum(c.tokens), 0) AS tokens, count(v.chunk) AS vectors FROM chunks c
			JOIN entries e ON e.document = c.document AND e.index_id = c.index_id LEFT JOIN vectors v ON v.chunk = c.id WHERE c.index_id = ?1`,
			index,
		);
		const types = await this.driver.all(
			`SELECT d.type, count(*) AS documents, sum(length(d.text)) AS bytes FROM entries e JOIN documents d ON d.id = e.document
			WHERE e.index_id = ?1 GROUP BY d.type ORDER BY d.type`,
			index,
		);
		const sum = (name: string): number => types.reduce((total, row) => total + number(row[name]), 0);
		return {
			documents: sum('documents'),
			chunks: number(sums!.chunks),
			tokens: number(sums!.tokens),
			vectors: number(sums!.vectors),
			textBytes: sum('bytes'),
			types: Object.fromEntries(types.map((row) => [String(row.type), number(row.documents)])),
		};
	}

	close(): Promise<void> {
		return this.driver.close();
	}
}

async function migrate(driver: SqlDriver): Promise<void> {
	await driver.migrating(async (sql) => {
		await sql.all(`CREATE TABLE IF NOT EXISTS migrations (version ${driver.dialect.int} PRIMARY KEY)`);
		const [row] = await sql.all('SELECT coalesce(max(version), 0) AS version FROM migrations');
		const version = number(row!.version);
		if (version > MIGRATIONS.length) {
			throw new TongsaError('unsupported', 'the database was made by a newer Tongsa', {
				got: `version ${version}`,
				allowed: `at most ${MIGRATIONS.length}`,
				hint: 'Update Tongsa, or name another --database',
			});
		}
		for (const [i, statements] of MIGRATIONS.slice(version).entries()) {
			for (const statement of statements) await sql.all(ddl(statement, driver.dialect));
			await sql.all('INSERT INTO migrations (version) VALUES (?1)', version + i + 1);
		}
	});
}

/** The first of `count` numbers that nobody else gets. */
async function take(sql: Sql, name: string, count: number): Promise<number> {
	const [row] = await sql.all('UPDATE counters SET value = value + ?1 WHERE name = ?2 RETURNING value', count, name);
	return number(row!.value) - count + 1;
}

async function addChunks(sql: Sql, index: number, document: number, chunks: readonly NewChunk[]): Promise<void> {
	const first = await take(sql, 'chunk', chunks.length);
	await sql.insert(
		'chunks',
		['id', 'index_id', 'document', 'unit_start', 'unit_end', 'byte_start', 'byte_end', 'page', 'line', 'headings', 'tokens', 'length'],
		chunks.map((chunk, i) => [
			first + i,
			index,
			document,
			chunk.start,
			chunk.end,
			chunk.byteStart,
			chunk.byteEnd,
			chunk.page ?? null,
			chunk.line,
			JSON.stringify(chunk.headings),
			chunk.tokens,
			chunk.length,
		]),
	);
}

async function dropIndex(sql: Sql, index: number): Promise<void> {
	for (const table of ['entries', 'vectors', 'chunks', 'postings', 'trigrams'])
		await sql.all(`DELETE FROM ${table} WHERE index_id = ?1`, index);
	await sql.all('DELETE FROM indexes WHERE id = ?1', index);
}

/**
 * Deletes documents that no index shows: of one path, or all of the collection. `index`: whose dead chunks are counted; what is pending
 * for another index stays.
 */
async function dropUnused(sql: Sql, collection: string, path?: string, index?: number): Promise<void> {
	const unused = await sql.all(
		`SELECT d.id FROM documents d WHERE d.collection = ?1 AND (?2 = '' OR d.path = ?2)
		AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.document = d.id)
		${path === undefined ? '' : `AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.document = d.id AND c.index_id <> ${index ?? 0})`}`,
		collection,
		path ?? '',
	);
	for (const { id } of unused) {
		await sql.all('DELETE FROM vectors WHERE chunk IN (SELECT id FROM chunks WHERE document = ?1)', id!);
		const chunks = await sql.all('DELETE FROM chunks WHERE document = ?1 RETURNING id', id!);
		await sql.all('DELETE FROM documents WHERE id = ?1', id!);
		if (index !== undefined) await sql.all('UPDATE indexes SET dead = dead + ?1 WHERE id = ?2', chunks.length, index);
	}
}

/** Rewrites the postings of some terms after `from`, up to a segment. Gives the last of these terms; undefined when there are no more. */
async function compactPart(sql: Sql, index: number, from: string, live: ReadonlySet<number>, upTo: number): Promise<string | undefined> {
	const rows = await sql.all(
		'SELECT term, segment, data FROM postings WHERE index_id = ?1 AND term > ?2 AND segment <= ?3 ORDER BY term, segment LIMIT ?4',
		index,
		from,
		upTo,
		COMPACT_ROWS,
	);
	if (rows.length === 0) return undefined;
	// The last term may have more rows than were read: it waits, unless it is the only one.
	const last = String(rows.at(-1)!.term);
	const cut = rows.length === COMPACT_ROWS && String(rows[0]!.term) !== last;
	const whole = cut ? rows.filter(({ term }) => term !== last) : rows;
	const byTerm = new Map<string, Row[]>();
	for (const row of whole) byTerm.set(String(row.term), [...(byTerm.get(String(row.term)) ?? []), row]);
	for (const [term, pieces] of byTerm) {
		const counts = new Map<number, number>();
		let dead = false;
		for (const { data } of pieces) {
			eachPosting(data as Uint8Array, (chunk, count) => {
				if (live.has(chunk)) counts.set(chunk, count);
				else dead = true;
			});
		}
		if (pieces.length === 1 && !dead) continue;
		for (const { segment } of pieces)
			await sql.all('DELETE FROM postings WHERE index_id = ?1 AND term = ?2 AND segment = ?3', index, term, segment!);
		if (counts.size === 0) continue;
		const chunks = [...counts.keys()].sort((a, b) => a - b);
		const data = encodePostings({ chunks, counts: chunks.map((chunk) => counts.get(chunk)!) });
		await sql.insert('postings', ['index_id', 'term', 'segment', 'data'], [[index, term, pieces[0]!.segment!, data]]);
	}
	return String(whole.at(-1)!.term);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
	if (parts.length === 1) return parts[0]!;
	const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

const gone = (index: number): TongsaError =>
	new TongsaError('changed', 'the index is gone: another process has replaced or removed it', {
		got: index,
		hint: 'Open the collection again',
	});

const DOCUMENT = 'd.id, d.path, d.hash, d.size, d.modified, d.type, d.title, d.encoding, d.metadata';

function documentRecord(row: Row): DocumentRecord {
	return {
		id: number(row.id),
		path: String(row.path),
		hash: String(row.hash),
		size: number(row.size),
		modifiedMs: number(row.modified),
		type: String(row.type),
		...(row.title !== null && { title: String(row.title) }),
		...(row.encoding !== null && { encoding: String(row.encoding) }),
		metadata: JSON.parse(String(row.metadata)),
	};
}

function indexRecord(row: Row): IndexRecord {
	return {
		id: number(row.id),
		collection: String(row.collection),
		...(row.embedding !== null && {
			embedding: { id: String(row.embedding), facts: JSON.parse(String(row.facts)), width: number(row.width) },
		}),
		sizes: { tokens: number(row.tokens), overlap: number(row.overlap) },
		version: number(row.version),
	};
}

function chunkRecord(row: Row): ChunkRecord {
	return {
		id: number(row.id),
		document: number(row.document),
		start: number(row.unit_start),
		end: number(row.unit_end),
		byteStart: number(row.byte_start),
		byteEnd: number(row.byte_end),
		...(row.page !== null && { page: number(row.page) }),
		line: number(row.line),
		headings: JSON.parse(String(row.headings)),
		tokens: number(row.tokens),
		length: number(row.length),
	};
}

const KINDS = ['heading', 'paragraph', 'code', 'row', 'record'] as const satisfies readonly Block['kind'][];

/** Blocks as short lists of numbers: a table of a million rows has as many. */
function packBlocks(blocks: readonly Block[]): string {
	return JSON.stringify(blocks.map(({ kind, start, end, level, page }) => [KINDS.indexOf(kind), start, end, level ?? 0, page ?? 0]));
}

function unpackBlocks(text: string): Block[] {
	return (JSON.parse(text) as [number, number, number, number, number][]).map(([kind, start, end, level, page]) => ({
		kind: KINDS[kind]!,
		start,
		end,
		...(level > 0 && { level }),
		...(page > 0 && { page }),
	}));
}
