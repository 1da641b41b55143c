// The store on one machine: SQLite by node:sqlite, which is in Node from 22.13. https://nodejs.org/api/sqlite.html

import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TongsaError } from '../../../src/errors.ts';
import { type Row, type Sql, type SqlDriver, SqlStore, type SqlValue } from '../../../src/retrieval/store/sql.ts';
import type { Store } from '../../../src/retrieval/store/types.ts';
import { makeFolder } from '../make-folder.ts';

/** How long a writer waits for another before it gives up: longer than the longest transaction. */
const BUSY_MS = 60_000;
/** Pages of the database that a connection keeps, in KiB. */
const CACHE_KIB = 65_536;

/** Opens or makes the database. @throws TongsaError 'unsupported' on an older Node, 'malformed' for a file that is no SQLite database. */
export async function openSqlite(file: string): Promise<Store> {
	const { DatabaseSync } = await sqlite();
	if (file !== ':memory:') await makeFolder(dirname(file));
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(file, { timeout: BUSY_MS });
		// WAL: readers and one writer at a time; NORMAL: who is killed loses nothing, a power cut at most the last moments, never the file.
		database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA foreign_keys = OFF`);
		return await SqlStore.open(driver(database, file));
	} catch (error) {
		database?.close();
		throw refused(error, file);
	}
}

async function sqlite(): Promise<typeof import('node:sqlite')> {
	try {
		return await quietly(() => import('node:sqlite'));
	} catch (cause) {
		throw new TongsaError(
			'unsupported',
			'this Node has no SQLite',
			{ got: process.version, allowed: '22.13 or newer', hint: 'Update Node, or name a PostgreSQL database: --database postgres://…' },
			{ cause },
		);
	}
}

/** Node 22 and 24 say on stderr that SQLite is new to them. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
	const emit = process.emitWarning;
	process.emitWarning = ((...words: Parameters<typeof emit>) =>
		String(words[0]).includes('SQLite') ? undefined : emit.apply(process, words)) as typeof emit;
	try {
		return await work();
	} finally {
		process.emitWarning = emit;
	}
}

function driver(database: DatabaseSync, file: string): SqlDriver {
	const statements = new Map<string, StatementSync>();
	/** One at a time: a connection has one transaction, and nobody may read in the middle of another's. */
	let turn: Promise<unknown> = Promise.resolve();

	const prepared = (sql: string): StatementSync => {
		// Lists of ids stand in the statement itself: those are used once.
		if (sql.length > 2000) return database.prepare(sql);
		let statement = statements.get(sql);
		if (!statement) {
			if (statements.size >= 100) statements.clear();
			statements.set(sql, (statement = database.prepare(sql)));
		}
		return statement;
	};
	const sql: Sql = {
		all: async (text, ...parameters) => prepared(text).all(...parameters) as Row[],
		async insert(table, columns, rows, ignore) {
			const places = columns.map(() => '?').join(',');
			const statement = prepared(
				`INSERT INTO ${table} (${columns.join(',')}) VALUES (${places})${ignore ? ' ON CONFLICT DO NOTHING' : ''}`,
			);
			for (const row of rows) statement.run(...(row as SqlValue[]));
		},
	};
	const alone = <T>(work: () => Promise<T>): Promise<T> => {
		const result = turn.then(work).catch((error: unknown) => {
			throw refused(error, file);
		});
		turn = result.catch(() => undefined);
		return result;
	};
	const transaction = <T>(work: (inner: Sql) => Promise<T>): Promise<T> =>
		alone(async () => {
			database.exec('BEGIN IMMEDIATE');
			try {
				const result = await work(sql);
				database.exec('COMMIT');
				return result;
			} catch (error) {
				if (database.isTransaction) database.exec('ROLLBACK');
				throw error;
			}
		});
	return {
		kind: 'sqlite',
		dialect: { int: 'INTEGER', bytes: 'BLOB', key: 'TEXT', vector: 'BLOB', rows: ' WITHOUT ROWID' },
		all: (text, ...parameters) => alone(() => sql.all(text, ...parameters)),
		insert: (...given) => alone(() => sql.insert(...given)),
		transaction,
		migrating: transaction,
		close: () =>
			alone(async () => {
				statements.clear();
				if (database.isOpen) database.close();
			}),
	};
}

/** SQLite's own refusals in our words. https://www.sqlite.org/rescode.html */
const REASONS: Readonly<Record<number, { readonly code: TongsaError['code']; readonly what: string; readonly hint?: string }>> = {
	5: { code: 'unsupported', what: 'another process has held the database for too long', hint: 'Try again when it has finished' },
	8: { code: 'usage', what: 'the database may not be written' },
	10: { code: 'usage', what: 'the database cannot be read or written' },
	11: { code: 'malformed', what: 'the database is damaged', hint: 'Name another --database and index again' },
	13: { code: 'too-large', what: 'the disk is full: nothing was lost, and nothing half-written is there' },
	14: { code: 'not-found', what: 'the database cannot be opened' },
	26: { code: 'malformed', what: 'the file is no SQLite database' },
};

function refused(error: unknown, file: string): unknown {
	const { errcode } = error as { errcode?: number };
	const reason = errcode === undefined ? undefined : REASONS[errcode & 0xff];
	if (!reason) return error;
	return new TongsaError(reason.code, reason.what, { file, ...(reason.hint && { hint: reason.hint }) }, { cause: error });
}
