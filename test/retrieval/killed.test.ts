// Killed at random moments, indexing loses nothing and doubles nothing, and goes on where it was.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openQueue } from '../../hosts/node/queue.ts';
import { openSqlite } from '../../hosts/node/stores/sqlite.ts';
import { seededRandom } from '../../src/generation/random.ts';
import { Collection, type CollectionOptions } from '../../src/retrieval/collection.ts';
import { MemoryStore } from '../../src/retrieval/store/memory.ts';
import { documents } from './documents.ts';
import { SETTINGS, termModel } from './made.ts';
import { PLACES, REAL_POSTGRES } from './stores.ts';

/** TONGSA_TEST_KILLS=50: as often as docs/retrieval.md says. */
const KILLS = Number(process.env.TONGSA_TEST_KILLS ?? 6);
const COUNT = 250;
const CHILD = fileURLToPath(new URL('index-child.ts', import.meta.url));
const options = (): CollectionOptions => ({ ...SETTINGS, model: termModel(), create: true, chunkTokens: 60, overlapTokens: 8 });

function child(...words: string[]): ChildProcess {
	return spawn(process.execPath, ['--conditions=tongsa-source', CHILD, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs a child and kills it so long after it is ready; without a time, lets it end. Says whether it was done. */
async function run(killAfterMs: number | undefined, ...words: string[]): Promise<boolean> {
	const running = child(...words);
	let said = '';
	let timer: NodeJS.Timeout | undefined;
	running.stdout!.setEncoding('utf8').on('data', (text) => {
		if (said === '' && killAfterMs !== undefined) timer = setTimeout(() => running.kill('SIGKILL'), killAfterMs);
		said += text;
	});
	await once(running, 'exit');
	clearTimeout(timer);
	return said.includes('done');
}

/** What a run without a kill gives. */
async function clean() {
	const collection = await Collection.open(new MemoryStore(), options());
	await collection.add(documents(COUNT));
	return facts(collection);
}

async function facts(collection: Collection) {
	const passages = [];
	for await (const { document, start, end } of collection.passages()) passages.push(`${document.path} ${start} ${end}`);
	const { chunks, vectors, documents: count } = await collection.stats();
	const found = await Promise.all(
		[0, 17, 99, COUNT - 1].map(async (i) =>
			(await collection.search(`matter${i}`, { by: 'words', top: 100, fold: false })).hits.map(({ path, start }) => `${path} ${start}`),
		),
	);
	return { passages, chunks, vectors, count, found };
}

test(`SQLite: kill −9 at ${KILLS} moments`, async () => {
	const folder = await mkdtemp(join(tmpdir(), 'tongsa-killed-'));
	try {
		const file = join(folder, 'a.sqlite');
		const random = seededRandom(Date.now());
		let kills = 0;
		while (kills < KILLS && !(await run(random() * 120, file, String(COUNT)))) kills++;
		await run(undefined, file, String(COUNT));
		const store = await openSqlite(file);
		assert.deepEqual(await facts(await Collection.open(store, options())), await clean());
		await store.close();
	} finally {
		await rm(folder, { recursive: true });
	}
});

test(`PostgreSQL: ${KILLS} of three workers killed`, {
	skip: REAL_POSTGRES ? false : 'no server: TONGSA_TEST_POSTGRES names one',
}, async () => {
	const place = await PLACES.postgresql!();
	try {
		const store = await place.open();
		const url = place.url!;
		const collection = await Collection.open(store, options());
		const queue = await openQueue(url, collection.name);
		await collection.add(documents(COUNT), { deferred: queue.put });
		const random = seededRandom(Date.now());
		for (let kills = 0; kills < KILLS; kills += 3) {
			await Promise.all(Array.from({ length: 3 }, () => run(100 + random() * 400, url, String(COUNT), 'worker')));
		}
		await Promise.all(Array.from({ length: 3 }, () => run(undefined, url, String(COUNT), 'worker')));
		assert.deepEqual(await queue.drained(new AbortController().signal, () => {}), []);
		await queue.close();
		assert.deepEqual(await facts(collection), await clean());
		await store.close();
	} finally {
		await place.remove();
	}
});
