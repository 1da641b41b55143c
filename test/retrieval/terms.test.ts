// Terms: what lexical search can find.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/generation/random.ts';
import { editDistance, fold, queryTerms, termsOf, trigramsOf } from '../../src/retrieval/terms.ts';

const terms = (text: string): string[] => [...termsOf(text).keys()].sort();
const asked = (text: string): string[] => queryTerms(text).map(({ term }) => term);

test('folding: width, case, marks, Kana', () => {
	assert.equal(fold('Ｃafé Straße ｶﾞｽ ガス Ελλάς'), 'cafe strasse がす がす ελλασ');
	assert.equal(fold('한글'.normalize('NFD')), '한글');
});

test('words, whole names, and their parts', () => {
	assert.deepEqual(
		terms('Run tongsa-sync --dry-run v1.2.3'),
		['1', '2', '3', 'dry', 'dry-run', 'run', 'sync', 'tongsa', 'tongsa-sync', 'v', 'v1.2.3'].sort(),
	);
	assert.deepEqual(terms('openModel()'), ['model', 'open', 'openmodel']);
	assert.ok(terms('C++ and C#').includes('c++') && terms('C++ and C#').includes('c#'));
	assert.deepEqual(
		queryTerms('ERR_CONN of Seoul')
			.filter(({ exact }) => exact)
			.map(({ term }) => term),
		['err_conn'],
	);
});

test('bigrams for Han, Kana and Hangul; a single character where it stands alone or last', () => {
	assert.deepEqual(asked('김치찌개'), ['김치', '치찌', '찌개']);
	assert.deepEqual(asked('김'), ['김']);
	assert.deepEqual(terms('東京タワー'), ['東京', '京た', 'たわ', 'わー', 'ー'].sort());
	assert.deepEqual(asked('サーバー'), asked('ｻｰﾊﾞｰ'));
	assert.deepEqual(asked('A4용지'), ['a4', 'a', '4', '용지']);
	assert.ok(terms('今日は\n天気').includes('は天'), 'a line that ends within a sentence');
	assert.ok(!terms('오늘\n날씨').includes('늘날'), 'Hangul has spaces');
});

test('every substring of two or more such characters is made of terms of the text', () => {
	const random = seededRandom(17);
	const texts = [
		'매년 십이월 첫째 주말에 온 마을 사람들이 모여 김장을 담근다. 배추는 하루 전에 소금에 절여 둔다.',
		'駅前の図書館は、平日は午後九時まで開いています。返却ポストは二十四時間ご利用になれます。',
		'本店支持七天无理由退货，生鲜食品除外。请保留发票和原包装，运费由买家承担。',
		'大韓民國의 首都는 서울이다。ＡＢＣ株式会社のコーヒー豆々',
	];
	for (const text of texts) {
		const all = termsOf(text);
		const runs = text.match(/[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー々]{2,}/gu)!;
		for (let i = 0; i < 300; i++) {
			const run = runs[Math.floor(random() * runs.length)]!;
			const from = Math.floor(random() * (run.length - 1));
			const part = run.slice(from, from + 2 + Math.floor(random() * 6));
			if (part.length < 2) continue;
			for (const term of asked(part)) assert.ok(all.has(term), `${term} of ${part}`);
		}
	}
});

test('distances of misspelt words', () => {
	assert.equal(editDistance('recieve', 'receive', 2), 1);
	assert.equal(editDistance('refund', 'refunds', 2), 1);
	assert.equal(editDistance('kitten', 'sitting', 3), 3);
	assert.equal(editDistance('kitten', 'sitting', 2), 3);
	assert.deepEqual(trigramsOf('cafe'), ['^ca', 'caf', 'afe', 'fe$']);
});
