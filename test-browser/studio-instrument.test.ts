// What the instrument opens, says and keeps: servers without ranges, texts that are too long, models without a way out, answers and lassos
// in a link.

import assert from 'node:assert/strict';
import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { packIds } from '../surfaces/studio/src/state/id-set.ts';
import { addressOf, type Studio, startStudio } from './studio-page.ts';
import { go, keepTiny, openTiny, TINY } from './studio-tiny.ts';

const TIMEOUT = 60_000;
const GPT2 = fileURLToPath(new URL('../models/gpt-2.gguf', import.meta.url));
const ENCODER = 'encoder.safetensors';
const MASKED = 'masked.safetensors';

let studio: Studio;
let tiny: Page;
before(async () => {
	studio = await startStudio();
	tiny = await openTiny(studio);
	await keepTiny(tiny, ENCODER, (weights) => weights, TIMEOUT, 'mpnet');
	await keepTiny(tiny, MASKED, (weights) => weights, TIMEOUT, 'bert');
});
after(() => studio?.close());

const option = (page: Page, name: string) =>
	page.evaluate((name) => JSON.parse(decodeURIComponent(location.hash.slice(1))).options[name], name);

/** A server of another origin that gives whole files alone. */
async function wholeFiles(): Promise<{ url: string; server: Server }> {
	const server = createServer((request, response) => {
		response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*');
		if (request.method === 'OPTIONS') return response.end();
		response.setHeader('Content-Length', statSync(GPT2).size);
		return createReadStream(GPT2).pipe(response);
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return { url: `http://localhost:${(server.address() as AddressInfo).port}/whole.gguf`, server };
}

describe('the instrument of the studio', { timeout: 900_000 }, () => {
	test('an address whose server gives no parts of files: the whole is fetched when the person wants it, and kept', async () => {
		const { url, server } = await wholeFiles();
		// Not by `studio.open`: that one lets no request leave the origin, and this one is asked for.
		const page = await (await studio.browser.newContext({ locale: 'en-US' })).newPage();
		await page.goto(addressOf(studio.server, { view: 'open' }));
		await page.getByLabel(en.views.open.address).fill(url);
		await page.keyboard.press('Enter');
		const card = page.locator('.card', { has: page.getByRole('heading', { name: 'whole.gguf' }) });
		await card.getByRole('button', { name: en.views.open.fetchWhole }).click({ timeout: TIMEOUT });
		await card.getByText('50,257').waitFor({ timeout: TIMEOUT });
		await card.getByRole('button', { name: en.views.open.keep }).click();
		await card.getByRole('button', { name: en.views.open.forget }).waitFor({ timeout: TIMEOUT });
		server.closeAllConnections();
		await new Promise((done) => server.close(done));
		await page.goto('about:blank');
		await page.goto(addressOf(studio.server, { view: 'tokens', model: url }));
		await page.getByText(en.views.tokens.counts('6', '19')).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('a text with more tokens than the model was made for is named as such, and nothing is cut off', async () => {
		await go(studio, tiny, { view: 'tokens', model: TINY, text: 'I love '.repeat(35).trim() });
		await tiny.getByText(en.limit('70', '64')).waitFor({ timeout: TIMEOUT });
		await tiny.getByText(/^70 tokens/).waitFor({ timeout: TIMEOUT });
		await go(studio, tiny, { view: 'tokens', model: TINY, text: 'I love you' });
		await tiny.getByText(/^3 tokens/).waitFor({ timeout: TIMEOUT });
		assert.equal(await tiny.locator('.too-long').textContent(), '');
	});

	test('a model without a way from states to tokens says so where it would have to write, and its states can be edited and compared', async () => {
		for (const [view, words] of [
			['lens', en.noOutput],
			['generate', en.bothWays],
		] as const) {
			await go(studio, tiny, { view, model: ENCODER, text: 'I love you' });
			await tiny.getByText(words).waitFor({ timeout: TIMEOUT });
		}
		await go(studio, tiny, { view: 'edit', model: ENCODER, text: 'I love you', options: { off: '0' } });
		await tiny.getByRole('button', { name: 'JSON: edited-states' }).waitFor({ timeout: TIMEOUT });
		assert.equal(await tiny.locator('.problem').count(), 0);
		await go(studio, tiny, { view: 'compare', model: ENCODER, text: 'I love you', options: { other: TINY } });
		await tiny.getByText(en.bothWays).waitFor({ timeout: TIMEOUT });
		assert.equal(await tiny.locator('.problem').count(), 0);
	});

	test('a masked-language model has nothing to generate and says why and what there is; its lens reads what stands in each place', async () => {
		for (const place of [{ view: 'generate' }, { view: 'lesson', options: { step: 9 } }]) {
			await go(studio, tiny, { ...place, model: MASKED, text: 'I love you' });
			await tiny.getByText(en.bothWays).waitFor({ timeout: TIMEOUT });
			assert.equal(await tiny.getByRole('button', { name: en.views.generate.begin, exact: true }).count(), 0);
			assert.equal(await tiny.locator('.question').count(), 0);
		}
		await tiny.locator('p', { hasText: en.instead }).getByRole('button', { name: en.nav.lens, exact: true }).click();
		await tiny.locator('.lens-cell').nth(8).waitFor({ timeout: TIMEOUT });
		await tiny.getByText(en.views.lens.bothWays).waitFor();
		assert.equal(await tiny.locator('.problem').count(), 0);
	});

	test('an answer is part of the place: a link brings it again, with the branch that was taken', async () => {
		const text = 'I love you';
		await go(studio, tiny, { view: 'generate', model: TINY, text, options: { temperature: 0, length: 3 } });
		const made = tiny.getByRole('list', { name: en.views.generate.made }).locator('li');
		await tiny.getByRole('button', { name: en.views.generate.begin, exact: true }).click({ timeout: TIMEOUT });
		await made.nth(2).waitFor({ timeout: TIMEOUT });
		await made.nth(1).locator('button').click();
		await tiny.locator('.chances tbody tr').nth(3).getByRole('button').click({ timeout: TIMEOUT });
		await made.nth(4).waitFor({ timeout: TIMEOUT });
		await tiny.waitForFunction(() => JSON.parse(decodeURIComponent(location.hash.slice(1))).options.answer?.split(',').length === 5);
		const [answer, shown] = [await option(tiny, 'answer'), await made.allTextContents()];
		await tiny.goto('about:blank');
		await tiny.goto(addressOf(studio.server, { view: 'generate', model: TINY, text, options: { answer } }));
		await made.nth(4).waitFor({ timeout: TIMEOUT });
		const tokens = (all: string[]) => all.map((one) => one.replace(/[\d.<]+\s*%$/, ''));
		assert.deepEqual(tokens(await made.allTextContents()), tokens(shown));
		// Another text has no answer yet.
		await tiny.getByLabel(en.sentence, { exact: true }).fill('you love I');
		await made.first().waitFor({ state: 'detached', timeout: TIMEOUT });
		await tiny.waitForFunction(() => !JSON.parse(decodeURIComponent(location.hash.slice(1))).options?.answer);
	});

	test('the arrow keys walk over the lens, and the ten best of the cell are beside it', async () => {
		await go(studio, tiny, { view: 'lens', model: TINY, text: 'I love you' });
		const cell = tiny.locator('.lens-cell[aria-pressed=true]');
		await tiny.locator('.lens-cell').nth(8).waitFor({ timeout: TIMEOUT });
		await cell.focus();
		await tiny.keyboard.press('ArrowLeft');
		await tiny.keyboard.press('ArrowDown');
		await tiny.getByRole('heading', { name: `“love” · ${en.lesson.context.after(0)}` }).waitFor({ timeout: TIMEOUT });
		assert.equal(await tiny.locator('.lens-beside tbody tr').count(), 3 + 10);
		assert.equal(await tiny.evaluate(() => document.activeElement?.getAttribute('data-cell')), '1 1');
	});

	test('a whole matrix of many tokens is in sight, and a lasso of the map is part of the place', async () => {
		await go(studio, tiny, { view: 'attention', model: TINY, text: 'I love you word1 word2 word3 '.repeat(10).trim() });
		const scroller = tiny.locator('.matrix-scroll').first();
		await scroller.waitFor({ timeout: TIMEOUT });
		const hidden = await scroller.evaluate((box) => [box.scrollHeight - box.clientHeight, box.scrollWidth - box.clientWidth]);
		assert.ok(
			hidden.every((pixels) => pixels <= 1),
			String(hidden),
		);
		await go(studio, tiny, { view: 'map', model: TINY });
		await tiny.getByText(/Of a token’s ten true nearest neighbours/).waitFor({ timeout: TIMEOUT });
		// Around all that is in sight.
		const box = (await tiny.locator('.scatter canvas').boundingBox())!;
		const corners = [
			[0.02, 0.02],
			[0.98, 0.02],
			[0.98, 0.98],
			[0.02, 0.98],
			[0.02, 0.03],
		] as const;
		await tiny.keyboard.down('Shift');
		for (const [i, [x, y]] of corners.entries()) {
			await tiny.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 });
			if (i === 0) await tiny.mouse.down();
		}
		await tiny.mouse.up();
		await tiny.keyboard.up('Shift');
		const heading = tiny.getByRole('heading', { name: new RegExp(`^${en.views.map.encircled}: \\d`) });
		const said = await heading.textContent({ timeout: TIMEOUT });
		assert.ok(Number(said?.split(' ').at(-1)) > 40, said ?? '');
		await tiny.waitForFunction(() => JSON.parse(decodeURIComponent(location.hash.slice(1))).options?.encircled);
		const link = tiny.url();
		await tiny.goto('about:blank');
		await tiny.goto(link);
		assert.equal(await heading.textContent({ timeout: TIMEOUT }), said);
		// A link from elsewhere: what the vocabulary has not is left out.
		await go(studio, tiny, { view: 'map', model: TINY, options: { encircled: packIds([1, 2, 3, 999]) } });
		await tiny.getByRole('heading', { name: `${en.views.map.encircled}: 3` }).waitFor({ timeout: TIMEOUT });
	});
});
