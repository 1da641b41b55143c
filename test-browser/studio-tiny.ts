// A whole model that is small enough to run in a blink: the random Llama of the fixtures, with a tokenizer of 61 words.

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { addressOf, repo, type Studio } from './studio-page.ts';

export const TINY = 'model.safetensors';

const words = ['<unk>', 'I', 'love', 'you', ...Array.from({ length: 57 }, (_, i) => `word${i}`)];
const tokenizer = {
	version: '1.0',
	added_tokens: [],
	pre_tokenizer: { type: 'Whitespace' },
	model: { type: 'WordLevel', vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: '<unk>' },
};

/** Opens it in a fresh browser that keeps it, so that pages of the same context open it by name. */
export async function openTiny(studio: Studio, timeout = 60_000): Promise<Page> {
	const page = await studio.open({ view: 'open' });
	await keepTiny(page, TINY, (weights) => weights, timeout);
	return page;
}

/** Keeps it under a name, with its file's bytes as `change` gives them, by way of the open view. */
export async function keepTiny(
	page: Page,
	name: string,
	change: (weights: Buffer) => Buffer,
	timeout = 60_000,
	family = 'llama',
	configured: (config: string) => string = (config) => config,
): Promise<void> {
	const fixture = (file: string) => readFileSync(repo(`test/fixtures/families/${family}/${file}`));
	await page
		.locator('input[type=file]')
		.first()
		.setInputFiles([
			{ name, mimeType: '', buffer: change(fixture('model.safetensors')) },
			{ name: 'config.json', mimeType: '', buffer: Buffer.from(configured(fixture('config.json').toString('utf8'))) },
			{ name: 'tokenizer.json', mimeType: '', buffer: Buffer.from(JSON.stringify(tokenizer)) },
		]);
	const card = page.locator('.card', { hasText: name });
	await card.getByRole('button', { name: en.views.open.keep }).click({ timeout });
	await card.getByRole('button', { name: en.views.open.forget }).waitFor({ timeout });
}

export async function go(studio: Studio, page: Page, place: object): Promise<void> {
	await page.goto('about:blank');
	await page.goto(addressOf(studio.server, place));
}

/** The file that a press of a button saves. */
export async function savedBytes(page: Page, name: string | RegExp): Promise<Buffer> {
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).first().click()]);
	return readFileSync((await download.path())!);
}

export const saved = async (page: Page, name: string | RegExp): Promise<string> => (await savedBytes(page, name)).toString('utf8');
