// One suite on every store: what is indexed is found, changed, removed, rebuilt, and never doubled; and all stores answer alike.

import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { TongsaError } from '../../src/errors.ts';
import { Collection, type CollectionOptions } from '../../src/retrieval/collection.ts';
import type { SearchResult } from '../../src/retrieval/search.ts';
import type { Store } from '../../src/retrieval/store/types.ts';
import { SETTINGS, source, termModel } from './made.ts';
import { PLACES } from './stores.ts';

const TEXTS = {
	'ko/kimchi.md': '# 김장\n\n매년 십이월 첫째 주말에 온 마을이 모여 김장을 담근다.\n\n## 재료\n\n배추 서른 포기와 굵은소금 3kg이 든다.',
	'ko/library.md': '# 도서관\n\n평일에는 밤 아홉 시까지 문을 연다. 반납함은 하루 종일 쓸 수 있다.',
	'ja/station.md': '# 駅前図書館\n\n返却ポストは二十四時間ご利用になれます。',
	'zh/shop.md': '# 退货\n\n本店支持七天无理由退货，生鲜食品除外。',
	'en/refunds.md': '# Refunds\n\nWe refund within fourteen days. Keep the receipt and write to help@example.org.',
	'en/sync.md': '# tongsa-sync\n\nRun `tongsa-sync --dry-run` first: it changes nothing. Exit code 17 means that the disk is full.',
};
const sources = (texts: Readonly<Record<string, string>> = TEXTS) => Object.entries(texts).map(([path, text]) => source(path, text));
const options = (more: Partial<CollectionOptions> = {}): CollectionOptions => ({
	...SETTINGS,
	model: termModel(),
	create: true,
	chunkTokens: 60,
	overlapTokens: 8,
	...more,
});
const places = ({ hits }: SearchResult) => hits.map(({ path, start, end, score }) => ({ path, start, end, score: score.toFixed(6) }));
const QUESTIONS = ['겨울 김장', '반납함', '図書館', '无理由退货', 'refund receipt', '--dry-run', 'exit code 17', 'tongsa-snyc', '김'];

const results = new Map<string, unknown>();

