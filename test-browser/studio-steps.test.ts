// What single steps of the lesson show: answers from the model's own numbers, cells by keyboard, arithmetic that a reader can redo.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { lesson, useStudio } from './studio-page.ts';

const TIMEOUT = 30_000;
const studio = useStudio();

describe('steps of the lesson', { timeout: 900_000 }, () => {
	test("step 1: the answer is the model's own T × D, and a wrong one is not taken", async () => {
		const page = await studio().open(lesson(1, { text: 'hello' }));
		await page.getByText('1 row of 576 numbers').waitFor({ timeout: TIMEOUT });
		const answer = page.getByLabel(en.lesson.answer);
		await answer.fill('575');
		await page.getByRole('button', { name: en.lesson.check }).click();
		await page.getByText(en.lesson.wrong).waitFor();
		await answer.fill('576');
		await page.getByRole('button', { name: en.lesson.check }).click();
		await page.getByText('1 row × 576 numbers = 576.').first().waitFor();
		await page.context().close();
	});

	test('step 2: typing splits live, with the ids of the reference implementation', async () => {
		const page = await studio().open(lesson(2));
		await page.getByLabel(en.sentence, { exact: true }).fill('I love');
		const strip = page.getByRole('list', { name: en.token, exact: true });
		await strip.getByText('2606').waitFor({ timeout: TIMEOUT });
		// transformers' AutoTokenizer of SmolLM2-135M-Instruct: "I love" → 57, 2606
		await page.waitForFunction(() => document.querySelectorAll('.strip')[0]?.children.length === 2);
		assert.deepEqual(await strip.locator('.id').allTextContents(), ['57', '2606']);
		await page.context().close();
	});

	test("the keyboard alone walks the matrix, and the number is the table's", async () => {
		const page = await studio().open(lesson(4, { text: 'I love' }));
		const matrix = page.locator('.matrix-scroll').first();
		await matrix.waitFor({ timeout: TIMEOUT });
		await matrix.focus();
		await page.keyboard.press('ArrowRight');
		for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('+');
		const readout = await page.locator('.readout').textContent();
		assert.match(readout ?? '', /“␣love”, dimension 2: −?\d/);
		await page.getByRole('button', { name: en.showAsTable }).click();
		const cell = await page.locator('table.numbers tbody tr').nth(1).locator('td').nth(2).textContent();
		assert.ok(readout?.endsWith(cell ?? '?'), `${readout} against ${cell}`);
		await page.context().close();
	});

	test('attention: the numbers on the page add up by hand', async () => {
		const page = await studio().open(lesson(8, { options: { step: 8, head: 2, from: 5, to: 1 } }));
		const steps = page.locator('.arithmetic > li');
		await steps.nth(3).waitFor({ timeout: TIMEOUT });
		const number = (text: string | null) => Number(text?.replace('−', '-'));
		const cells = await steps
			.nth(0)
			.locator('tbody tr')
			.evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
		assert.equal(cells.length, 64, 'one row for each of the 64 dimensions of a head');
		const dot = cells.reduce((sum, [q, k]) => sum + number(q!) * number(k!), 0);
		const shown = number(await steps.nth(0).locator('strong').textContent());
		assert.ok(Math.abs(dot - shown) < 1e-3 * Math.max(1, Math.abs(shown)), `${dot} against ${shown}`);
		const scores = (await steps.nth(2).locator('tbody tr td:nth-of-type(1)').allTextContents()).map(number);
		const shares = (await steps.nth(2).locator('tbody tr td:nth-of-type(3)').allTextContents()).map(
			(text) => number(text.replace('%', '')) / 100,
		);
		assert.ok(Math.abs(scores[1]! - shown / Math.sqrt(64)) < 1e-3);
		const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
		for (const [i, share] of shares.entries()) assert.ok(Math.abs(Math.exp(scores[i]!) / total - share) < 2e-3, `token ${i}`);
		// dimension 0: 0.170 × −0.0126 + 0.231 × 0.00573 + … = 0.0001
		const mix = (await steps.nth(3).locator('.sum').textContent())!.replaceAll('−', '-');
		const terms = [...mix.split(/[:=]/)[1]!.matchAll(/(\S+) × (\S+)/g)];
		assert.equal(terms.length, scores.length);
		const mixed = terms.reduce((sum, [, weight, value]) => sum + Number(weight) * Number(value), 0);
		const said = number(await steps.nth(3).locator('strong').textContent());
		// Each of the numbers shown is rounded to three digits.
		const slack = terms.reduce((sum, [, weight, value]) => sum + 1e-3 * Math.abs(Number(weight) * Number(value)), 1e-5);
		assert.ok(Math.abs(mixed - said) <= slack, `${mixed} against ${said}`);
		await page.context().close();
	});
});
