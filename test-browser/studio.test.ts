// The studio as a person meets it, in Chromium, on the embedded models: every step in every language, links, keys, bad files, axe.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { ja } from '../surfaces/studio/src/messages/ja/index.ts';
import { ko } from '../surfaces/studio/src/messages/ko/index.ts';
import { zh } from '../surfaces/studio/src/messages/zh/index.ts';
import { addressOf, type Studio, seriousFindings, startStudio } from './studio-page.ts';
import { saved } from './studio-tiny.ts';

const languages = { en, ko, ja, zh };
const repo = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const TIMEOUT = 30_000;

let studio: Studio;
before(async () => {
	studio = await startStudio();
});
after(() => studio?.close());

/** Every view that opens on the embedded model. */
const PLACES: readonly object[] = [
	...Array.from({ length: 9 }, (_, i) => ({ view: 'lesson', options: { step: i + 1 } })),
	...['open', 'tokens', 'matrix', 'attention', 'compare', 'lens', 'generate', 'map', 'edit'].map((view) => ({ view })),
];
const lesson = (step: number, rest: object = {}) => ({ view: 'lesson', options: { step }, ...rest });

/** Errors of the page itself, collected from its start. */
function troubles(page: Page): string[] {
	const found: string[] = [];
	page.on('pageerror', (error) => found.push(error.message));
	page.on('console', (message) => message.type() === 'error' && found.push(message.text()));
	return found;
}

