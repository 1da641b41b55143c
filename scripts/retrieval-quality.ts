// nDCG@10 of search by words, by meaning and by both, on the test set of test/retrieval/set; and the relevance that tells answered questions from others.
//
//     node --conditions=tongsa-source scripts/retrieval-quality.ts [MODEL] [visible|kept|all]

import { readFileSync } from 'node:fs';
import { nodeHost } from '../hosts/node/host.ts';
import { createRowScorer } from '../src/compute/rows.ts';
import { buildKernels } from '../src/compute/wasm.ts';
import { embeddingModelOf } from '../src/model/embedding-model.ts';
import { openModel } from '../src/model.ts';
import { relevanceOf, THRESHOLD } from '../src/retrieval/answers/relevance.ts';
import { Collection } from '../src/retrieval/collection.ts';
import { sha256 } from '../src/retrieval/hash.ts';
import { MemoryStore } from '../src/retrieval/store/memory.ts';

const [reference = 'multilingual-e5-small', half = 'all'] = process.argv.slice(2);
const SET = new URL('../test/retrieval/set/', import.meta.url);
const LANGUAGES = ['ko', 'en', 'ja', 'zh'];
const KINDS = ['exact', 'paraphrase', 'script', 'cross'];
const WAYS = ['words', 'meaning', 'hybrid'] as const;

const linesOf = (name: string): string[] => readFileSync(new URL(name, SET), 'utf8').trimEnd().split('\n');
const opened = await openModel(nodeHost(), reference);
const model = await embeddingModelOf(opened);
const scorer = createRowScorer(await buildKernels());
const collections = new Map<string, Collection>();
for (const language of LANGUAGES) {
	const collection = await Collection.open(new MemoryStore(), { model, create: true, scorer, memoryBudget: 2 ** 30 });
	collections.set(language, collection);
	await collection.add(
		linesOf(`${language}.txt`).map((text, i) => ({
			path: `${language}/${i + 1}`,
			read: async () => ({
				text,
				blocks: [{ kind: 'paragraph' as const, start: 0, end: text.length }],
				type: 'text',
				hash: await sha256(text),
				size: text.length,
				modifiedMs: 0,
			}),
		})),
	);
}

/** By way and kind or language: sum of nDCG@10 and how many. One passage is relevant: 1 / log2(rank + 1). */
const sums = new Map<string, { sum: number; count: number }>();
const add = (key: string, value: number): void => {
	const one = sums.get(key) ?? { sum: 0, count: 0 };
	sums.set(key, { sum: one.sum + value, count: one.count + 1 });
};
const relevant: number[] = [];
let worse = 0;
for (const language of LANGUAGES) {
	const collection = collections.get(language)!;
	for (const [i, line] of linesOf(`${language}.questions.txt`).entries()) {
		if (half !== 'all' && (half === 'visible') !== (i % 2 === 0)) continue;
		const [kind, target, question] = line.split('\t') as [string, string, string];
		const ranks: Record<string, number> = {};
		for (const by of WAYS) {
			const result = await collection.search(question, { by, top: 10, fold: false });
			const { hits } = result;
			const rank = hits.findIndex(({ path }) => path === `${language}/${target}`) + 1;
			ranks[by] = rank || 99;
			const gain = rank ? 1 / Math.log2(rank + 1) : 0;
			for (const group of [language, kind, `${language} ${kind}`, 'all']) add(`${by} ${group}`, gain);
			if (by === 'hybrid') relevant.push(relevanceOf(result, reference));
		}
		if (kind === 'exact' && ranks.hybrid! > ranks.words!) {
			worse++;
			console.log(`worse than by words: ${question} (${ranks.words} → ${ranks.hybrid})`);
		}
		if (process.env.VERBOSE && ranks.hybrid! > Math.min(ranks.words!, ranks.meaning!)) {
			const { hits } = await collection.search(question, { top: 3, fold: false });
			console.log(
				language,
				kind,
				question,
				JSON.stringify(ranks),
				JSON.stringify(hits.map(({ path, coverage, ranks: own }) => ({ path, coverage, ...own }))),
			);
		}
	}
}
const shown = (by: string, group: string): string => {
	const one = sums.get(`${by} ${group}`);
	return one ? (one.sum / one.count).toFixed(3) : '-';
};
console.log(`nDCG@10, ${reference}, ${half}\n${['', ...WAYS].map((cell) => cell.padEnd(14)).join('')}`);
for (const group of [...LANGUAGES, ...KINDS, ...LANGUAGES.flatMap((language) => KINDS.map((kind) => `${language} ${kind}`)), 'all']) {
	console.log([group, ...WAYS.map((by) => shown(by, group))].map((cell) => cell.padEnd(14)).join(''));
}
console.log(`exact questions found worse by both than by words: ${worse}`);

const irrelevant: number[] = [];
for (const line of linesOf('unanswerable.txt')) {
	const [language, question] = line.split('\t') as [string, string];
	irrelevant.push(relevanceOf(await collections.get(language)!.search(question), reference));
}
let best = { threshold: 0, balanced: 0, kept: 0, refused: 0 };
for (let threshold = 0; threshold <= 1; threshold += 0.01) {
	const kept = relevant.filter((value) => value >= threshold).length / relevant.length;
	const refused = irrelevant.filter((value) => value < threshold).length / irrelevant.length;
	if ((kept + refused) / 2 > best.balanced) best = { threshold, balanced: (kept + refused) / 2, kept, refused };
}
const share = (value: number): string => `${(100 * value).toFixed(0)} %`;
console.log(
	`relevance: at ${best.threshold.toFixed(2)} ${share(best.kept)} of answerable questions are answered, ${share(best.refused)} of the others refused; at ${THRESHOLD} ${share(relevant.filter((value) => value >= THRESHOLD).length / relevant.length)} and ${share(irrelevant.filter((value) => value < THRESHOLD).length / irrelevant.length)}`,
);
await opened.close();
