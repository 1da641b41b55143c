// Builds the studio into a temporary folder, serves it as `tongsa serve` does, and opens it in Chromium.

import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { launchChromium } from './chromium.ts';
import { type StaticServer, serveStatic } from './static-server.ts';

const repo = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export interface Studio {
	readonly browser: Browser;
	readonly server: StaticServer;
	/** Folder of the built files. */
	readonly folder: string;
	/** A fresh page of the studio at a place (the JSON of its address), with no memory of earlier pages. */
	open(place: object, options?: BrowserContextOptions): Promise<Page>;
	close(): Promise<void>;
}

export async function startStudio(): Promise<Studio> {
	const folder = mkdtempSync(join(tmpdir(), 'tongsa-studio-'));
	await build({ configFile: repo('surfaces/studio/vite.config.ts'), logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
	symlinkSync(repo('models'), join(folder, 'models'));
	const server = await serveStatic(folder);
	const browser = await launchChromium();
	return {
		browser,
		server,
		folder,
		async open(place, options = {}) {
			const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 }, ...options });
			const page = await context.newPage();
			await page.goto(addressOf(server, place));
			return page;
		},
		async close() {
			await browser.close();
			await server.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

export const addressOf = (server: StaticServer, place: object): string =>
	`${server.origin}/index.html#${encodeURIComponent(JSON.stringify(place))}`;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe holds against a page, serious things alone. */
export async function seriousFindings(page: Page): Promise<string[]> {
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