describe('the studio', { timeout: 900_000 }, () => {
	for (const [language, messages] of Object.entries(languages)) {
		test(`every step of the lesson opens on the embedded model: ${language}`, async () => {
			const page = await studio.open(lesson(1), { locale: language });
			const errors = troubles(page);
			const steps = await page.locator('.steps button').count();
			assert.equal(steps, 9);
			for (let step = 1; step <= steps; step++) {
				await page
					.locator('.steps button')
					.nth(step - 1)
					.click();
				await page.locator('.question').waitFor({ timeout: TIMEOUT });
				const title = await page.locator('article h2').textContent();
				assert.ok(
					Object.values(messages.lesson).some((part) => typeof part === 'object' && 'title' in part && part.title === title),
					title ?? '',
				);
				assert.equal(await page.locator('html').getAttribute('lang'), language);
				assert.equal(await page.locator('.problem').count(), 0, `step ${step}`);
			}
			assert.deepEqual(errors, []);
			await page.context().close();
		});
	}

	test("step 1: the answer is the model's own T × D, and a wrong one is not taken", async () => {
		const page = await studio.open(lesson(1, { text: 'hello' }));
		await page.getByText('1 rows of 576 numbers').waitFor({ timeout: TIMEOUT });
		const answer = page.getByLabel(en.lesson.answer);
		await answer.fill('575');
		await page.getByRole('button', { name: en.lesson.check }).click();
		await page.getByText(en.lesson.wrong).waitFor();
		await answer.fill('576');
		await page.getByRole('button', { name: en.lesson.check }).click();
		await page.getByText('1 rows × 576 numbers = 576.').first().waitFor();
		await page.context().close();
	});

	test('step 2: typing splits live, with the ids of the reference implementation', async () => {
		const page = await studio.open(lesson(2));
		await page.getByLabel(en.sentence, { exact: true }).fill('I love');
		const strip = page.getByRole('list', { name: en.token, exact: true });
		await strip.getByText('2606').waitFor({ timeout: TIMEOUT });
		// transformers' AutoTokenizer of SmolLM2-135M-Instruct: "I love" → 57, 2606
		await page.waitForFunction(() => document.querySelectorAll('.strip')[0]?.children.length === 2);
		assert.deepEqual(await strip.locator('.id').allTextContents(), ['57', '2606']);
		await page.context().close();
	});

	test('the menu leads through every view', async () => {
		const page = await studio.open(lesson(1));
		const errors = troubles(page);
		const menu = page.locator('.views button');
		await menu.first().waitFor();
		const names = await menu.allTextContents();
		assert.deepEqual(names, [...new Set(names)]);
		for (const name of names.slice(1)) {
			await menu.getByText(name, { exact: true }).click();
			await page.getByRole('heading', { level: 2, name, exact: true }).waitFor({ timeout: TIMEOUT });
		}
		assert.deepEqual(errors, []);
		await page.context().close();
	});

	test('back, forward and a link reopen the same place', async () => {
		const page = await studio.open(lesson(1, { text: 'two words' }));
		await page.getByText('2 rows of 576').waitFor({ timeout: TIMEOUT });
		await page.locator('.steps button').nth(3).click();
		await page.getByRole('heading', { name: en.lesson.matrix.title }).waitFor();
		const link = page.url();
		await page.goBack();
		await page.getByRole('heading', { name: en.lesson.languages.title }).waitFor();
		await page.goForward();
		await page.getByRole('heading', { name: en.lesson.matrix.title }).waitFor();
		const again = await page.context().newPage();
		await again.goto(link);
		await again.getByText('T × D = 2 × 576').waitFor({ timeout: TIMEOUT });
		assert.equal(await again.getByLabel(en.sentence, { exact: true }).inputValue(), 'two words');
		await page.context().close();
	});

	test('a damaged link falls back to the first step', async () => {
		const page = await studio.open({});
		await page.goto(`${studio.server.origin}/index.html#%7Bnot json`);
		await page.getByRole('heading', { name: en.lesson.languages.title }).waitFor();
		await page.context().close();
	});

	test("the keyboard alone walks the matrix, and the number is the table's", async () => {
		const page = await studio.open(lesson(4, { text: 'I love' }));
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

	test('a model file that is dropped in opens; wrong, empty and truncated files say what to do', async () => {
		const page = await studio.open({ view: 'open' });
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
		const page = await studio.open({ view: 'open' });
		let held = true;
		await page.context().route('**/models/llama-2.gguf', (route) => (held ? undefined : route.continue()));
		await page.goto(addressOf(studio.server, { view: 'tokens', model: 'llama-2' }));
		await page.getByRole('button', { name: en.cancel }).first().click({ timeout: TIMEOUT });
		held = false;
		await page.getByRole('button', { name: en.retry }).first().click({ timeout: TIMEOUT });
		await page.getByText('<s>').first().waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test("a whole model of one's own, in safetensors: kept for next time, reopened by its link, lens and answers", async () => {
		const words = ['<unk>', 'I', 'love', 'you', ...Array.from({ length: 57 }, (_, i) => `word${i}`)];
		const tokenizer = {
			version: '1.0',
			added_tokens: [],
			pre_tokenizer: { type: 'Whitespace' },
			model: { type: 'WordLevel', vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: '<unk>' },
		};
		const page = await studio.open({ view: 'open' });
		const folder = 'test/fixtures/families/llama';
		await page
			.locator('input[type=file]')
			.first()
			.setInputFiles([
				{ name: 'model.safetensors', mimeType: '', buffer: readFileSync(repo(`${folder}/model.safetensors`)) },
				{ name: 'config.json', mimeType: '', buffer: readFileSync(repo(`${folder}/config.json`)) },
				{ name: 'tokenizer.json', mimeType: '', buffer: Buffer.from(JSON.stringify(tokenizer)) },
			]);
		const card = page.locator('.card', { hasText: 'model.safetensors' });
		await card.getByText('61 × 36').waitFor({ timeout: TIMEOUT });
		await card.getByRole('button', { name: en.views.open.keep }).click();
		await card.getByRole('button', { name: en.views.open.forget }).waitFor({ timeout: TIMEOUT });

		const again = await page.context().newPage();
		await again.goto(addressOf(studio.server, { view: 'lens', model: 'model.safetensors', text: 'I love you' }));
		await again.locator('.lens-cell').nth(8).waitFor({ timeout: TIMEOUT });
		assert.equal(await again.locator('.lens-cell').count(), 9, 'before block 0 and after blocks 0 and 1, three tokens each');
		await again.goto(
			addressOf(studio.server, {
				view: 'generate',
				model: 'model.safetensors',
				text: 'I love you',
				options: { length: 3, temperature: 1 },
			}),
		);
		await again.getByRole('button', { name: en.views.generate.begin }).click();
		await again.getByRole('list', { name: en.views.generate.made }).getByRole('listitem').nth(2).waitFor({ timeout: TIMEOUT });
		await again.goto(addressOf(studio.server, lesson(9, { model: 'model.safetensors', text: 'I love you' })));
		await again.getByText(en.lesson.out.candidates).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('100,000 characters are split, and the last keystroke wins', async () => {
		const page = await studio.open({ view: 'tokens' });
		const field = page.getByLabel(en.sentence, { exact: true });
		await field.fill('one two three '.repeat(7143));
		await field.fill('one two');
		await page.getByText('2 tokens for 7 characters').waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('attention: the numbers on the page add up by hand', async () => {
		const page = await studio.open(lesson(8, { options: { step: 8, head: 2, from: 5, to: 1 } }));
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
			(text) => number(text.replace(' %', '')) / 100,
		);
		assert.ok(Math.abs(scores[1]! - shown / Math.sqrt(64)) < 1e-3);
		const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
		for (const [i, share] of shares.entries()) assert.ok(Math.abs(Math.exp(scores[i]!) / total - share) < 2e-3, `token ${i}`);
		await page.context().close();
	});

	test("axe finds nothing serious in any view, light and dark, and nothing overflows a phone's width", async () => {
		for (const place of PLACES) {
			const page = await studio.open(place, { reducedMotion: 'reduce', viewport: { width: 390, height: 844 }, locale: 'ko' });
			await page.locator('main p, main .card').first().waitFor({ timeout: TIMEOUT });
			await page.locator('.opening, .busy').first().waitFor({ state: 'detached', timeout: TIMEOUT });
			const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			assert.ok(over <= 0, `${JSON.stringify(place)}: ${over} px too wide`);
			for (const colorScheme of ['light', 'dark'] as const) {
				await page.emulateMedia({ colorScheme });
				assert.deepEqual(await seriousFindings(page), [], `${JSON.stringify(place)} ${colorScheme}`);
			}
			await page.context().close();
		}
	});

	test('a link to a file that the page may not open by itself says so', async () => {
		const page = await studio.open({ view: 'tokens', model: 'dropped-yesterday.gguf' });
		await page.getByText(en.errors['not-found']).first().waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('editing: a head that is switched off changes what the block gives, none changes nothing', async () => {
		const page = await studio.open({ view: 'edit', text: 'I love you', options: { off: 'none' } });
		const states = async () => JSON.parse(await saved(page, 'JSON: edited-states')).data as number[];
		await page.getByRole('button', { name: 'JSON: edited-states' }).waitFor({ timeout: TIMEOUT });
		assert.deepEqual(await states(), [1, 1, 1]);
		await page.getByText(`${en.lesson.attention.head} 3`, { exact: true }).click();
		let changed = await states();
		for (let i = 0; i < 100 && changed.every((cosine) => cosine === 1); i++) {
			await page.waitForTimeout(100);
			changed = await states();
		}
		assert.ok(
			changed.every((cosine) => cosine < 1 && cosine > 0.5),
			String(changed),
		);
		await page.context().close();
	});

	test('the map draws every token of the vocabulary and finds one by its text', async () => {
		const page = await studio.open({ view: 'map', options: { find: 'king' } });
		await page.getByRole('img', { name: en.views.map.canvas }).waitFor({ timeout: 2 * TIMEOUT });
		await page.getByRole('list', { name: en.views.map.find }).getByText('king', { exact: true }).first().waitFor({ timeout: TIMEOUT });
		const counts = await page.locator('.legend li').allTextContents();
		const all = counts.reduce((sum, text) => sum + Number(/([\d,]+)$/.exec(text)?.[1]?.replaceAll(',', '')), 0);
		assert.equal(all, 49_152);
		await page.context().close();
	});

	test('no request leaves the origin', async () => {
		const page = await studio.open({ view: 'open' });
		const outside: string[] = [];
		page.on(
			'request',
			(request) => !request.url().startsWith(studio.server.origin) && !request.url().startsWith('blob:') && outside.push(request.url()),
		);
		await page.goto(addressOf(studio.server, lesson(5)));
		await page.reload();
		await page.locator('.dictionary').nth(2).waitFor({ timeout: TIMEOUT });
		assert.deepEqual(outside, []);
		await page.context().close();
	});

	test('the code that the lesson needs, with the engine, is below 400 kB gzipped', async () => {
		const before = studio.server.requests.length;
		const page = await studio.open(lesson(8));
		await page.locator('.arithmetic > li').nth(3).waitFor({ timeout: TIMEOUT });
		const asked = studio.server.requests.slice(before).map(({ path }) => path);
		const code = [...new Set(asked)].filter((path) => /\.(?:js|css|html)$/.test(path));
		assert.ok(code.length >= 4, code.join(', '));
		const bytes = code.reduce((sum, path) => sum + gzipSync(readFileSync(join(studio.folder, path))).length, 0);
		assert.ok(bytes < 400_000, `${bytes} bytes: ${code.join(', ')}`);
		await page.context().close();
	});
});
