// Builds the studio into a temporary folder, serves it as `tongsa serve` does, and opens it in Chromium.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { launchChromium } from './chromium.ts';
import { type StaticServer, serveStatic } from './static-server.ts';

export const repo = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export interface Studio {
	readonly browser: Browser;
	readonly server: StaticServer;
	/** Folder of the built files. */
	readonly folder: string;
	/** A fresh page of the studio at a place (the JSON of its address), with no memory of earlier pages. `home`: where another server has it. */
	open(place: object, options?: BrowserContextOptions, home?: string): Promise<Page>;
	/** Fails if any page that was opened asked anything of another origin. */
	close(): Promise<void>;
}

export async function startStudio(): Promise<Studio> {
	const folder = mkdtempSync(join(tmpdir(), 'tongsa-studio-'));
	await build({ configFile: repo('surfaces/studio/vite.config.ts'), logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
	symlinkSync(repo('models'), join(folder, 'models'));
	const server = await serveStatic(folder);
	const browser = await launchChromium();
	const outside: string[] = [];
	return {
		browser,
		server,
		folder,
		async open(place, options = {}, home = `${server.origin}/index.html`) {
			const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 }, ...options });
			context.on('request', (request) => {
				if (!request.url().startsWith(new URL(home).origin) && !/^(?:blob|data):/.test(request.url())) outside.push(request.url());
			});
			const page = await context.newPage();
			await page.goto(`${home}#${hashOf(place)}`);
			return page;
		},
		async close() {
			await browser.close();
			await server.close();
			rmSync(folder, { recursive: true, force: true });
			assert.deepEqual(outside, []);
		},
	};
}

/** A studio for the tests of a file. */
export function useStudio(): () => Studio {
	let studio: Studio;
	before(async () => {
		studio = await startStudio();
	});
	after(() => studio?.close());
	return () => studio;
}

const hashOf = (place: object): string => encodeURIComponent(JSON.stringify(place));
export const addressOf = (server: StaticServer, place: object): string => `${server.origin}/index.html#${hashOf(place)}`;

export const lesson = (step: number, rest: object = {}) => ({ view: 'lesson', options: { step }, ...rest });

/** Errors of the page itself, collected from its start. */
export function troubles(page: Page): string[] {
	const found: string[] = [];
	page.on('pageerror', (error) => found.push(error.message));
	page.on('console', (message) => message.type() === 'error' && found.push(message.text()));
	return found;
}

/** Until a place is shown and nothing is awaited. An answer often leads to the next question: three quiet looks in a row. */
export async function quiet(page: Page, timeout = 60_000): Promise<void> {
	for (let times = 0; times < 3; times++) {
		await page.waitForFunction(
			() => document.querySelector('main[data-settled=true]') && !document.querySelector('html[data-awaiting], .opening, .busy'),
			undefined,
			{ timeout },
		);
		await page.evaluate(() => new Promise((done) => setTimeout(done, 50)));
	}
}

/** CSS pixels by which the page is wider than its window, and of its smallest text. */
export const sizes = (page: Page): Promise<{ over: number; smallest: number }> =>
	page.evaluate(() => {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		let smallest = Infinity;
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			if (node.textContent?.trim()) smallest = Math.min(smallest, Number.parseFloat(getComputedStyle(node.parentElement!).fontSize));
		}
		return { over: document.documentElement.scrollWidth - innerWidth, smallest };
	});

/** A wide screen and a phone. */
export const WIDTHS = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe holds against a page in either width and either theme, serious things alone; and by how much it is too wide. */
export async function findingsEverywhere(page: Page): Promise<string[]> {
	const found: string[] = [];
	for (const [name, viewport] of Object.entries(WIDTHS)) {
		await page.setViewportSize(viewport);
		await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))); // canvases follow
		const { over } = await sizes(page);
		if (over > 0) found.push(`${name}: ${over} px too wide`);
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			found.push(...(await seriousFindings(page)).map((finding) => `${name}, ${colorScheme}: ${finding}`));
		}
	}
	return found;
}

async function seriousFindings(page: Page): Promise<string[]> {
	await page.evaluate(axe);
	return page.evaluate(async () => {
		const { axe } = globalThis as unknown as {
			axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
		};
		const { violations } = await axe.run();
		return violations
			.filter(({ impact }) => impact === 'serious' || impact === 'critical')
			.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
	});
}
