// Pictures of every view of the studio, light and dark, wide and phone, in the four languages: node scripts/screenshots.ts [OUT] [NAME…]
// NAMEs (lesson-8, generate, …) take these alone. Needs fonts for the four languages. Numbers are those of the models on this machine:
// with a whole SmolLM2 (tongsa pull smollm2) the views that need one show it at work.

import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshStudio } from '../surfaces/cli/studio.ts';
import { readSettings } from '../surfaces/server/settings.ts';
import { startServer } from '../surfaces/server/start.ts';
import { launchChromium } from '../test-browser/chromium.ts';

const [out = 'docs/screenshots', ...only] = process.argv.slice(2);

/** A variant shows each view once; together they show every language, size and shade. */
const VARIANTS = [
	{ locale: 'en', size: 'wide', shade: 'light' },
	{ locale: 'ko', size: 'wide', shade: 'dark' },
	{ locale: 'ja', size: 'phone', shade: 'light' },
	{ locale: 'zh', size: 'phone', shade: 'dark' },
] as const;
const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
/** A phone's picture of twice the pixels is what a phone shows. */
const SCALES = { wide: 1, phone: 1.5 };
const WEBP_QUALITY = 0.85;
/** A map is minutes of work on a busy machine. */
const PATIENCE_MS = 400_000;

const CAPITAL = 'The capital of France is';
type KeptMaps = Readonly<Record<string, readonly number[]>>;

/** What each picture shows; `whole`: what it shows instead where the whole model is there; `has`: what must be on the page first;
 * `to`: what is scrolled to the top. */
const PLACES: Readonly<
	Record<string, { readonly place: object; readonly whole?: object; readonly press?: string; readonly has?: string; readonly to?: string }>
> = {
	...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`lesson-${i + 1}`, { place: { view: 'lesson', options: { step: i + 1 } } }])),
	'lesson-5': { place: { view: 'lesson', options: { step: 5 } }, has: '.dictionary:nth-child(7)' },
	'lesson-9': { place: { view: 'lesson', options: { step: 9 } }, whole: { view: 'lesson', text: CAPITAL, options: { step: 9 } } },
	open: { place: { view: 'open' } },
	tokens: { place: { view: 'tokens' } },
	matrix: { place: { view: 'matrix' } },
	map: { place: { view: 'map', options: { find: 'king' } }, has: '.scatter', to: '.scatter' },
	attention: { place: { view: 'attention' }, whole: { view: 'attention', options: { layer: 8 } } },
	lens: { place: { view: 'lens' }, whole: { view: 'lens', text: CAPITAL } },
	generate: { place: { view: 'generate' }, whole: { view: 'generate', text: CAPITAL }, press: '.buttons .push.main' },
	edit: { place: { view: 'edit' }, whole: { view: 'edit', text: CAPITAL } },
	compare: { place: { view: 'compare' } },
};

const signal = new AbortController().signal;
const { folder } = await freshStudio(signal);
const given: Readonly<Record<string, unknown>> = { port: 0, 'log-level': 'error', grace: 0 };
const server = await startServer({ models: [], settings: readSettings([(name) => given[name]]), version: '', studio: folder });
const browser = await launchChromium();
try {
	const shelf = (await (await fetch(`${server.url}/shelf.json`)).json()) as { name: string; of?: string; url?: string }[];
	const whole = shelf.find((one) => one.of === 'smollm2' && one.url)?.name;
	mkdirSync(out, { recursive: true });
	if (only.length === 0) for (const old of readdirSync(out)) rmSync(join(out, old));
	const developer = await browser.newPage();
	// A map is minutes of work: drawn once, it is carried to the other variants.
	let maps: KeptMaps = {};
	for (const [name, { place, whole: better, press, has, to }] of Object.entries(PLACES)) {
		if (only.length && !only.includes(name)) continue;
		for (const { locale, size, shade } of VARIANTS) {
			const shown = whole && better ? { ...better, model: whole } : place;
			const context = await browser.newContext({
				locale,
				viewport: SIZES[size],
				hasTouch: size === 'phone',
				deviceScaleFactor: SCALES[size],
				colorScheme: shade,
				reducedMotion: 'reduce',
			});
			const page = await context.newPage();
			if (name === 'map') {
				await page.goto(server.url);
				await page.evaluate(keepMaps, maps);
			}
			await page.goto(`${server.url}/#${encodeURIComponent(JSON.stringify(shown))}`);
			if (name === 'map') await page.reload(); // so that it looks for what is kept
			const wait = (ready: () => boolean) =>
				page.waitForFunction(ready, undefined, { timeout: PATIENCE_MS }).catch(() => console.log(`${name} ${locale}: not ready in time`));
			// An answer often leads to the next question: nothing is awaited three times in a row.
			const quiet = async () => {
				for (let times = 0; times < 3; times++) {
					await page.waitForTimeout(200);
					await wait(
						() => document.querySelector('main[data-settled=true]') !== null && !document.querySelector('html[data-awaiting], .opening'),
					);
				}
			};
			await quiet();
			if (has) await page.locator(has).waitFor({ timeout: PATIENCE_MS });
			if (press && whole) {
				await page.locator(press).first().click();
				await quiet();
			}
			if (to) await page.locator(to).evaluate((part) => window.scrollTo(0, part.getBoundingClientRect().top + scrollY - 130));
			await page.waitForTimeout(500); // pictures are drawn after their numbers
			if (name === 'map') maps = await page.evaluate(keptMaps);
			const png = (await page.screenshot()).toString('base64');
			const webp = await developer.evaluate(asWebp, { png, quality: WEBP_QUALITY });
			writeFileSync(join(out, `${name}-${size}-${shade}-${locale}.webp`), Buffer.from(webp, 'base64'));
			await context.close();
		}
		console.log(name);
	}
	const bytes = readdirSync(out).reduce((sum, file) => sum + statSync(join(out, file)).size, 0);
	console.log(`${readdirSync(out).length} pictures, ${(bytes / 1e6).toFixed(1)} MB${whole ? '' : '; without the whole model'}`);
} finally {
	await browser.close();
	await server.stop();
}

/** What the studio keeps of maps in the browser's own file system (surfaces/studio/src/engine/map-store.ts): bytes by name. Runs in the page. */
async function keptMaps(): Promise<KeptMaps> {
	const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('maps', { create: true });
	const maps: Record<string, number[]> = {};
	for await (const name of folder.keys()) {
		const file = await (await folder.getFileHandle(name)).getFile();
		maps[name] = [...new Uint8Array(await file.arrayBuffer())];
	}
	return maps;
}

async function keepMaps(maps: KeptMaps): Promise<void> {
	const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('maps', { create: true });
	for (const [name, bytes] of Object.entries(maps)) {
		const writer = await (await folder.getFileHandle(name, { create: true })).createWritable();
		await writer.write(Uint8Array.from(bytes));
		await writer.close();
	}
}

/** Chromium's own encoder: a third of a PNG's size. Runs in the page. */
async function asWebp({ png, quality }: { png: string; quality: number }): Promise<string> {
	const image = new Image();
	image.src = `data:image/png;base64,${png}`;
	await image.decode();
	const canvas = document.createElement('canvas');
	[canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
	canvas.getContext('2d')!.drawImage(image, 0, 0);
	return canvas.toDataURL('image/webp', quality).slice('data:image/webp;base64,'.length);
}
