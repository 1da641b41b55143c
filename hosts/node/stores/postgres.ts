// The store for many machines: PostgreSQL 16 or newer with pgvector, by node-postgres, which is an optional peer.
// https://node-postgres.com, https://github.com/pgvector/pgvector

import { pipeline } from 'node:stream/promises';
import type { Pool, PoolClient } from 'pg';
import { TongsaError } from '../../../src/errors.ts';
import { type Row, type Sql, type SqlDriver, SqlStore, type SqlValue } from '../../../src/retrieval/store/sql.ts';
import type { Store } from '../../../src/retrieval/store/types.ts';
import { copyRows } from './copy.ts';

export interface PostgresOptions {
	/** Connections at the same time (default 4). */
	readonly connections?: number;
	/** Vectors past which an approximate index (HNSW) is built and used, since the exact search takes longer than 100 ms (default 200,000). */
	readonly approximateFrom?: number;
}

/** All tables stand in a schema of their own. */
const SCHEMA = 'tongsa';
/** Who migrates holds this lock: any number, the same everywhere. */
const MIGRATION_LOCK = 7_405_511;
const APPROXIMATE_FROM = 200_000;
/** Rows from which COPY is faster than an INSERT of many values. */
const COPY_FROM_ROWS = 64;
/** Parameters of one statement: the protocol counts them in 16 bits. */
const MAX_PARAMETERS = 60_000;
/** Deadlocks and serialization failures are for the client to try again. PostgreSQL, Appendix A. */
const TRY_AGAIN = new Set(['40001', '40P01']);
const TRIES = 5;
/** Candidates beyond those asked for, since the database's scores are sums in float32. */
const SPARE = 64;

/** @throws TongsaError 'unsupported' without the peer or pgvector, 'network' where the database cannot be reached. */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Store> {
	const { default: pg } = await import('pg').catch((cause: unknown) => {
		throw new TongsaError(
			'unsupported',
			'PostgreSQL needs packages that are not installed',
			{ hint: 'Try: npm install pg pg-copy-streams pg-boss' },
			{ cause },
		);
	});
	const pool = new pg.Pool({ connectionString: url, max: options.connections ?? 4 });
	// A connection that the server closes while nobody uses it: the next query opens another.
	pool.on('error', () => undefined);
	try {
		return await PostgresStore.openPool(pool, nameOf(url), options.approximateFrom ?? APPROXIMATE_FROM);
	} catch (error) {
		await pool.end().catch(() => undefined);
		throw refused(error, nameOf(url));
	}
}

/** The address without user and password. */
export function nameOf(url: string): string {
	try {
		const { host, pathname } = new URL(url);
		return `postgres://${host}${pathname}`;
	} catch {
		return 'the database';
	}
}

class PostgresStore extends SqlStore {
	readonly #approximateFrom: number;
	/** By index: whether its vectors have an approximate index. */
	readonly #approximate = new Set<number>();

	private constructor(driver: SqlDriver, approximateFrom: number) {
		super(driver);
		this.#approximateFrom = approximateFrom;
	}

	static async openPool(pool: Pool, name: string, approximateFrom: number): Promise<PostgresStore> {
		const driver = await driverOf(pool, name);
		await SqlStore.open(driver);
		return new PostgresStore(driver, approximateFrom);
	}

	protected override vectorValue(vector: Float32Array): SqlValue {
		return `[${vector.join(',')}]`;
	}

	/** Text: node-postgres hands it over as it is, and pgvector writes the shortest decimals that give the same float32. */
	protected override vectorOf(value: SqlValue): Float32Array {
		return Float32Array.from(JSON.parse(String(value)) as number[]);
	}

