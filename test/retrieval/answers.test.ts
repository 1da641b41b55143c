// Answers: each sentence stands on a quote that is there to the byte; what was not given cannot be cited; unrelated questions are not answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../src/retrieval/answers/ask.ts';
import { relevanceOf } from '../../src/retrieval/answers/relevance.ts';
import type { AnswerModel } from '../../src/retrieval/answers/types.ts';
import { readCitations, verifyCitations } from '../../src/retrieval/answers/verify.ts';
import { answerSchema, wholeSentences } from '../../src/retrieval/answers/word.ts';
import { Collection } from '../../src/retrieval/collection.ts';
import { sha256 } from '../../src/retrieval/hash.ts';
import { MemoryStore } from '../../src/retrieval/store/memory.ts';
import { SETTINGS, source, termModel } from './made.ts';

const TEXTS = {
	'a.md': '# 환불\n\n구입한 날부터 열나흘 안에 환불을 받는다. 영수증을 챙긴다.\n\nShipping is free above forty pounds.',
	'b.md': '# 도서관\n\n도서관은 밤 아홉 시에 닫는다. 😀 반납함은 늘 열려 있다.',
};
const open = async (model?: ReturnType<typeof termModel>): Promise<Collection> => {
	const collection = await Collection.open(new MemoryStore(), { ...SETTINGS, ...(model && { model }), create: true });
	await collection.add(Object.entries(TEXTS).map(([path, text]) => source(path, text)));
	return collection;
};

test('an extractive answer quotes, to the unit and to the byte', async () => {
	for (const model of [undefined, termModel()]) {
		const { text, sentences, citations, abstained } = await ask(await open(model), '반납함은 언제 열려 있나', { threshold: 0 });
		assert.equal(abstained, false);
		assert.match(text, /반납함은 늘 열려 있다\./);
		for (const { start, end, citations: named } of sentences) {
			assert.ok(named.length > 0);
			const { quote } = citations.find(({ n }) => n === named[0])!;
			assert.equal(text.slice(start, end), quote);
		}
		for (const { path, start, end, byteStart, byteEnd, quote, sha256: hash, line } of citations) {
			const whole = TEXTS[path as keyof typeof TEXTS];
			assert.equal(whole.slice(start, end), quote);
			assert.equal(Buffer.from(whole).subarray(byteStart, byteEnd).toString(), quote);
			assert.equal(hash, await sha256(quote));
			assert.equal(line, whole.slice(0, start).split('\n').length);
		}
	}
});

test('by words alone, a question of which the texts have little is not answered', async () => {
	const { abstained, text, sentences } = await ask(await open(), '목성의 위성은 몇 개인가');
	assert.deepEqual([abstained, text, sentences], [true, '', []]);
	assert.equal((await ask(await open(), '환불 영수증')).abstained, false);
	assert.equal(relevanceOf({ hits: [] }, undefined), 0);
});

test('a worded answer takes the passages that fit, counted, and cites these alone', async () => {
	const seen: object[] = [];
	const model: AnswerModel = {
		id: 'scripted',
		parameters: 1e9,
		contextTokens: 520,
		count: async (messages) => messages.reduce((sum, { content }) => sum + content.length / 2, 0),
		async *generate(_, { schema }) {
			seen.push(schema);
			yield '{"sentences":[{"text":"Within fourteen days [1].","passages":[1]},';
			yield '{"text":"Within fourteen days [1].","passages":[1]},{"text":"Cut o';
		},
	};
	const told: string[] = [];
	const collection = await open();
	const answer = await ask(collection, '환불', { model, maxTokens: 50, onSentence: (text) => told.push(text) });
	assert.equal(answer.mode, 'worded');
	assert.equal(answer.text, 'Within fourteen days.');
	assert.deepEqual(told, ['Within fourteen days.']);
	assert.deepEqual(answer.sentences, [{ start: 0, end: 21, citations: [1] }]);
	assert.equal(TEXTS['a.md'].slice(answer.citations[0]!.start, answer.citations[0]!.end), answer.citations[0]!.quote);
	assert.deepEqual(seen, [answerSchema(1)]);
	await assert.rejects(ask(collection, '환불', { model: { ...model, contextTokens: 60 }, maxTokens: 50 }), /no passage fits/);
});

test('sentences of a JSON under way', () => {
	assert.deepEqual(wholeSentences('{"sentences":[{"text":"a}","passages":[1]},{"text":"b'), [{ text: 'a}', passages: [1] }]);
	assert.deepEqual(wholeSentences('{"sentences":[]}'), []);
	assert.deepEqual(wholeSentences('{"sent'), []);
});

test('cite verify: same, moved, changed, gone', async () => {
	const text = 'One. Two. Three.';
	const citation = async (n: number, quote: string, start: number, path = 'a') => ({
		n,
		path,
		start,
		end: start + quote.length,
		quote,
		sha256: await sha256(quote),
	});
	const citations = [
		await citation(1, 'Two.', 5),
		await citation(2, 'Three.', 0),
		await citation(3, 'Four.', 0),
		await citation(4, 'One.', 0, 'b'),
		{ ...(await citation(5, 'Two.', 5)), sha256: '0' },
	];
	assert.deepEqual(await verifyCitations(readCitations({ citations }, 'x'), async (path) => (path === 'a' ? text : undefined)), [
		{ n: 1, state: 'same' },
		{ n: 2, state: 'moved', start: 10, end: 16 },
		{ n: 3, state: 'changed' },
		{ n: 4, state: 'gone' },
		{ n: 5, state: 'changed' },
	]);
	assert.throws(() => readCitations({ citations: [{ n: 1 }] }, 'x'), /citations\[0\]/);
	assert.throws(() => readCitations([], 'x'), /no answer with citations/);
});
