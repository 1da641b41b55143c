// A page of Chromium beside the repo's files, for the tests of the library in a browser.

import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { type StaticServer, serveStatic } from './static-server.ts';

/** Opens it before the tests of a file and closes it after them. */
export function useLibraryPage(): () => { readonly page: Page; readonly server: StaticServer } {
	let server: StaticServer;
	let browser: Browser;
	let page: Page;
	before(async () => {
		server = await serveStatic('.');
		browser = await launchChromium();
		page = await browser.newPage();
		await page.goto(server.origin);
	});
	after(async () => {
		await browser?.close();
		await server?.close();
	});
	return () => ({ page, server });
}
