// Builds the studio into a temporary folder, serves it as `tongsa serve` does, and opens it in Chromium.

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
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
