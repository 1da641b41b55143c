// A queue of documents between machines: pg-boss in the collection's own PostgreSQL database. https://github.com/timgit/pg-boss

// A job is a document that was put down and lacks its vectors. Who works on it holds an advisory lock, which PostgreSQL takes back the moment
// his connection ends: so the next worker knows at once that he is gone, and the document goes on with the vectors that it lacks.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { TongsaError } from '../../src/errors.ts';
import { sha256 } from '../../src/retrieval/hash.ts';

export interface DocumentQueue {
	/** Whether any worker is there now: without one, who indexes does the work himself. */
	readonly hasWorkers: boolean;
	put(document: number): Promise<void>;
	/** Waits until none is left. Gives the documents whose every attempt failed, and why. */
	drained(signal: AbortSignal, onWaiting: (count: number) => void): Promise<{ readonly document: number; readonly reason: string }[]>;
	/** Takes documents one after another until the signal comes; `once`: or none is left. Gives how many it did. */
	work(take: (document: number) => Promise<void>, options: { readonly once: boolean; readonly signal: AbortSignal }): Promise<number>;
	close(): Promise<void>;
}

/** Locks of two numbers: the first says what is locked. */
const WORKER = 7_405_512;
const DOCUMENT = 7_405_513;
const ATTEMPTS = 4;
/** The first wait before another attempt; it doubles. */
const RETRY_SECONDS = 1;
/** An attempt that nobody ends is given up by pg-boss itself; long before, its lock is found to be free. */
const EXPIRE_SECONDS = 3600;
const POLL_MS = 500;

interface Job {
	readonly document: number;
}

export async function openQueue(database: string, collection: string): Promise<DocumentQueue> {
	const [{ default: PgBoss }, { default: pg }] = await Promise.all([import('pg-boss'), import('pg')]).catch((cause: unknown) => {
		throw new TongsaError(
			'unsupported',
			'a queue needs packages that are not installed',
			{ hint: 'Try: npm install pg pg-copy-streams pg-boss' },
			{ cause },
		);
	});
	const boss = new PgBoss({ connectionString: database, max: 2, schedule: false, supervise: false });
	boss.on('error', () => undefined);
	await boss.start();
	const name = `texts-${(await sha256(collection)).slice(0, 16)}`;
	const dead = `${name}-dead`;
	await boss.createQueue(dead);
	await boss.createQueue(name, {
		name,
		retryLimit: ATTEMPTS - 1,
		retryDelay: RETRY_SECONDS,
		retryBackoff: true,
		expireInSeconds: EXPIRE_SECONDS,
		deadLetter: dead,
	});
	// Locks belong to a session: this connection is nobody else's.
	const client = new pg.Client(database);
	client.on('error', () => undefined);
	await client.connect();
	const { rows } = await client.query('SELECT 1 FROM pg_locks WHERE locktype = $1 AND classid = $2 LIMIT 1', ['advisory', WORKER]);

	const counted = async (states: readonly string[]): Promise<number> => {
		const result = await client.query<{ count: string }>(
			'SELECT count(*) AS count FROM pgboss.job WHERE name = $1 AND state::text = ANY($2)',
			[name, states],
		);
		return Number(result.rows[0]!.count);
	};

	return {
		hasWorkers: rows.length > 0,
		async put(document) {
			await boss.send(name, { document } satisfies Job);
		},
		async drained(signal, onWaiting) {
			for (;;) {
				const waiting = await counted(['created', 'retry', 'active']);
				onWaiting(waiting);
				if (waiting === 0) break;
				await sleep(POLL_MS, undefined, { signal });
				await freeAbandoned(client, boss, name);
			}
			const failed = await client.query<{ id: string; data: Job; output: { message?: string } | null }>(
				"SELECT id, data, output FROM pgboss.job WHERE name = $1 AND state::text = 'failed'",
				[name],
			);
			// Told once: who indexes again gives them new attempts.
			for (const { id } of failed.rows) await boss.deleteJob(name, id);
			return failed.rows.map(({ data, output }) => ({ document: data.document, reason: output?.message ?? 'every attempt failed' }));
		},
		async work(take, { once, signal }) {
			await client.query('SELECT pg_advisory_lock_shared($1, 0)', [WORKER]);
			let done = 0;
			while (!signal.aborted) {
				const [job] = await boss.fetch<Job>(name);
				if (!job) {
					await freeAbandoned(client, boss, name);
					if (once && (await counted(['created', 'retry', 'active'])) === 0) break;
					await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
					continue;
				}
				const lock = [DOCUMENT, job.data.document | 0];
				await client.query('SELECT pg_advisory_lock($1, $2)', lock);
				try {
					await take(job.data.document);
					await boss.complete(name, job.id);
					done++;
				} catch (error) {
					await boss.fail(name, job.id, { message: String((error as Error)?.message ?? error) });
				} finally {
					await client.query('SELECT pg_advisory_unlock($1, $2)', lock);
				}
			}
			return done;
		},
		async close() {
			await client.end();
			await boss.stop({ graceful: false, wait: true });
		},
	};
}

/** Jobs whose worker is gone are given to others: nobody holds their lock. A job that was just fetched may not be locked yet: it is left alone. */
async function freeAbandoned(
	client: Client,
	boss: { fail(name: string, id: string, data?: object): Promise<void> },
	name: string,
): Promise<void> {
	const { rows } = await client.query<{ id: string; data: Job }>(
		"SELECT id, data FROM pgboss.job WHERE name = $1 AND state::text = 'active' AND started_on < now() - interval '2 seconds'",
		[name],
	);
	for (const { id, data } of rows) {
		const lock = [DOCUMENT, data.document | 0];
		const { rows: held } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS free', lock);
		if (!held[0]!.free) continue;
		try {
			await boss.fail(name, id, { message: 'its worker is gone' });
		} finally {
			await client.query('SELECT pg_advisory_unlock($1, $2)', lock);
		}
	}
}