	async nearest(index: number, query: Float32Array, k: number, documents?: readonly number[]) {
		const approximate = documents === undefined && (await this.#hasApproximate(index));
		const operand = approximate ? `v.vector::vector(${query.length})` : 'v.vector';
		const chunks = await this.driver.transaction(async (sql) => {
			if (approximate) await sql.all(`SELECT set_config('hnsw.ef_search', '${Math.min(1000, 4 * k)}', true)`);
			const rows = await sql.all(
				`SELECT v.chunk FROM vectors v JOIN chunks c ON c.id = v.chunk JOIN entries e ON e.document = c.document AND e.index_id = c.index_id
				WHERE v.index_id = ${Math.trunc(index)} ${documents ? 'AND c.document = ANY(?3::bigint[])' : ''}
				ORDER BY ${operand} <#> ?1::vector LIMIT ?2`,
				this.vectorValue(query),
				k + SPARE,
				...(documents ? [`{${documents.map(Math.trunc).join(',')}}`] : []),
			);
			return rows.map(({ chunk }) => Number(chunk));
		});
		return { chunks, approximate };
	}

	/** Beside the postings, builds the approximate index once there are vectors enough. */
	override async compact(index: number, signal?: AbortSignal): Promise<void> {
		await super.compact(index, signal);
		if (await this.#hasApproximate(index)) return;
		const [row] = await this.driver.all(
			'SELECT i.width, (SELECT count(*) FROM vectors v WHERE v.index_id = i.id) AS vectors FROM indexes i WHERE i.id = ?1',
			index,
		);
		if (!row?.width || Number(row.vectors) < this.#approximateFrom || Number(row.width) > 2000) return;
		await this.driver.all(
			`CREATE INDEX IF NOT EXISTS ${hnswName(index)} ON vectors USING hnsw ((vector::vector(${Number(row.width)})) vector_ip_ops) WHERE index_id = ${Math.trunc(index)}`,
		);
	}

	async #hasApproximate(index: number): Promise<boolean> {
		if (this.#approximate.has(index)) return true;
		const rows = await this.driver.all('SELECT 1 AS one FROM pg_indexes WHERE schemaname = ?1 AND indexname = ?2', SCHEMA, hnswName(index));
		if (rows.length) this.#approximate.add(index);
		return rows.length > 0;
	}
}

const hnswName = (index: number): string => `vectors_hnsw_${Math.trunc(index)}`;

async function driverOf(pool: Pool, name: string): Promise<SqlDriver> {
	const [{ version } = { version: '' }] = (await pool.query<{ version: string }>('SELECT version() AS version')).rows;
	// PGlite, which tests run on, does not speak COPY over its socket.
	const copies = !version.includes('PGlite');
	const types = new Map<string, ReadonlyMap<string, string>>();

	async function columnTypes(client: PoolClient, table: string): Promise<ReadonlyMap<string, string>> {
		const known = types.get(table);
		if (known) return known;
		const { rows } = await client.query<{ column_name: string; udt_name: string }>(
			'SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2',
			[SCHEMA, table],
		);
		const found = new Map(rows.map((row) => [row.column_name, row.udt_name]));
		types.set(table, found);
		return found;
	}

	const over = (client: PoolClient): Sql => ({
		async all(sql, ...parameters) {
			const { rows } = await client.query(sql.replace(/\?(\d+)/g, '$$$1'), parameters);
			return rows as Row[];
		},
		async insert(table, columns, rows, ignore = false) {
			if (rows.length === 0) return;
			if (copies && rows.length >= COPY_FROM_ROWS) return copyInto(client, table, columns, rows, ignore);
			const most = Math.floor(MAX_PARAMETERS / columns.length);
			for (let at = 0; at < rows.length; at += most) {
				const some = rows.slice(at, at + most);
				const values = some.map((_, i) => `(${columns.map((_, j) => `$${i * columns.length + j + 1}`).join(',')})`).join(',');
				await client.query(
					`INSERT INTO ${table} (${columns.join(',')}) VALUES ${values}${ignore ? ' ON CONFLICT DO NOTHING' : ''}`,
					some.flat(),
				);
			}
		},
	});

	async function copyInto(
		client: PoolClient,
		table: string,
		columns: readonly string[],
		rows: readonly (readonly SqlValue[])[],
		ignore: boolean,
	): Promise<void> {
		const { from } = await import('pg-copy-streams');
		const known = await columnTypes(client, table);
		// COPY cannot pass over what is there: a table of this transaction takes the rows first.
		const into = ignore ? `copied_${table}` : table;
		if (ignore) await client.query(`CREATE TEMPORARY TABLE IF NOT EXISTS ${into} (LIKE ${table}) ON COMMIT DELETE ROWS`);
		const stream = client.query(from(`COPY ${into} (${columns.join(',')}) FROM STDIN (FORMAT binary)`));
		await pipeline(
			copyRows(
				rows,
				columns.map((column) => known.get(column) ?? 'text'),
			),
			stream,
		);
		if (ignore) {
			const list = columns.join(',');
			await client.query(`INSERT INTO ${table} (${list}) SELECT ${list} FROM ${into} ON CONFLICT DO NOTHING`);
			await client.query(`DELETE FROM ${into}`);
		}
	}

	/** A connection that finds our tables by their names. */
	async function connected<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
		const client = await pool.connect();
		let broken: Error | undefined;
		const hear = (error: Error): void => void (broken = error);
		client.on('error', hear);
		try {
			await client.query(`SET search_path TO ${SCHEMA}, public`);
			return await work(client);
		} finally {
			client.off('error', hear);
			client.release(broken);
		}
	}

	async function once<T>(work: (sql: Sql) => Promise<T>, before = ''): Promise<T> {
		return connected(async (client) => {
			await client.query('BEGIN');
			try {
				if (before) await client.query(before);
				const result = await work(over(client));
				await client.query('COMMIT');
				return result;
			} catch (error) {
				await client.query('ROLLBACK').catch(() => undefined);
				throw error;
			}
		});
	}

	async function transaction<T>(work: (sql: Sql) => Promise<T>, before?: string): Promise<T> {
		for (let attempt = 1; ; attempt++) {
			try {
				return await once(work, before);
			} catch (error) {
				if (attempt < TRIES && TRY_AGAIN.has(String((error as { code?: string }).code))) continue;
				throw refused(error, name);
			}
		}
	}

	return {
		kind: 'postgresql',
		dialect: { int: 'BIGINT', bytes: 'BYTEA', key: 'TEXT COLLATE "C"', vector: 'VECTOR', rows: '' },
		all: (sql, ...parameters) =>
			connected((client) => over(client).all(sql, ...parameters)).catch((error: unknown) => {
				throw refused(error, name);
			}),
		insert: (...given) => transaction((sql) => sql.insert(...given)),
		transaction,
		migrating: (work) =>
			transaction(async (sql) => {
				await sql.all('CREATE EXTENSION IF NOT EXISTS vector').catch((cause: unknown) => {
					throw new TongsaError(
						'unsupported',
						'the database has no pgvector',
						{ file: name, hint: 'As its owner: CREATE EXTENSION vector' },
						{ cause },
					);
				});
				await sql.all(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
				return work(sql);
			}, `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`),
		close: async () => {
			if (!pool.ended) await pool.end();
		},
	};
}

/** The database's refusals in our words. PostgreSQL, Appendix A: the first two characters are the class. */
const CLASSES: Readonly<Record<string, { readonly code: TongsaError['code']; readonly what: string }>> = {
	'08': { code: 'network', what: 'the connection to the database broke' },
	'28': { code: 'usage', what: 'the database refuses the user or the password' },
	'3D': { code: 'not-found', what: 'there is no such database' },
	'42': { code: 'usage', what: 'the database refuses the statement' },
	'53': { code: 'too-large', what: 'the database has no room left' },
	'57': { code: 'network', what: 'the database went away' },
};

function refused(error: unknown, name: string): unknown {
	if (error instanceof TongsaError) return error;
	const { code = '', message = '' } = error as { code?: string; message?: string };
	const known = CLASSES[code.slice(0, 2)];
	if (known && /^[0-9A-Z]{5}$/.test(code)) return new TongsaError(known.code, known.what, { file: name, got: message }, { cause: error });
	if (/^E[A-Z]+$/.test(code) || /terminated|Connection|timeout/i.test(message)) {
		return new TongsaError('network', 'the database cannot be reached', { file: name, got: code || message }, { cause: error });
	}
	return error;
}
