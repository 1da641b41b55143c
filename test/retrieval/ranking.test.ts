// BM25, fusion, filters and near duplicates, by arithmetic that a reader can redo.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/generation/random.ts';
import { bm25 } from '../../src/retrieval/bm25.ts';
import { duplicatesOf } from '../../src/retrieval/duplicates.ts';
import { glob, passes } from '../../src/retrieval/filter.ts';
import { fuse } from '../../src/retrieval/fusion.ts';
import { eachPosting, encodePostings } from '../../src/retrieval/postings.ts';

const close = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-12, `${a} ≠ ${b}`);

test('postings: what goes in comes out, also joined', () => {
	const a = { chunks: [3, 200, 2 ** 40], counts: [1, 300, 2] };
	const b = { chunks: [5], counts: [1] };
	const seen: number[][] = [];
	eachPosting(Uint8Array.from([...encodePostings(a), ...encodePostings(b)]), (chunk, count) => seen.push([chunk, count]));
	assert.deepEqual(seen, [
		[3, 1],
		[200, 300],
		[2 ** 40, 2],
		[5, 1],
	]);
	assert.throws(() => eachPosting(encodePostings(a).subarray(0, 4), () => {}), /end too soon/);
});

test('BM25 of two chunks', () => {
	// Chunk 10 has the term twice among 4, chunk 20 once among 2; idf = ln(1 + 0.5 / 2.5), mean length 3.
	const all = { count: 2, lengths: Uint32Array.of(4, 2), meanLength: 3, slotOf: (chunk: number) => ({ 10: 0, 20: 1 })[chunk] };
	const postings = encodePostings({ chunks: [10, 15, 20], counts: [2, 9, 1] });
	const { scores, coverage, hasExact } = bm25(
		[
			{ term: 'a', exact: true, weight: 1, postings },
			{ term: 'b', exact: false, weight: 1 },
		],
		all,
	);
	const idf = Math.log(1 + 0.5 / 2.5);
	close(scores[0]!, (idf * 2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 4) / 3)));
	close(scores[1]!, (idf * 1 * 2.2) / (1 + 1.2 * (0.25 + (0.75 * 2) / 3)));
	// Nobody has b, the rarest: idf = ln(1 + 2.5 / 0.5).
	close(coverage[0]!, idf / (idf + Math.log(6)));
	assert.deepEqual([...hasExact], [1, 1]);
});

test('fusion: sums of reciprocal ranks', () => {
	const [first, second, third] = fuse([3, 1], [1, 2], { meaning: 1, words: 1 }, new Set());
	assert.deepEqual([first!.slot, second!.slot, third!.slot], [1, 3, 2]);
	close(first!.score, 1 / 12 + 1 / 11);
	assert.deepEqual(first!.ranks, { meaning: 2, words: 1 });
});

test('fusion: what is asked for to the letter never stands behind its rank by words, whatever the lists', () => {
	const random = seededRandom(5);
	for (let run = 0; run < 300; run++) {
		const shuffled = (): number[] =>
			Array.from({ length: 40 }, (_, i) => ({ i, key: random() }))
				.sort((a, b) => a.key - b.key)
				.map(({ i }) => i)
				.slice(0, 5 + Math.floor(random() * 30));
		const words = shuffled();
		const exact = new Set(words.filter(() => random() < 0.4));
		const fused = fuse(shuffled(), words, { meaning: 1 + 4 * random(), words: 1 }, exact);
		assert.equal(new Set(fused.map(({ slot }) => slot)).size, fused.length);
		fused.forEach(({ slot }, i) => {
			if (exact.has(slot)) assert.ok(i <= words.indexOf(slot));
		});
		for (let i = 1; i < fused.length; i++) assert.ok(fused[i]!.score <= fused[i - 1]!.score);
	}
});

test('globs', () => {
	const cases: [string, string, boolean][] = [
		['en/**', 'en/a/b.md', true],
		['en/**', 'docs/en/a.md', true],
		['en/**', 'open/a.md', false],
		['*.md', 'a/b.md', true],
		['a/*.md', 'a/b/c.md', false],
		['a/**/c.md', 'a/c.md', true],
		['a/**/c.md', 'a/x/y/c.md', true],
		['문서/??.txt', '문서/하나.txt', true],
		['문서/?.txt'.normalize('NFD'), '문서/a.txt', true],
		['a.md', 'aXmd', false],
	];
	for (const [pattern, path, expected] of cases) assert.equal(glob(pattern)(path), expected, `${pattern} ${path}`);
	assert.equal(glob('*a'.repeat(200))('a'.repeat(1999)), true, 'in time, too');
});

test('filters join their conditions', () => {
	const document = { path: 'a/b.md', type: 'markdown', modifiedMs: 5, metadata: { year: 2024, draft: false } };
	assert.ok(passes({ type: ['pdf', 'markdown'], since: 5, until: 6, metadata: { year: '2024' } })(document));
	assert.ok(!passes({ until: 5 })(document));
	assert.ok(!passes({ metadata: { author: 'x' } })(document));
});

test('near duplicates fold; another number does not', () => {
	const text = (n: number): string =>
		`Invoice ${n} was paid by bank transfer in two parts, and the receipt went out to the customer the same day.`;
	assert.deepEqual(duplicatesOf([text(17), 'Something else entirely.', `${text(17)} `, text(18)]), [undefined, undefined, 0, undefined]);
});
