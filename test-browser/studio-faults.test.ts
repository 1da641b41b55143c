// What people lost or could not do: answers, progress in two tabs, files of unknown transformers, links to own files, pages over plain http.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { addressOf, lesson, quiet, useStudio } from './studio-page.ts';
import { go, keepTiny, openTiny, savedBytes, TINY } from './studio-tiny.ts';

const TIMEOUT = 60_000;
const studio = useStudio();

describe('what must not be lost', { timeout: 900_000 }, () => {
	test('an answer stays that was written after a link without one', async () => {
		const page = await openTiny(studio());
		const options = { length: 3, temperature: 1 };
		const begin = page.getByRole('button', { name: en.views.generate.begin });
		const made = page.getByRole('list', { name: en.views.generate.made }).getByRole('listitem');
		await go(studio(), page, { view: 'generate', model: TINY, text: 'I love you', options });
		await begin.click();
		await made.nth(2).waitFor({ timeout: TIMEOUT });
		await quiet(page);
		// A link to the same view, pasted into the address: the page is not loaded again.
		await page.evaluate(
			(address) => {
				location.href = address;
			},
			addressOf(studio().server, { view: 'generate', model: TINY, text: 'you love I', options }),
		);
		await quiet(page);
		assert.equal(await made.count(), 0, "the other text's answer is gone");
		await begin.click();
		await made.nth(2).waitFor({ timeout: TIMEOUT });
		await quiet(page);
		assert.equal(await made.count(), 3);
		await page.goBack();
		await quiet(page);
		await page.context().close();
	});

	test('two tabs keep one progress', async () => {
		const first = await studio().open(lesson(1));
		const second = await first.context().newPage();
		await second.goto(addressOf(studio().server, lesson(3)));
		await quiet(first);
		await quiet(second);
		const count = await first.locator('.question').getByRole('textbox').count();
		assert.equal(count, 1);
		await first.locator('.question').getByRole('textbox').fill('3,456개');
		await first.locator('.question button[type=submit]').click();
		await first.locator('.verdict[data-right=true]').waitFor({ timeout: TIMEOUT });
		// The other tab shows it without being loaded again, and adds to it.
		await second.locator('.steps button[data-done=true]').waitFor({ timeout: TIMEOUT });
		await second.getByRole('radio').first().waitFor({ timeout: TIMEOUT });
		const choices = second.locator('.choices label');
		for (let i = 0; i < (await choices.count()); i++) {
			await choices.nth(i).click();
			await second.locator('.question button[type=submit]').click();
			await second.locator('.verdict strong').waitFor();
			if ((await second.locator('.verdict').getAttribute('data-right')) === 'true') break;
		}
		await first.reload();
		await first.locator('.steps button[data-done=true]').nth(1).waitFor({ timeout: TIMEOUT });
		await first.context().close();
	});

	test('a submit without an answer is told what is missing', async () => {
		const page = await studio().open(lesson(1));
		await page.locator('.question button[type=submit]').click({ timeout: TIMEOUT });
		await page.locator('.verdict', { hasText: en.lesson.needAnswer }).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('a link to a file of one’s own asks for that file', async () => {
		const page = await studio().open({ view: 'matrix', model: 'mine.gguf', text: 'I love you' });
		await page.getByText(en.absent('mine.gguf')).first().waitFor({ timeout: TIMEOUT });
		await page
			.locator('.drop input[type=file]')
			.first()
			.setInputFiles({
				name: 'another-name.gguf',
				mimeType: '',
				buffer: await import('node:fs').then(({ readFileSync }) => readFileSync(new URL('../models/lecture.gguf', import.meta.url))),
			});
		await page.locator('figure.matrix canvas').first().waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('over plain http: exports are saved, the link is copied, the map has a name for its table', async () => {
		// Not localhost: no secure context, so neither crypto.subtle nor a clipboard.
		const home = studio().server.origin.replace(/\/\/[^:]+/, '//studio.test');
		const page = await studio().open({ view: 'matrix', model: 'lecture', text: 'I love you' }, {}, `${home}/index.html`);
		assert.equal(await page.evaluate(() => isSecureContext), false);
		await page.locator('figure.matrix canvas').first().waitFor({ timeout: TIMEOUT });
		const table = await savedBytes(page, /^CSV/);
		assert.match(table.toString('utf8'), /fingerprint/);
		await page.getByRole('button', { name: en.copyLink }).click();
		await page.getByRole('button', { name: en.copied }).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('a transformer that is not known: its tokens and table are shown', async () => {
		const page = await studio().open({ view: 'open' });
		await keepTiny(
			page,
			'model.safetensors',
			(weights) => weights,
			TIMEOUT,
			'llama',
			(config) => config.replace('"model_type": "llama"', '"model_type": "zzama"').replace('LlamaForCausalLM', 'ZzamaForCausalLM'),
		);
		await go(studio(), page, { view: 'matrix', model: TINY, text: 'I love you' });
		await page.locator('figure.matrix canvas').first().waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});
});
