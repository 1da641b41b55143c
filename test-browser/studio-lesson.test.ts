// A learner goes through the whole lesson in each language on the embedded model: every question answered, the summary saved;
// with any sentence, by the keyboard alone, and in another language from the middle on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openModel } from '../hosts/node/index.ts';
import { longestWord } from '../surfaces/studio/src/lesson/words.ts';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { ja } from '../surfaces/studio/src/messages/ja/index.ts';
import { ko } from '../surfaces/studio/src/messages/ko/index.ts';
import { zh } from '../surfaces/studio/src/messages/zh/index.ts';
import { lesson, quiet, repo, sizes, troubles, useStudio } from './studio-page.ts';

const TIMEOUT = 60_000;
/** The learner's sentence in their language, as the lesson carries it through all steps. */
const LEARNERS = {
	en: { messages: en, sentence: 'I love you so much.' },
	ko: { messages: ko, sentence: '너를 사랑해 so much.' },
	ja: { messages: ja, sentence: '私は猫 love です。' },
	zh: { messages: zh, sentence: '我非常 love 你。' },
};
const STEPS = ['languages', 'tokens', 'vectors', 'matrix', 'models', 'reading', 'context', 'attention', 'out'] as const;
/** SmolLM2 has 30 blocks, the embedded file the first. */
const MISSING = 29;

const studio = useStudio();

/** What the library in Node says of a sentence: rows, columns, the dimension of the largest number, and a word that answers step 2. */
async function answersTo(sentence: string): Promise<{ T: number; D: number; strongest: number; word: string }> {
	const model = await openModel(repo('models/smollm2.gguf'));
	try {
		const { shape, data } = await model.embed(sentence);
		const at = data.reduce((best, x, i) => (Math.abs(x) > Math.abs(data[best]!) ? i : best), 0);
		const cut = (word: string) => model.tokenizer!.count(word, { special: 'none' });
		const wanted = cut(longestWord(sentence)!) + 2;
		const word = Array.from({ length: 99 }, (_, n) => 'qzxj'.repeat(25).slice(0, n + 1)).find((one) => cut(one) === wanted)!;
		return { T: shape[0], D: shape[1], strongest: at % shape[1], word };
	} finally {
		await model.close();
	}
}

/** Answers by typing, or tries the choices one after the other as a learner who reads would not need to. */
async function answer(page: Page, given: { type: string } | 'choose' | 'made'): Promise<void> {
	const question = page.locator('.question');
	await question.waitFor({ timeout: TIMEOUT });
	const check = question.locator('button[type=submit]');
	const verdict = question.locator('.verdict');
	if (given === 'choose') {
		const choices = question.locator('.choices label');
		await choices.first().waitFor({ timeout: TIMEOUT });
		for (let i = 0; i < (await choices.count()); i++) {
			await choices.nth(i).click();
			await check.click();
			await verdict.locator('strong').waitFor({ timeout: TIMEOUT });
			if ((await verdict.getAttribute('data-right')) === 'true') return;
		}
		assert.fail('no choice is right');
	}
	if (given !== 'made') await question.locator('input').fill(given.type);
	await check.click();
	await question.locator('.verdict[data-right=true]').waitFor({ timeout: TIMEOUT });
}

