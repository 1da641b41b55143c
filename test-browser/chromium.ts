// Starts the Chromium that npm ci brought (@sparticuz/chromium, a plain package without an install script).

import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** Flags that suit a cloud function, not a test: one process dies with its first page, and a page's own network rules must hold. */
const UNWANTED: readonly string[] = ['--single-process', '--no-zygote', '--disable-web-security', '--allow-running-insecure-content'];

/** CHROMIUM_PATH names another Chromium, for platforms that the package has none for. */
export async function launchChromium(): Promise<Browser> {
	const executablePath = process.env['CHROMIUM_PATH'] ?? (await chromium.executablePath());
	// A name that is not localhost: pages under it have no secure context, as on a network without https.
	const names = '--host-resolver-rules=MAP studio.test 127.0.0.1';
	return playwright.launch({ executablePath, args: [...chromium.args.filter((flag) => !UNWANTED.includes(flag)), names], headless: true });
}
