// The instrument's views on a whole model: overview of heads, edits beside the run as it is, long texts, the map, comparing, files.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { Page } from 'playwright-core';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { findingsEverywhere, type Studio, startStudio } from './studio-page.ts';
import { go, keepTiny, openTiny, saved, savedBytes, TINY } from './studio-tiny.ts';

const TIMEOUT = 60_000;
const TEXT = 'I love you word1 word2';

let studio: Studio;
let tiny: Page;
before(async () => {
	studio = await startStudio();
	tiny = await openTiny(studio);
});
after(() => studio?.close());

const at = (view: string, options: object = {}) => ({ view, model: TINY, text: TEXT, options });
interface MatrixFile {
	readonly provenance: { readonly part: string; readonly precision: string; readonly place: string };
	readonly shape: readonly [number, number];
	readonly data: readonly number[];
}
/** What stands under a key in a PNG file's texts (iTXt). https://www.w3.org/TR/png-3/#11iTXt */
function textOf(png: Buffer, key: string): string {
	for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
		const content = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
		const type = png.toString('latin1', at + 4, at + 8);
		assert.equal(png.readUInt32BE(at + 8 + content.length), crc32(png.subarray(at + 4, at + 8 + content.length)), `checksum of ${type}`);
		if (type === 'iTXt' && content.subarray(0, key.length).toString() === key) return content.toString('utf8', key.length + 5);
	}
	throw new Error(`no ${key} in the picture`);
}
const matrixOf = async (page: Page, name: string) => JSON.parse(await saved(page, `JSON: ${name}`)) as MatrixFile;

