// A learner goes through the whole lesson in each language on the embedded model: every question answered, the certificate saved.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openModel } from '../hosts/node/index.ts';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { ja } from '../surfaces/studio/src/messages/ja/index.ts';
import { ko } from '../surfaces/studio/src/messages/ko/index.ts';
import { zh } from '../surfaces/studio/src/messages/zh/index.ts';
import { type Studio, startStudio } from './studio-page.ts';

const TIMEOUT = 30_000;
/** The learner's sentence in their language, as the lesson carries it through all steps. */
const LEARNERS = {
	en: { messages: en, sentence: 'I love you so much.' },
	ko: { messages: ko, sentence: '너를 사랑해 so much.' },
	ja: { messages: ja, sentence: '私は猫 love です。' },
	zh: { messages: zh, sentence: '我非常 love 你。' },
};
/** A sentence like the first of step 7 up to the word that both share. */
const ALIKE = 'We sat on the bank of the lake.';

let studio: Studio;
before(async () => {
	studio = await startStudio();
});
after(() => studio?.close());

/** The matrix of a sentence as the library has it in Node: rows, columns, and the dimension of its largest number. */
async function matrixOf(sentence: string): Promise<{ T: number; D: number; strongest: number; threeTokens: string }> {
	const model = await openModel(new URL('../models/smollm2.gguf', import.meta.url).pathname);
	try {
		const { shape, data } = await model.embed(sentence);
		const at = data.reduce((best, x, i) => (Math.abs(x) > Math.abs(data[best]!) ? i : best), 0);
		const words = ['tokenization', 'embedding', 'interpreter', 'Tongsa', 'transformer', 'sunflower', 'wonderfully'];
		const threeTokens = words.find((word) => model.tokenizer!.count(word, { special: 'none' }) === 3)!;
		return { T: shape[0], D: shape[1], strongest: at % shape[1], threeTokens };
	} finally {
		await model.close();
	}
}

/** Answers by typing, or tries the choices one after the other as a learner who reads would not need to. */
async function answer(page: Page, answers: { type: string } | { choose: true } | { made: true }): Promise<void> {
	const question = page.locator('.question');
	await question.waitFor({ timeout: TIMEOUT });
	const check = question.locator('button[type=submit]');
	const verdict = question.locator('.verdict');
	if ('choose' in answers) {
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
	if ('type' in answers) await question.locator('input').fill(answers.type);
	await check.click();
	await question.locator('.verdict[data-right=true]').waitFor({ timeout: TIMEOUT });
}

describe('the lesson from its first step to its certificate', { timeout: 900_000 }, () => {
	for (const [language, { messages, sentence }] of Object.entries(LEARNERS)) {
		test(language, async () => {
			const { T, D, strongest, threeTokens } = await matrixOf(sentence);
			const page = await studio.open({ view: 'lesson', text: sentence }, { locale: language });
			const next = () => page.locator('.pager .main').click();
			const say = [
				{ type: String(T * D) },
				{ type: threeTokens },
				{ choose: true },
				{ type: String(strongest) },
				{ choose: true },
				{ choose: true },
				{ made: true },
				{ choose: true },
				{ type: '29' },
			] as const;
			for (const [i, given] of say.entries()) {
				if (i > 0) await next();
				await page.getByText(messages.lesson.progress(i + 1, 9)).waitFor({ timeout: TIMEOUT });
				if (i === 6) {
					await page.getByRole('textbox', { name: messages.lesson.context.second, exact: true }).fill(ALIKE);
					await page.locator('.question').waitFor({ timeout: TIMEOUT });
					await page.waitForTimeout(1000); // the states of the new sentence
				}
				await answer(page, given);
			}
			await page.getByText(messages.lesson.certificate.count(9, 9)).waitFor({ timeout: TIMEOUT });
			const coming = page.waitForEvent('download');
			await page.getByRole('button', { name: messages.lesson.certificate.save }).click();
			const saved = readFileSync(await (await coming).path(), 'utf8');
			assert.ok(saved.includes(`<html lang="${language}">`) && saved.includes(messages.lesson.certificate.heading));
			assert.equal(saved.match(/<section>/g)?.length, 9);
			assert.ok(saved.includes((T * D).toLocaleString('en')) && saved.includes(sentence));
			await page.reload();
			await page.getByText(messages.lesson.certificate.count(9, 9)).waitFor({ timeout: TIMEOUT });
			await page.context().close();
		});
	}

	test('the keyboard alone: type, check, go on', async () => {
		const page = await studio.open({ view: 'lesson', text: 'hello' });
		await page.locator('.question').waitFor({ timeout: TIMEOUT });
		const focus = async (wanted: string) => {
			for (let i = 0; i < 60; i++) {
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
		await focus('.pager .main');
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: en.lesson.tokens.title }).waitFor({ timeout: TIMEOUT });
		assert.equal(await page.evaluate(() => document.activeElement?.textContent), en.lesson.tokens.title);
		await page.context().close();
	});
});
