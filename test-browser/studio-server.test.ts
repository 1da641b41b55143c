// The studio on the real server: whole models from its shelf, writing and conversations, files that are dropped and kept, layout at rest.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { RECIPES } from '../hosts/node/recipes.ts';
import { readSettings } from '../surfaces/server/settings.ts';
import { type Running, startServer } from '../surfaces/server/start.ts';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { tinyModel } from '../test/server/tiny-model.ts';
import { findingsEverywhere, type Studio, startStudio } from './studio-page.ts';

const words = en.views.generate;
const TIMEOUT = 30_000;
const GPT2 = fileURLToPath(new URL('../models/gpt-2.gguf', import.meta.url));

let studio: Studio;
let server: Running;
let folder: string;
before(async () => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-studio-server-'));
	const tiny = join(folder, 'tiny.gguf');
	writeFileSync(tiny, await tinyModel());
	// Nothing is on this machine, and nothing can be fetched to it.
	Object.assign(process.env, {
		TONGSA_CACHE: join(folder, 'cache'),
		HF_HUB_CACHE: '/nonexistent',
		OLLAMA_MODELS: '/nonexistent',
		HF_ENDPOINT: 'http://127.0.0.1:1',
		PIP_NO_INDEX: '1',
	});
	studio = await startStudio();
	const given: Readonly<Record<string, unknown>> = { port: 0, 'log-level': 'silent', grace: 0 };
	const settings = readSettings([(name) => given[name]]);
	server = await startServer({ models: [tiny, 'smollm2', 'gpt-2'], settings, version: '0', studio: studio.folder });
});
after(async () => {
	await server?.stop();
	await studio?.close();
	rmSync(folder, { recursive: true, force: true });
});

const addressOf = (place: object): string => `${server.url}/#${encodeURIComponent(JSON.stringify(place))}`;

const open = (place: object): Promise<Page> => studio.open(place, {}, `${server.url}/`);

const share = (text: string | undefined) => (text === '–' ? 0 : Number(text?.replace(/[<%\s]/g, '')) / 100);
/** Rows of the table of what may come next: token, the model's share, the drawn share. */
const chances = async (page: Page) => {
	await page.locator('.chances tbody tr').first().waitFor({ timeout: TIMEOUT });
	return page
		.locator('.chances tbody tr')
		.evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('th, td.right')].map((cell) => cell.textContent ?? '')));
};
const strip = (page: Page) => page.getByRole('list', { name: words.made }).locator('.face');

