// Starts the Chromium that npm ci brought (@sparticuz/chromium, a plain package without an install script).

import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** CHROMIUM_PATH names another Chromium, for platforms that the package has none for. */
export async function launchChromium(): Promise<Browser> {
	const executablePath = process.env['CHROMIUM_PATH'] ?? (await chromium.executablePath());
	return playwright.launch({ executablePath, args: chromium.args, headless: true });
}
