// The studio's frame and its views on the embedded models: menu, links, axe in both themes, a phone's width, the size of its code.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { findingsEverywhere, lesson, quiet, sizes, troubles, useStudio } from './studio-page.ts';
import { saved } from './studio-tiny.ts';

const TIMEOUT = 30_000;
const studio = useStudio();

/** Every view that opens on the embedded model. */
const PLACES: readonly object[] = [
	...Array.from({ length: 9 }, (_, i) => lesson(i + 1)),
	...['open', 'tokens', 'matrix', 'attention', 'compare', 'lens', 'generate', 'map', 'edit'].map((view) => ({ view })),
];

describe('the studio', { timeout: 900_000 }, () => {
	test('the menu leads through every view', async () => {
		const page = await studio().open(lesson(1));
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
		const page = await studio().open(lesson(1, { text: 'two words' }));
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
		const page = await studio().open({});
		await page.goto(`${studio().server.origin}/index.html#%7Bnot json`);
		await page.getByRole('heading', { name: en.lesson.languages.title }).waitFor();
		await page.context().close();
	});

	test('axe finds nothing serious in any view, light and dark, wide and on a phone; nothing is too wide, and no text below 12 px', async () => {
		for (const place of PLACES) {
			const page = await studio().open(place, { reducedMotion: 'reduce', viewport: { width: 390, height: 844 }, locale: 'ko' });
			if (!('view' in place && place.view === 'map')) await quiet(page); // a map is minutes of work
			await page.locator('main p, main .card').first().waitFor({ timeout: TIMEOUT });
			const { smallest } = await sizes(page);
			assert.ok(smallest >= 12, `${JSON.stringify(place)}: text of ${smallest} px`);
			assert.deepEqual(await findingsEverywhere(page), [], JSON.stringify(place));
			await page.context().close();
		}
	});

	test('editing: a head that is switched off changes what the block gives, none changes nothing', async () => {
		const page = await studio().open({ view: 'edit', text: 'I love you', options: { off: 'none' } });
		const states = async () => JSON.parse(await saved(page, 'JSON: edited-states')).data as number[];
		await page.getByRole('button', { name: 'JSON: edited-states' }).waitFor({ timeout: TIMEOUT });
		assert.deepEqual(await states(), [0, 0, 0]);
		await page.getByText(`${en.lesson.attention.head} 3`, { exact: true }).click();
		let changed = await states();
		for (let i = 0; i < 100 && changed.every((moved) => moved === 0); i++) {
			await page.waitForTimeout(100);
			changed = await states();
		}
		assert.ok(
			changed.every((moved) => moved > 0 && moved < 1),
			String(changed),
		);
		await page.context().close();
	});

	test('the map draws every token of the vocabulary and finds one by its text', async () => {
		const page = await studio().open({ view: 'map', options: { find: 'king' } });
		await page.getByRole('img', { name: en.views.map.canvas }).waitFor({ timeout: 2 * TIMEOUT });
		await page.getByRole('list', { name: en.views.map.find }).getByText('king', { exact: true }).first().waitFor({ timeout: TIMEOUT });
		const counts = await page.locator('.legend li').allTextContents();
		const all = counts.reduce((sum, text) => sum + Number(/([\d,]+)$/.exec(text)?.[1]?.replaceAll(',', '')), 0);
		assert.equal(all, 49_152);
		await page.context().close();
	});

	test('100,000 characters are split, and the last keystroke wins', async () => {
		const page = await studio().open({ view: 'tokens' });
		const field = page.getByLabel(en.sentence, { exact: true });
		await field.fill('one two three '.repeat(7143));
		await field.fill('one two');
		await page.getByText('2 tokens for 7 characters').waitFor({ timeout: TIMEOUT });
		await page.context().close();
	});

	test('the code that the lesson needs, with the engine, is below 400 kB gzipped', async () => {
		const before = studio().server.requests.length;
		const page = await studio().open(lesson(8));
		await page.locator('.arithmetic > li').nth(3).waitFor({ timeout: TIMEOUT });
		const asked = studio()
			.server.requests.slice(before)
			.map(({ path }) => path);
		const code = [...new Set(asked)].filter((path) => /\.(?:js|css|html)$/.test(path));
		assert.ok(code.length >= 4, code.join(', '));
		const bytes = code.reduce((sum, path) => sum + gzipSync(readFileSync(join(studio().folder, path))).length, 0);
		assert.ok(bytes < 400_000, `${bytes} bytes: ${code.join(', ')}`);
		await page.context().close();
	});
});
