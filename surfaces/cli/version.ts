// The version that runs.

import { readFile } from 'node:fs/promises';

/** The package's version, from the package.json that stands nearest above this file. */
export async function version(): Promise<string> {
	for (const path of ['../../package.json', '../../../package.json']) {
		const text = await readFile(new URL(path, import.meta.url), 'utf8').catch(() => undefined);
		if (text) return `${(JSON.parse(text) as { version: string }).version}\n`;
	}
	return 'unknown\n';
}
