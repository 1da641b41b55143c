// The stores that the suite runs on: each opened empty. A real PostgreSQL joins where TONGSA_TEST_POSTGRES names one.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { openPostgres, type PostgresOptions } from '../../hosts/node/stores/postgres.ts';
import { openSqlite } from '../../hosts/node/stores/sqlite.ts';
import { MemoryStore } from '../../src/retrieval/store/memory.ts';
import type { Store } from '../../src/retrieval/store/types.ts';

export interface Place {
	/** Opens the same data again. */
	open(options?: PostgresOptions): Promise<Store>;
	remove(): Promise<void>;
	/** Of a database. */
	readonly url?: string;
	/** PGlite's socket server mixes up the statements of two connections that are busy at once. */
	readonly oneConnection?: true;
}

export const REAL_POSTGRES = process.env.TONGSA_TEST_POSTGRES;

export const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
	async memory() {
		const store = new MemoryStore();
		return { open: async () => store, remove: async () => {} };
	},
	async sqlite() {
		const folder = await mkdtemp(join(tmpdir(), 'tongsa-store-'));
		return { open: () => openSqlite(join(folder, 'texts.sqlite')), remove: () => rm(folder, { recursive: true }) };
	},
	async pglite() {
		const { url, stop } = await startPglite();
		return { open: (options) => openPostgres(url, { connections: 1, ...options }), remove: stop, oneConnection: true };
	},
	...(REAL_POSTGRES && {
		async postgresql() {
			const name = `tongsa_${randomBytes(6).toString('hex')}`;
			const admin = async (sql: string): Promise<void> => {
				const client = new pg.Client(REAL_POSTGRES);
				await client.connect();
				await client.query(sql);
				await client.end();
			};
			await admin(`CREATE DATABASE ${name}`);
			const url = new URL(REAL_POSTGRES!);
			url.pathname = `/${name}`;
			return {
				url: String(url),
				open: (options) => openPostgres(String(url), options),
				remove: () => admin(`DROP DATABASE ${name} WITH (FORCE)`),
			};
		},
	}),
};

/** PostgreSQL in this process, as WebAssembly, behind a socket. */
export async function startPglite(): Promise<{ url: string; stop(): Promise<void> }> {
	const db = await PGlite.create({ extensions: { vector } });
	const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 10 });
	const port = new Promise<number>((done) => {
		server.addEventListener('listening', (event) => done((event as CustomEvent<{ port: number }>).detail.port));
	});
	await server.start();
	return {
		url: `postgres://postgres@127.0.0.1:${await port}/postgres`,
		async stop() {
			await server.stop();
			await db.close();
		},
	};
}
