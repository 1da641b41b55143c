// Opening models in the page: files that are right and wrong, a cancel, a model that is kept, a name that is not there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { addressOf, lesson, repo, useStudio } from './studio-page.ts';
import { go, openTiny, TINY } from './studio-tiny.ts';

const TIMEOUT = 30_000;
const studio = useStudio();

describe('opening a model', { timeout: 900_000 }, () => {
	test('a model file that is dropped in opens; wrong, empty and truncated files say what to do', async () => {
		const page = await studio().open({ view: 'open' });
		const pick = page.locator('input[type=file]').first();
		await pick.setInputFiles(repo('models/gpt-2.gguf'));
		await page.locator('.card', { hasText: 'gpt-2.gguf' }).getByText('50,257').waitFor({ timeout: TIMEOUT });
		const whole = readFileSync(repo('models/gpt-2.gguf'));
		const bad = { 'wrong.gguf': Buffer.from('this is no model'), 'empty.gguf': Buffer.alloc(0), 'cut.gguf': whole.subarray(0, 5000) };
		for (const [name, buffer] of Object.entries(bad)) {
			await pick.setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
			const card = page.locator('.card', { has: page.getByRole('heading', { name }) });
			await card.locator('.problem').waitFor({ timeout: TIMEOUT });
			const said = await card.locator('.problem').textContent();
			assert.ok(said?.includes(en.errors.malformed) || said?.includes(en.errors.unsupported), `${name}: ${said}`);
		}
		await page.context().close();
	});

	test('opening can be cancelled, and tried again', async () => {
		const page = await studio().open({ view: 'open' });
		let held = true;
		await page.context().route('**/models/llama-2.gguf', (route) => (held ? undefined : route.continue()));
		await page.goto(addressOf(studio().server, { view: 'tokens', model: 'llama-2' }));
		await page.getByRole('button', { name: en.cancel }).first().click({ timeout: TIMEOUT });
		held = false;
		await page.getByRole('button', { name: en.retry }).first().click({ timeout: TIMEOUT });
		await page.getByText('<s>').first().waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test("a whole model of one's own, in safetensors: kept for next time, reopened by its link, lens and answers", async () => {
		const page = await openTiny(studio());
		await page.locator('.card', { hasText: TINY }).getByText('61 × 36').waitFor({ timeout: TIMEOUT });
		await go(studio(), page, { view: 'lens', model: TINY, text: 'I love you' });
		await page.locator('.lens-cell').nth(8).waitFor({ timeout: TIMEOUT });
		assert.equal(await page.locator('.lens-cell').count(), 9, 'before block 0 and after blocks 0 and 1, three tokens each');
		await go(studio(), page, { view: 'generate', model: TINY, text: 'I love you', options: { length: 3, temperature: 1 } });
		await page.getByRole('button', { name: en.views.generate.begin }).click();
		await page.getByRole('list', { name: en.views.generate.made }).getByRole('listitem').nth(2).waitFor({ timeout: TIMEOUT });
		await go(studio(), page, lesson(9, { model: TINY, text: 'I love you' }));
		await page.getByText(en.lesson.out.candidates).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});
});
