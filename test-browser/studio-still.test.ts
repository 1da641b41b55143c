// Nothing that stands moves by itself: every view and every step of the lesson, wide and on a phone, from the first paint through the main
// thing that is done in it. https://wicg.github.io/layout-instability/

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { en } from '../surfaces/studio/src/messages/en/index.ts';
import { lesson, quiet, type Studio, startStudio, WIDTHS } from './studio-page.ts';
import { openTiny, TINY } from './studio-tiny.ts';

const TIMEOUT = 60_000;
const MAP_TIMEOUT = 400_000;

let studio: Studio;
let tiny: Page;
before(async () => {
	studio = await startStudio();
	tiny = await openTiny(studio);
});
after(() => studio?.close());

/** A sentence by keys, as a person types it. */
const type =
	(text: string, label: string = en.sentence) =>
	async (page: Page) => {
		await page.getByLabel(label, { exact: true }).first().focus();
		await page.keyboard.press('ControlOrMeta+a');
		await page.keyboard.type(text, { delay: 20 });
	};
const press = (name: string | RegExp) => async (page: Page) => page.getByRole('button', { name }).first().click();
const SENTENCE = 'The queen of Korea sat on the bank of the river.';
const WORDS = 'I love you word1 word2';

interface Scene {
	readonly place: object;
	/** Each is done once the page is quiet. */
	readonly acts?: readonly ((page: Page) => Promise<unknown>)[];
}

/** On the embedded models. */
const EMBEDDED: readonly Scene[] = [
	{ place: lesson(1), acts: [type(SENTENCE)] },
	{ place: lesson(2), acts: [type(SENTENCE)] },
	{ place: lesson(3), acts: [type(SENTENCE)] },
	{ place: lesson(4), acts: [type(SENTENCE)] },
	{ place: lesson(5), acts: [type(SENTENCE)] },
	{ place: lesson(6), acts: [type(' queen', en.lesson.reading.word)] },
	{ place: lesson(7), acts: [type(SENTENCE)] },
	{ place: lesson(8), acts: [type(SENTENCE)] },
	{ place: lesson(9), acts: [type(SENTENCE)] },
	{ place: { view: 'open' } },
	{ place: { view: 'tokens', options: { beside: 'gpt-2' } }, acts: [type(SENTENCE)] },
	{ place: { view: 'matrix' }, acts: [type(SENTENCE)] },
	{ place: { view: 'attention' }, acts: [type(SENTENCE)] },
	{ place: { view: 'compare' }, acts: [type(SENTENCE)] },
	{ place: { view: 'compare', options: { other: 'minilm' } } },
	{ place: { view: 'lens' } },
	{ place: { view: 'generate' } },
	{ place: { view: 'edit' }, acts: [type(SENTENCE)] },
];

const mapped = (page: Page) => page.getByText(/Of a token’s ten true/).waitFor({ timeout: MAP_TIMEOUT });
/** Once only: half a minute of processor. */
const LARGE_MAP: Scene = { place: { view: 'map', options: { find: 'king' } }, acts: [mapped] };

const whole = (view: string, options: object = {}) => ({ view, model: TINY, text: WORDS, options });
/** On a model that is whole. */
const WHOLE: readonly Scene[] = [
	{ place: { ...whole('lesson'), options: { step: 9 } }, acts: [type('I love word7')] },
	{ place: whole('attention', { form: 'lines' }), acts: [type('I love word7')] },
	{ place: whole('compare'), acts: [type('I love word7')] },
	{ place: whole('lens'), acts: [type('I love word7')] },
	{ place: whole('generate'), acts: [press(en.views.generate.begin), type('I love word7')] },
	{ place: whole('map', { find: 'word7' }), acts: [mapped] },
	{ place: whole('edit', { off: '0', swapToken: 1, swapWord: 'word9' }), acts: [press(en.views.edit.write(12)), type('I love word7')] },
];

/** An answer that comes on a busy machine later than half a second after its key counts as movement of its own accord: so much of it may
 * (a score of the specification: share of the window that moved × share of the window by which it moved), and a scene has so many tries. */
const MOST = 0.001;
const TRIES = 3;

interface Movement {
	/** What moved, from where to where. */
	readonly what: string;
	readonly score: number;
}

async function still(scene: Scene, fresh: () => Promise<Page>): Promise<void> {
	for (let left = TRIES; left > 0; left--) {
		const page = await fresh();
		const found = await moved(page, scene);
		await page.close();
		if (found.reduce((sum, { score }) => sum + score, 0) < MOST) return;
		assert.ok(left > 1, found.map(({ what }) => what).join('\n'));
	}
}

/** Where things have moved without an input within half a second: what, from where to where. */
async function moved(page: Page, { place, acts = [] }: Scene): Promise<Movement[]> {
	await page.addInitScript(watch);
	await page.goto('about:blank');
	await page.goto(`${studio.server.origin}/index.html#${encodeURIComponent(JSON.stringify(place))}`);
	const map = 'view' in place && place.view === 'map';
	const rest = async () => {
		if (!map) await quiet(page, TIMEOUT);
		await page.waitForTimeout(600); // past what counts as the answer to an input
	};
	await rest();
	for (const act of acts) {
		await act(page);
		await rest();
	}
	return page.evaluate(() => (globalThis as unknown as { moved: Movement[] }).moved);
}

/** Runs in the page. */
function watch(): void {
	const found: Movement[] = [];
	Object.assign(globalThis, { moved: found });
	const name = (node: Node | null) => {
		const element = node instanceof Element ? node : node?.parentElement;
		return element ? `${element.tagName.toLowerCase()}.${element.className} “${element.textContent?.slice(0, 30)}”` : 'gone';
	};
	const box = ({ x, y, width, height }: DOMRectReadOnly) => [x, y, width, height].map(Math.round).join(' ');
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries() as unknown as (PerformanceEntry & {
			value: number;
			hadRecentInput: boolean;
			sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
		})[]) {
			if (entry.hadRecentInput) continue;
			const what = entry.sources.map(({ node, previousRect, currentRect }) => `${name(node)} ${box(previousRect)} → ${box(currentRect)}`);
			const at = Math.round(entry.startTime);
			found.push({ score: entry.value, what: `${entry.value.toFixed(5)} after ${at} ms: ${what.join('; ')}` });
		}
	}).observe({ type: 'layout-shift', buffered: true });
}

/** Everything in both widths takes four minutes; without TONGSA_STILL=all each scene is seen in one of them, and the large map not at all. */
const ALL = process.env.TONGSA_STILL === 'all';

describe('nothing moves by itself', { timeout: 1_800_000 }, () => {
	for (const [w, [size, viewport]] of Object.entries(WIDTHS).entries()) {
		const here = (scenes: readonly Scene[]) => scenes.filter((_, i) => ALL || i % 2 === w);
		for (const scene of [...here(EMBEDDED), ...(ALL && w === 0 ? [LARGE_MAP] : [])]) {
			test(`${size}: ${JSON.stringify(scene.place)}`, async () => {
				await still(scene, () => studio.open({}, { viewport }));
			});
		}
		for (const scene of here(WHOLE)) {
			test(`${size}: ${JSON.stringify(scene.place)}`, async () => {
				await still(scene, async () => {
					const page = await tiny.context().newPage();
					await page.setViewportSize(viewport);
					return page;
				});
			});
		}
	}
});