describe('the studio on its server', { timeout: 900_000 }, () => {
	test('Open offers what the server has, with its size, and says what memory it takes', async () => {
		const page = await open({ view: 'open' });
		const card = page.locator('.card', { has: page.getByRole('heading', { name: 'tiny', exact: true }) });
		await card.getByRole('button').first().click({ timeout: TIMEOUT });
		await card.getByText('262 · bpe').waitFor({ timeout: TIMEOUT });
		assert.match((await card.locator('.facts').textContent()) ?? '', /about [\d.]+\skB while it runs; this page may use [\d.]+\sGB/);
		await page.context().close();
	});

	test('a name and an address open too; an unknown name says so', async () => {
		const page = await open({ view: 'open' });
		const field = page.getByLabel(en.views.open.address);
		await field.fill('falcon');
		await field.press('Enter');
		await page.locator('.card', { hasText: 'falcon.gguf' }).getByText('65,024').waitFor({ timeout: TIMEOUT });
		await field.fill(`${server.url}/models/gpt-2.gguf`);
		await field.press('Enter');
		const card = page.locator('.card', { has: page.getByRole('heading', { name: 'gpt-2.gguf' }) });
		await card.getByText('50,257').waitFor({ timeout: TIMEOUT });
		await card.getByText(en.views.open.keep).click();
		await card.getByText(en.views.open.forget).waitFor({ timeout: TIMEOUT });
		await field.fill('no-such-model');
		await field.press('Enter');
		await page.getByText(en.errors['not-found']).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('writing: settings move the chances live, tokens carry their probabilities, another one begins a branch', async () => {
		const page = await open({ view: 'generate', model: 'tiny', text: 'love', options: { topP: 1, temperature: 1, length: 6 } });
		const plain = await chances(page);
		assert.ok(plain.length >= 10);
		for (const [, own, drawn] of plain) assert.equal(own, drawn, 'temperature 1 and nothing left out is the model itself');
		await page.goto(addressOf({ view: 'generate', model: 'tiny', text: 'love', options: { topP: 1, temperature: 0, length: 6 } }));
		await page.getByText(words.left('1', '262')).waitFor({ timeout: TIMEOUT });
		const greedy = await chances(page);
		assert.deepEqual(
			greedy.map(([, own]) => own),
			plain.map(([, own]) => own),
		);
		assert.deepEqual(
			greedy.map(([, , drawn]) => share(drawn)),
			[1, ...new Array(greedy.length - 1).fill(0)],
		);
		await page.getByRole('button', { name: words.begin, exact: true }).click();
		await page.waitForFunction((n) => document.querySelectorAll('.strip')[0]?.children.length === n, 6, { timeout: TIMEOUT });
		const first = await strip(page).allTextContents();
		assert.equal(first[0], greedy[0]![0], 'the greedy token is the first of the table');
		await strip(page).nth(2).click();
		await page.getByText(words.place(3)).waitFor({ timeout: TIMEOUT });
		const third = await chances(page);
		assert.equal(third[0]![0], first[2]);
		const other = third[1]![0]!;
		await page.locator('.chances tbody tr').nth(1).getByRole('button').click();
		await page.waitForFunction((n) => document.querySelectorAll('.strip')[0]?.children.length === n, 9, { timeout: TIMEOUT });
		const branch = await strip(page).allTextContents();
		assert.deepEqual(branch.slice(0, 3), [first[0], first[1], other]);
		await page.context().close();
	});

	test("a conversation goes by the model's own template, and the second question remembers the first", async () => {
		const page = await open({ view: 'generate', model: 'tiny', options: { mode: 'talk', length: 3, temperature: 0 } });
		const say = async (text: string) => {
			const before = await page.locator('.turn.user').count();
			await page.getByLabel(words.say).fill(text);
			await page.getByRole('button', { name: words.send }).click();
			await page.locator('.turn.user').nth(before).waitFor({ timeout: TIMEOUT });
			await page.locator('.chances').waitFor({ timeout: TIMEOUT });
		};
		const given = async () => (await page.locator('details .strip').first().locator('.face').allTextContents()).join('');
		/** The newest turn's tokens come a moment after its words. */
		const givenTo = async (end: string) => {
			const until = Date.now() + TIMEOUT;
			for (;;) {
				const text = await given();
				if (text.endsWith(end) || Date.now() > until) return text;
				await page.waitForTimeout(50);
			}
		};
		const first = '<|start|>user⏎love<|end|>⏎<|start|>assistant⏎';
		await say('love');
		assert.equal(await givenTo(first), first);
		const made = (await strip(page).allTextContents()).length;
		assert.ok(made > 0 && made <= 3);
		await say('more');
		const last = '<|start|>user⏎more<|end|>⏎<|start|>assistant⏎';
		const second = await givenTo(last);
		assert.ok(second.startsWith(first) && second.endsWith(last), second);
		await page.getByText('{% for m in messages %}').waitFor({ state: 'attached' });
		// The address is written a moment after the turn.
		await page.waitForFunction(() => location.hash.includes('more'), undefined, { timeout: TIMEOUT });
		await page.reload();
		await page.locator('.turn.user').nth(1).waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('axe finds nothing serious where a whole model writes, and nothing is too wide', async () => {
		for (const options of [{}, { mode: 'talk', turns: JSON.stringify([{ role: 'user', content: 'love' }]) }]) {
			const page = await open({ view: 'generate', model: 'tiny', text: 'love', options: { length: 6, ...options } });
			await page.locator('.chances').waitFor({ timeout: TIMEOUT });
			await page.getByRole('button', { name: words.begin, exact: true }).click();
			await strip(page).first().waitFor({ timeout: TIMEOUT });
			await page.locator('.chances').waitFor({ timeout: TIMEOUT });
			await page.locator('.soon[inert]').waitFor({ state: 'detached', timeout: TIMEOUT });
			assert.deepEqual(await findingsEverywhere(page), []);
			await page.context().close();
		}
	});

	test('step 9 on a part offers the whole with size and licence; where nothing can be fetched it says why, and how by hand', async () => {
		const page = await open({ view: 'lesson', options: { step: 9 } });
		const fetch = page.getByRole('button', { name: en.fetch.begin('98.4\u00a0MB') });
		await fetch.waitFor({ timeout: TIMEOUT });
		await page.getByRole('link', { name: RECIPES[0]!.licence.name }).waitFor();
		await fetch.click();
		await page.getByText('npx tongsa pull smollm2').waitFor({ timeout: TIMEOUT });
		await page.getByText(/smollm2 could not be fetched/).waitFor();
		// Six tokens of “I love you so much.”, and 29 blocks that the file lacks.
		await page.getByLabel(en.lesson.answer).fill('174');
		await page.getByRole('button', { name: en.lesson.check }).click();
		await page
			.getByText(en.lesson.out.rightMissing(29, 6, '174'))
			.first()
			.waitFor();
		await page.context().close();
	});

	test('step 9 on a whole model: the sentence goes on by the token that is taken', async () => {
		const page = await open({ view: 'lesson', model: 'tiny', text: 'love', options: { step: 9 } });
		const [best] = await chances(page);
		await page.locator('.chances tbody tr').first().getByRole('button').click();
		await page.waitForFunction(() => document.querySelectorAll('.strip')[0]?.children.length === 3, undefined, { timeout: TIMEOUT });
		assert.equal(await page.locator('.strip').first().locator('.face').last().textContent(), best![0]);
		const [next] = await chances(page);
		const right = page.locator('.question').getByText(next![0]!.replace(/^␣/, '␣'), { exact: true });
		await right.click({ timeout: TIMEOUT });
		await page.getByRole('button', { name: en.lesson.check }).click();
		await page.locator('.verdict[data-right=true]').waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	/** What the browser does when a file or a folder is dragged in from the desktop. */
	async function drop(page: Page, path: string): Promise<void> {
		const { x, y } = (await page.locator('.drop').boundingBox())!;
		const browser = await page.context().newCDPSession(page);
		for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
			await browser.send('Input.dispatchDragEvent', {
				type,
				x: x + 9,
				y: y + 9,
				data: { items: [], files: [path], dragOperationsMask: 1 },
			});
	}

	test('a folder that is dropped opens with the folders in it', async () => {
		const page = await open({ view: 'open' });
		const mine = join(folder, 'mine');
		mkdirSync(join(mine, '1_Pooling'), { recursive: true });
		copyFileSync(GPT2, join(mine, 'model.gguf'));
		writeFileSync(join(mine, '1_Pooling', 'config.json'), '{}');
		await drop(page, mine);
		const card = page.locator('.card', { has: page.getByRole('heading', { name: 'mine/', exact: true }) });
		await card.getByText('50,257').waitFor({ timeout: TIMEOUT });
		await card.getByText(en.views.open.keep).click();
		await card.getByText(en.views.open.forget).waitFor({ timeout: TIMEOUT });
		const kept = await page.evaluate(async () => {
			const root = await navigator.storage.getDirectory();
			const files = await (await root.getDirectoryHandle('models')).getDirectoryHandle('mine%2F');
			const names: string[] = [];
			for await (const name of files.keys()) names.push(decodeURIComponent(name));
			return names.sort();
		});
		assert.deepEqual(kept, ['1_Pooling/config.json', 'model.gguf']);
		await page.context().close();
	});

	test('a file that is dropped opens, is kept if the person wants, and opens again after a reload; then it is forgotten', async () => {
		const page = await open({ view: 'open' });
		const mine = join(folder, 'mine.gguf');
		copyFileSync(GPT2, mine);
		await drop(page, mine);
		const card = () => page.locator('.card', { has: page.getByRole('heading', { name: 'mine.gguf' }) });
		await card().getByText('50,257').waitFor({ timeout: TIMEOUT });
		await card().getByText(en.views.open.keep).click();
		await card().getByText(en.views.open.forget).waitFor({ timeout: TIMEOUT });
		await page.goto(addressOf({ view: 'tokens', model: 'mine.gguf' }));
		await page.reload();
		await page.getByText(en.views.tokens.counts('6', '19')).waitFor({ timeout: TIMEOUT });
		await page.goto(addressOf({ view: 'open' }));
		await card().getByText(en.views.open.forget).click();
		await card().getByText(en.views.open.forget).waitFor({ state: 'detached', timeout: TIMEOUT });
		await page.context().close();
	});
});
