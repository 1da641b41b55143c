// How fast own texts are indexed and searched: vectors into a store, cold and warm queries over many passages, memory over time.
//
//     node --conditions=tongsa-source bench/retrieval.ts [PASSAGES, default 100000] [sqlite | postgres://…]
//
// Vectors are drawn by a seed and texts by arithmetic; a question is embedded by the packaged model. Indexing with the model itself is timed on
// the test set's passages.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCollection, openStore } from '../hosts/node/collections.ts';
import { seededRandom } from '../src/generation/random.ts';
import { Collection } from '../src/retrieval/collection.ts';
import type { EmbeddingModel } from '../src/retrieval/types.ts';

const COUNT = Number(process.argv[2] ?? 100_000);
const QUERIES = 50;
const folder = mkdtempSync(join(tmpdir(), 'tongsa-bench-'));
const database = process.argv[3]?.startsWith('postgres') ? process.argv[3] : join(folder, 'texts.sqlite');
process.env.TONGSA_CACHE = join(folder, 'cache');
const random = seededRandom(1);
const WORDS = Array.from({ length: 20_000 }, (_, i) => `w${i.toString(36)}${(i * 7919).toString(36)}`);
/** Words as they are in texts: few often, many seldom. */
const sentence = (): string => Array.from({ length: 40 }, () => WORDS[Math.floor(WORDS.length * random() ** 3)]).join(' ');

try {
	const real = await openCollection(database, { name: 'real', create: true });
	const model = real.settings.model!;
	/** The real model's questions, and drawn vectors for passages. */
	const drawn: EmbeddingModel = {
		...model,
		offsets: (text) => Uint32Array.from(text.split(' ').flatMap((_, i) => [i, i + 1])),
		embed: async (texts, options) =>
			options.kind === 'query'
				? model.embed(texts, options)
				: texts.map(() => {
						const vector = Float32Array.from({ length: model.width }, () => random() - 0.5);
						const length = Math.hypot(...vector);
						return vector.map((value) => value / length);
					}),
	};
	const collection = await Collection.open(real.store, { ...real.settings, name: 'drawn', model: drawn, create: true });
	let start = performance.now();
	const PER_DOCUMENT = 100;
	await collection.add(
		Array.from({ length: COUNT / PER_DOCUMENT }, (_, i) => ({
			path: `d/${i}`,
			read: async () => {
				const lines = Array.from({ length: PER_DOCUMENT }, sentence);
				const text = lines.join('\n');
				let at = 0;
				const blocks = lines.map((line) => ({ kind: 'record' as const, start: at, end: (at += line.length + 1) - 1 }));
				return { text, blocks, type: 'text', hash: String(i), size: text.length, modifiedMs: 0 };
			},
		})),
	);
	const seconds = (performance.now() - start) / 1000;
	console.log(`${COUNT} passages with their vectors into ${real.store.kind}: ${(COUNT / seconds).toFixed(0)}/s`);

	const timed = async (search: (query: string) => Promise<unknown>): Promise<string> => {
		const times: number[] = [];
		for (let i = 0; i < QUERIES; i++) {
			const query = sentence().split(' ').slice(0, 5).join(' ');
			const from = performance.now();
			await search(query);
			times.push(performance.now() - from);
		}
		times.sort((a, b) => a - b);
		return `p50 ${times[QUERIES / 2]!.toFixed(1)} ms, p95 ${times[Math.floor(QUERIES * 0.95)]!.toFixed(1)} ms`;
	};
	start = performance.now();
	await collection.search('first');
	console.log(`first query: ${(performance.now() - start).toFixed(0)} ms`);
	for (const by of ['hybrid', 'words', 'meaning'] as const)
		console.log(`${by}: ${await timed((query) => collection.search(query, { by }))}`);
	const before = process.memoryUsage().rss;
	for (let i = 0; i < 500; i++) await collection.search(sentence().slice(0, 60));
	console.log(`memory after 500 queries more: ${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(1)} MB more`);
	await collection.close();
	await real.close();

	const again = await openStore(database);
	start = performance.now();
	const opened = await Collection.open(again, {
		...real.settings,
		name: 'drawn',
		model: { ...drawn, embed: async () => [new Float32Array(model.width).fill(model.width ** -0.5)] },
	});
	await opened.search('again');
	console.log(`opened again, vectors from the cache, one query without the model: ${(performance.now() - start).toFixed(0)} ms`);
	await opened.close();
	await again.close();
} finally {
	rmSync(folder, { recursive: true });
}