for (const [kind, prepare] of Object.entries(PLACES)) {
	const place = await prepare();
	const open = async (context: TestContext): Promise<Store> => {
		const store = await place.open();
		context.after(() => store.close());
		return store;
	};
	after(() => place.remove());

	test(`${kind}: index, search, index again`, async (context) => {
		const store = await open(context);
		const model = termModel();
		const collection = await Collection.open(store, options({ model }));
		const first = await collection.add(sources());
		assert.deepEqual(first.documents, { added: 6, changed: 0, removed: 0, unchanged: 0, failed: 0 });
		assert.deepEqual(await collection.stats(), {
			documents: 6,
			chunks: first.chunks,
			tokens: (await collection.stats()).tokens,
			vectors: first.chunks,
			textBytes: Object.values(TEXTS).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
			types: { text: 6 },
		});
		const [hit] = (await collection.search('반납함')).hits;
		assert.equal(hit!.path, 'ko/library.md');
		assert.equal(TEXTS['ko/library.md'].slice(hit!.start, hit!.end), hit!.text);
		assert.deepEqual(hit!.ranks.words, 1);
		assert.equal((await collection.search('tongsa-snyc')).hits[0]!.path, 'en/sync.md', 'misspelt');
		assert.equal((await collection.search('exit code 17')).hits[0]!.path, 'en/sync.md');

		const calls = model.calls;
		assert.equal((await collection.add(sources())).documents.unchanged, 6);
		assert.equal(model.calls, calls, 'nothing was embedded again');
		results.set(kind, {
			both: await Promise.all(QUESTIONS.map(async (question) => places(await collection.search(question)))),
			meaning: await Promise.all(QUESTIONS.map(async (question) => places(await collection.search(question, { by: 'meaning' })))),
			words: await Promise.all(QUESTIONS.map(async (question) => places(await collection.search(question, { by: 'words' })))),
			filtered: places(await collection.search('图书馆 図書館 도서관', { filter: { path: ['ko/**', 'ja/*'] } })),
		});
	});

	test(`${kind}: what changed is replaced, what is gone is removed, another collection is another`, async (context) => {
		const store = await open(context);
		const collection = await Collection.open(store, options());
		const texts = { ...TEXTS, 'en/refunds.md': '# Refunds\n\nWe exchange, but never refund.' };
		const changed = Object.entries(texts).flatMap(([path, text]) =>
			path === 'en/sync.md' ? [] : [source(path, text, path === 'en/refunds.md' ? 2000 : 1000)],
		);
		const { documents } = await collection.add(changed, { prune: (path) => path.startsWith('en/') });
		assert.deepEqual(documents, { added: 0, changed: 1, removed: 1, unchanged: 4, failed: 0 });
		const paths = async (question: string) => (await collection.search(question, { by: 'words' })).hits.map(({ path }) => path);
		assert.deepEqual(await paths('fourteen'), []);
		assert.deepEqual(await paths('exchange'), ['en/refunds.md']);
		assert.deepEqual(await paths('dry-run'), []);
		const other = await Collection.open(store, options({ name: '다른 것'.replace(' ', '-') }));
		assert.deepEqual((await other.search('exchange')).hits, []);
		assert.equal((await store.collections()).length, 2);
		assert.equal(await store.removeCollection('다른-것'), true);
		assert.equal((await store.collections()).length, 1);
	});

	test(`${kind}: a document that fails is named, and the others are there; one that failed goes on where it was`, async (context) => {
		const store = await open(context);
		const failing = termModel();
		const collection = await Collection.open(store, options({ name: 'faults', model: failing }));
		const long = Array.from({ length: 80 }, (_, i) => `Paragraph ${i} speaks of matter number ${i} and of nothing else at all.`).join(
			'\n\n',
		);
		const refusing = source('broken.pdf', '', 1, {
			read: async () => {
				throw new TongsaError('malformed', 'no PDF', { file: 'broken.pdf' });
			},
		});
		const embed = failing.embed.bind(failing);
		let allowed = 40;
		failing.embed = async (texts, given) => {
			if ((allowed -= texts.length) < 0) throw new TongsaError('internal', 'killed here');
			return embed(texts, given);
		};
		const all = [refusing, source('a.txt', 'Alpha.'), source('long.txt', long)];
		await assert.rejects(collection.add(all), /killed here/);
		assert.deepEqual(
			(await collection.documents()).map(({ path }) => path),
			['a.txt'],
			'visible is only what is whole',
		);
		const embedded = failing.calls;
		assert.ok(embedded > 0);
		allowed = Number.POSITIVE_INFINITY;
		const again = await collection.add(all);
		assert.deepEqual(again.failures, [{ path: 'broken.pdf', reason: 'no PDF (broken.pdf)' }]);
		const stats = await collection.stats();
		assert.equal(failing.calls, stats.chunks, 'no chunk was embedded twice');
		assert.equal(stats.vectors, stats.chunks);
		assert.equal(stats.documents, 2);
	});

	test(`${kind}: another model is refused, until the collection is rebuilt with it, beside the old one`, async (context) => {
		const store = await open(context);
		const collection = await Collection.open(store, options());
		const model = termModel('other', 32);
		await assert.rejects(Collection.open(store, options({ model })), /never compared/);
		const before = await collection.stats();
		const rebuilt = await collection.reindex(options({ model, chunkTokens: 30, overlapTokens: 0 }));
		const stats = await rebuilt.stats();
		assert.equal(stats.documents, before.documents);
		assert.equal(stats.vectors, stats.chunks);
		assert.equal((await rebuilt.search('반납함')).hits[0]!.path, 'ko/library.md');
		assert.deepEqual((await Collection.open(store, options({ model }))).facts.embedding?.id, 'other');
		assert.equal((await store.indexes('default')).length, 1);
		await assert.rejects(collection.search('반납함'), /the index is gone/);
	});

	test(`${kind}: two writers at once double nothing`, async (context) => {
		const a = await open(context);
		const b = place.oneConnection ? a : await open(context);
		const [first, second] = [await Collection.open(a, options({ name: 'two' })), await Collection.open(b, options({ name: 'two' }))];
		const many = Array.from({ length: 60 }, (_, i) => source(`n/${i}.txt`, `Text number ${i}, of the ${i % 7}th kind.\n\nIts end.`));
		await Promise.all([first.add(many), second.add([...many].reverse())]);
		const stats = await first.stats();
		assert.equal(stats.documents, 60);
		assert.equal(stats.chunks, 60);
		assert.equal(stats.vectors, 60);
		const { hits } = await second.search('number', { top: 200, by: 'words', fold: false });
		assert.equal(new Set(hits.map(({ path }) => path)).size, 60);
		assert.equal(hits.length, 60);
	});

	test(`${kind}: postings are rewritten without changing an answer`, async (context) => {
		const store = await open(context);
		const collection = await Collection.open(store, options({ name: 'many' }));
		for (let i = 0; i < 70; i++)
			await collection.add([source(`${i % 35}.txt`, `Report ${i % 35}: revision ${i}, all departments. 보고서 ${i}호`, i)]);
		const [index] = await store.indexes('many');
		const words = async () => places(await collection.search('report departments 보고서', { by: 'words', top: 50, fold: false }));
		const before = await words();
		assert.equal(before.length, 35);
		await store.compact(index!.id);
		assert.deepEqual(await words(), before);
	});
}

test('all stores give the same hits in the same order, scores to 1e-6', () => {
	const [first, ...others] = results.values();
	assert.equal(results.size, Object.keys(PLACES).length);
	for (const other of others) assert.deepEqual(other, first);
});