describe('views of the studio on a whole model', { timeout: 900_000 }, () => {
	test('attention: every head of every block; arrow keys walk; the average is the mean of the heads', async () => {
		await go(studio, tiny, at('attention', { layer: 0, head: 0 }));
		await tiny.getByRole('button', { name: 'CSV: attention-overview' }).waitFor({ timeout: TIMEOUT });
		const overview = (await saved(tiny, 'CSV: attention-overview')).trim().split('\r\n').slice(1, -1);
		const config = JSON.parse(readFileSync(new URL('../test/fixtures/families/llama/config.json', import.meta.url), 'utf8'));
		assert.equal(overview.length, config.num_hidden_layers * config.num_attention_heads);
		await tiny.locator('.overview-grid').focus();
		await tiny.keyboard.press('ArrowDown');
		await tiny.waitForFunction(() => JSON.parse(decodeURIComponent(location.hash.slice(1))).options.layer === 1);
		await tiny.keyboard.press('ArrowUp');
		await tiny.waitForFunction(() => JSON.parse(decodeURIComponent(location.hash.slice(1))).options.layer === 0);

		const heads: MatrixFile[] = [];
		for (let head = 0; head < config.num_attention_heads; head++) {
			await go(studio, tiny, at('attention', { layer: 0, head }));
			await tiny.getByRole('button', { name: 'JSON: attention-head' }).waitFor({ timeout: TIMEOUT });
			heads.push(await matrixOf(tiny, 'attention-head'));
		}
		const T = heads[0]!.shape[0];
		for (const { data } of heads)
			for (let r = 0; r < T; r++) {
				const sum = data.slice(r * T, (r + 1) * T).reduce((a, b) => a + b, 0);
				assert.ok(Math.abs(sum - 1) < 1e-5, `a row adds up to ${sum}`);
			}
		// The overview's averages are those of the heads' own numbers, as far as a fast run tells them (8 bits).
		for (const [head, { data }] of heads.entries()) {
			const line = overview.map((row) => row.split(',').map(Number)).find(([layer, h]) => layer === 0 && h === head)!;
			const mean = (cell: (r: number) => number) => Array.from({ length: T }, (_, r) => cell(r)).reduce((a, b) => a + b, 0) / T;
			assert.ok(Math.abs(line[2]! - mean((r) => data[r * T]!)) < 1 / 256);
			assert.ok(Math.abs(line[4]! - mean((r) => data[r * T + r]!)) < 1 / 256);
		}
		await go(studio, tiny, at('attention', { layer: 0, head: -1 }));
		await tiny.getByText(en.views.attention.averageNote).waitFor({ timeout: TIMEOUT });
		const average = await matrixOf(tiny, 'attention-head');
		for (const [i, value] of average.data.entries()) {
			const mean = heads.reduce((sum, { data }) => sum + data[i]!, 0) / heads.length;
			assert.ok(Math.abs(value - mean) < 1e-6, `cell ${i}`);
		}
		assert.equal(await tiny.locator('.arithmetic').count(), 0, 'no arithmetic of what no head computes');
	});

	test('attention as lines is a picture with the shares in it, saved as SVG with where it comes from', async () => {
		await go(studio, tiny, at('attention', { form: 'lines', from: 2 }));
		await tiny.locator('.lines path.chosen').first().waitFor({ timeout: TIMEOUT });
		const svg = await saved(tiny, 'SVG: attention-lines');
		const found = await tiny.evaluate((text) => {
			const document = new DOMParser().parseFromString(text, 'image/svg+xml');
			return {
				broken: document.querySelector('parsererror')?.textContent,
				paths: document.querySelectorAll('path').length,
				metadata: document.querySelector('metadata')?.textContent ?? '',
			};
		}, svg);
		assert.equal(found.broken, undefined);
		assert.ok(found.paths >= 5);
		const { models, part, text, precision, head, place } = JSON.parse(found.metadata);
		assert.deepEqual([part, text, precision, head], ['blocks.0.attention.weights', TEXT, 'exact', 0]);
		assert.match(decodeURIComponent(place), /"view":"attention"/);
		const [{ files, fingerprint, tokens, truncated }] = models;
		const { size } = statSync(new URL('../test/fixtures/families/llama/model.safetensors', import.meta.url));
		assert.deepEqual(
			files.map((file: { name: string; byteLength: number }) => [file.name, file.byteLength]),
			[[TINY, size]],
		);
		assert.match(fingerprint, /^[0-9a-f]{64}$/);
		assert.deepEqual([tokens, truncated], [[1, 2, 3, 5, 6], false]);
		// The picture of dots carries the same.
		const png = textOf(await savedBytes(tiny, 'PNG: attention-lines'), 'provenance');
		assert.deepEqual(JSON.parse(png), JSON.parse(found.metadata));
	});

	test('edit: the lens of an unchanged run is the same on both sides, and a swapped row parts them', async () => {
		const lens = async (options: object) => {
			await go(studio, tiny, at('edit', options));
			await tiny.locator('.lens-pair').waitFor({ timeout: TIMEOUT });
			return JSON.parse(await saved(tiny, 'JSON: edited-lens')).rows as {
				run: string;
				layer: number;
				token: string;
				probability: number;
			}[];
		};
		const sides = (rows: Awaited<ReturnType<typeof lens>>, run: string) =>
			rows.filter((row) => row.run === run).map(({ layer, token, probability }) => ({ layer, token, probability }));
		const plain = await lens({ off: 'none' });
		assert.deepEqual(sides(plain, 'before'), sides(plain, 'after'));
		assert.equal(sides(plain, 'before').length, 3 * 5, 'before block 0 and after two blocks, five guesses each');
		const swapped = await lens({ off: 'none', swapToken: 0, swapWord: 'word9' });
		assert.deepEqual(sides(swapped, 'before'), sides(plain, 'before'));
		assert.notDeepEqual(sides(swapped, 'after'), sides(plain, 'after'));
		// The lens reads as the view of that name does.
		await go(studio, tiny, at('lens'));
		await tiny.getByRole('button', { name: 'JSON: lens' }).waitFor({ timeout: TIMEOUT });
		const rows = JSON.parse(await saved(tiny, 'JSON: lens')).rows as Record<string, string | number>[];
		const last = rows.filter((row) => row['place'] === 4 && row['layer'] === 1 && Number(row['rank']) <= 5);
		const same = sides(plain, 'before').filter(({ layer }) => layer === 1);
		assert.deepEqual(
			last.map((row) => row['reads as']),
			same.map(({ token }) => token),
		);
	});

	test('edit: both runs go on with the text, and can be told apart', async () => {
		await go(studio, tiny, at('edit', { off: 'none', addWord: 'word5', strength: 4 }));
		await tiny.getByRole('button', { name: en.views.edit.write(12) }).click({ timeout: TIMEOUT });
		const written = tiny.locator('.written strong');
		await tiny.waitForFunction(
			() => [...document.querySelectorAll('.written strong')].every((one) => (one.textContent ?? '').length > 30),
			undefined,
			{
				timeout: TIMEOUT,
			},
		);
		const [before, after] = await written.allTextContents();
		assert.notEqual(before, after);
	});

	test('the map: all points, what it keeps as a number, and the same map without drawing it again', async () => {
		await go(studio, tiny, at('map', { find: 'word1' }));
		await tiny.getByText(/Of a token’s ten true nearest neighbours, [\d.]+%/).waitFor({ timeout: TIMEOUT });
		const first = await saved(tiny, `CSV: ${TINY}-map`);
		assert.equal(first.trim().split('\r\n').length, 1 + 61 + 1, 'header, 61 tokens, provenance');
		const svg = await saved(tiny, `SVG: ${TINY}-map`);
		assert.equal(svg.match(/M[\d.-]+ [\d.-]+h0/g)?.length, 61);
		await go(studio, tiny, at('map'));
		await tiny.getByText(en.views.map.stored).waitFor({ timeout: TIMEOUT });
		const rows = (text: string) => text.trim().split('\r\n').slice(0, -1);
		assert.deepEqual(rows(await saved(tiny, `CSV: ${TINY}-map`)), rows(first));
	});

	test('compare: the same file twice is the same everywhere, rounded weights are not, another model says what cannot be compared', async () => {
		await go(studio, tiny, at('open'));
		await keepTiny(tiny, 'twin.safetensors', (weights) => weights);
		// The last tensors' float32 values with their lower halves cut off, as bfloat16 would.
		await keepTiny(tiny, 'rounded.safetensors', (weights) => {
			const start = 8 + Number(weights.readBigUInt64LE(0));
			return weights.map((byte, i) => (i >= start && (i - start) % 4 < 2 ? 0 : byte)) as Buffer;
		});
		const states = async (other: string) => {
			await go(studio, tiny, at('compare', { other }));
			await tiny.getByRole('button', { name: 'JSON: compared-next' }).waitFor({ timeout: TIMEOUT });
			await tiny.getByRole('button', { name: 'JSON: compared-states' }).waitFor({ timeout: TIMEOUT });
			const next = JSON.parse(await saved(tiny, 'JSON: compared-next')) as { provenance: { apart: number } };
			return { ...(await matrixOf(tiny, 'compared-states')), apart: next.provenance.apart };
		};
		const twin = await states('twin.safetensors');
		assert.deepEqual(twin.shape, [2, 5]);
		assert.ok(twin.data.every((apart) => apart === 0));
		assert.equal(twin.apart, 0);
		const rounded = await states('rounded.safetensors');
		assert.ok(rounded.data.every((apart) => apart > 0 && apart < 0.1));
		assert.ok(rounded.apart > 0 && rounded.apart < 0.05, `${rounded.apart}`);
		await go(studio, tiny, at('compare', { other: 'smollm2' }));
		await tiny.getByText(en.views.compare.rowsNot).waitFor({ timeout: TIMEOUT });
		await tiny.getByText(en.views.compare.statesOwn).waitFor({ timeout: TIMEOUT });
	});

	test('100,000 characters: few tokens are drawn, all are counted and saved, and a key changes the count', async () => {
		const page = await studio.open({ view: 'tokens' });
		const field = page.getByLabel(en.sentence, { exact: true });
		const text = 'one two three '.repeat(7143);
		await field.fill(text);
		await page.getByText('21,430 tokens for 100,002 characters').waitFor({ timeout: TIMEOUT });
		const drawn = await page.locator('.long-strip li').count();
		assert.ok(drawn > 50 && drawn < 1000, `${drawn} tokens are drawn`);
		await field.press('End');
		await page.evaluate(() => document.querySelector('textarea')?.setSelectionRange(1e6, 1e6));
		await field.press('x');
		await page.getByText('21,430 tokens for 100,003 characters').waitFor({ timeout: TIMEOUT });
		// Scrolled to the end, the last tokens are there.
		await page.locator('.long-strip').evaluate((box) => box.scrollTo(0, box.scrollHeight));
		await page.locator('.long-strip ol').last().locator('li').last().waitFor({ timeout: TIMEOUT });
		const file = (await saved(page, 'CSV: smollm2-tokens')).trim().split('\r\n');
		assert.equal(file.length, 1 + 21_430 + 1);
		// Too long for an address: a file carries it.
		const kept = await saved(page, en.views.place.save);
		const other = await studio.open({ view: 'matrix' });
		await other
			.locator('.place-file input[type=file]')
			.setInputFiles({ name: 'kept.json', mimeType: 'application/json', buffer: Buffer.from(kept) });
		await other.getByText('21,430 tokens for 100,003 characters').waitFor({ timeout: TIMEOUT });
		await other
			.locator('.place-file input[type=file]')
			.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('[1]') });
		await other.getByText(en.views.place.wrong).waitFor({ timeout: TIMEOUT });
		await page.context().close();
		await other.context().close();
	});

	test('what one sentence costs in each language is counted by the model', async () => {
		const page = await studio.open({ view: 'tokens', options: { beside: 'gpt-2' } });
		await page.locator('.costs tbody tr').nth(11).waitFor({ timeout: TIMEOUT });
		await page.locator('.costs thead th').nth(3).waitFor({ timeout: TIMEOUT });
		const rows = JSON.parse(await saved(page, 'JSON: tokens-by-language')).rows as Record<string, string | number>[];
		// Twelve words and a full stop, each a token of GPT-2.
		assert.equal(rows.find((row) => row['language'] === 'en')?.['GPT-2'], 13);
		assert.ok(Number(rows.find((row) => row['language'] === 'ko')?.['GPT-2']) > 40);
		await page.context().close();
	});

	test('axe finds nothing serious in these views, light and dark, wide and on a phone', async () => {
		const places = [
			at('attention', { form: 'lines' }),
			at('attention', { head: -1 }),
			at('edit', { off: '0', swapToken: 1, swapWord: 'word9' }),
			at('compare', { other: 'smollm2' }),
			at('map', { find: 'word1', colour: 'kind' }),
			at('lens'),
		];
		for (const place of places) {
			await go(studio, tiny, place);
			await tiny.locator('.saves, .lens-cell, .costs').first().waitFor({ timeout: TIMEOUT });
			await tiny.waitForTimeout(500);
			assert.deepEqual(await findingsEverywhere(tiny), [], JSON.stringify(place));
		}
	});
});