describe('the lesson from its first step to its summary', { timeout: 900_000 }, () => {
	for (const [language, { messages, sentence }] of Object.entries(LEARNERS)) {
		test(language, async () => {
			const { T, D, strongest, word } = await answersTo(sentence);
			const page = await studio().open(lesson(1, { text: sentence }), { locale: language });
			const errors = troubles(page);
			const say = [
				{ type: String(T * D) },
				{ type: word },
				'choose',
				{ type: String(strongest) },
				'choose',
				'choose',
				'made',
				'choose',
				{ type: String(MISSING * T) },
			] as const;
			for (const [i, given] of say.entries()) {
				if (i > 0) await page.locator('.pager .main').click();
				await page.getByRole('heading', { level: 2, name: messages.lesson[STEPS[i]!].title, exact: true }).waitFor({ timeout: TIMEOUT });
				assert.equal(await page.locator('html').getAttribute('lang'), language);
				// The same sentence and one word more: up to that word the model has read the same.
				if (given === 'made') await page.getByRole('textbox', { name: messages.lesson.vectors.other, exact: true }).fill(`${sentence} x`);
				await answer(page, given);
				assert.equal(await page.locator('.problem').count(), 0, `step ${i + 1}`);
			}
			await page.getByText(messages.lesson.certificate.count(9, 9)).waitFor({ timeout: TIMEOUT });
			const coming = page.waitForEvent('download');
			await page.getByRole('button', { name: messages.lesson.certificate.save }).click();
			const saved = readFileSync(await (await coming).path(), 'utf8');
			assert.ok(saved.includes(`<html lang="${language}">`) && saved.includes(messages.lesson.certificate.heading));
			assert.equal(saved.match(/<section/g)?.length, 9);
			for (const found of [(T * D).toLocaleString('en'), sentence, word, 'smollm2.gguf']) assert.ok(saved.includes(found), found);
			await page.reload();
			await page.getByText(messages.lesson.certificate.count(9, 9)).waitFor({ timeout: TIMEOUT });
			assert.deepEqual(errors, []);
			await page.context().close();
		});
	}

	test('any sentence goes through all nine steps on a phone: nothing breaks, nothing is too wide or too small', async () => {
		const sentences = [
			'나는 고양이를 정말 좋아해',
			'أحبك كثيرا 👩‍👩‍👧‍👦 جدا.',
			'👨‍👩‍👧‍👦🏳️‍🌈❤️',
			'',
			'love',
			'The quick brown fox jumps over the lazy dog again. '.repeat(28),
		];
		for (const text of sentences) {
			const page = await studio().open(lesson(1, { text }), { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
			const errors = troubles(page);
			for (let step = 1; step <= STEPS.length; step++) {
				await page
					.locator('.steps button')
					.nth(step - 1)
					.click();
				await quiet(page);
				const where = `step ${step} of ${JSON.stringify(text.slice(0, 20))}`;
				assert.equal(await page.locator('.problem').count(), 0, where);
				// A sentence that is too short to ask about is told so, in the question's place.
				await page.locator('.question, .step > .hint').last().waitFor({ timeout: TIMEOUT });
				const { over, smallest } = await sizes(page);
				assert.ok(over <= 0, `${where}: ${over} px too wide`);
				assert.ok(smallest >= 12, `${where}: ${smallest} px`);
				assert.equal(await page.evaluate(() => document.getAnimations().length), 0, `${where}: reduced motion`);
			}
			assert.deepEqual(errors, []);
			await page.context().close();
		}
	});

	test('the keyboard alone: type, pick, check, go on to the last step, and change the language', async () => {
		const page = await studio().open(lesson(1, { text: 'hello' }));
		await page.locator('.question').waitFor({ timeout: TIMEOUT });
		const focus = async (wanted: string) => {
			for (let i = 0; i < 300; i++) {
				await page.keyboard.press('Tab');
				if (await page.evaluate((selector) => document.activeElement?.matches(selector), wanted)) return;
			}
			assert.fail(`${wanted} cannot be reached`);
		};
		await page.keyboard.press('Tab');
		assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
		await page.keyboard.press('Enter');
		await focus('.question input');
		await page.keyboard.type('576');
		await page.keyboard.press('Enter');
		await page.locator('.verdict[data-right=true]').waitFor({ timeout: TIMEOUT });
		for (const id of STEPS.slice(1)) {
			await focus('.pager .main');
			await page.keyboard.press('Enter');
			await page.getByRole('heading', { level: 2, name: en.lesson[id].title }).waitFor({ timeout: TIMEOUT });
			assert.equal(await page.evaluate(() => document.activeElement?.textContent), en.lesson[id].title);
			await quiet(page);
			if (id !== 'models') continue;
			await focus('.choices input');
			await page.keyboard.press('Space');
			await focus('.question button[type=submit]');
			await page.keyboard.press('Enter');
			await page.locator('.verdict strong').waitFor({ timeout: TIMEOUT });
		}
		await page.evaluate(() => document.querySelector<HTMLElement>('.skip')?.focus());
		await focus('.settings button');
		await page.keyboard.press('ArrowDown');
		await page.getByRole('option', { name: '日本語' }).waitFor({ timeout: TIMEOUT });
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { level: 2, name: ja.lesson.out.title }).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('in the middle the language changes: step, sentence, answers stay, also after a reload', async () => {
		const page = await studio().open(lesson(1, { text: 'hello' }));
		await answer(page, { type: '576' });
		await page.locator('.steps button').nth(3).click();
		await page.locator('.settings button').first().click();
		await page.getByRole('option', { name: '한국어' }).click();
		for (const again of [false, true]) {
			if (again) await page.reload();
			await page.getByRole('heading', { level: 2, name: ko.lesson.matrix.title }).waitFor({ timeout: TIMEOUT });
			assert.equal(await page.getByLabel(ko.sentence, { exact: true }).inputValue(), 'hello');
			await page.getByText(ko.lesson.certificate.count(1, 9)).waitFor({ timeout: TIMEOUT });
			assert.equal(await page.locator('html').getAttribute('lang'), 'ko');
		}
		await page.context().close();
	});

	test('without its server the page keeps what it has read, and says in the language in use what it cannot read', async () => {
		const page = await studio().open(lesson(4, { text: 'I love' }), { locale: 'ko' });
		await page.getByText('T × D = 2 × 576').waitFor({ timeout: TIMEOUT });
		await quiet(page);
		await studio().server.close();
		const field = page.getByLabel(ko.sentence, { exact: true });
		await field.fill('love I');
		await page.getByText('T × D = 3 × 576').or(page.getByText(ko.errors.network)).waitFor({ timeout: TIMEOUT });
		await field.fill('I love');
		await page.getByText('T × D = 2 × 576').waitFor({ timeout: TIMEOUT });
		assert.equal(await page.locator('.problem').count(), 0);
		await page.context().close();
	});
});
