// Starts the real server on a free port, with the tiny model and the package's own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { readSettings, type Settings } from '../../surfaces/server/settings.ts';
import { type Running, startServer } from '../../surfaces/server/start.ts';
import { tinyModel } from './tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'tongsa-server-'));
const started: Running[] = [];
after(async () => {
	await Promise.all(started.map((one) => one.stop()));
	rmSync(folder, { recursive: true, force: true });
});

// A whole model that somebody has pulled must not stand in for the package's own.
for (const place of ['TONGSA_CACHE', 'HF_HUB_CACHE', 'OLLAMA_MODELS']) process.env[place] = join(folder, 'nothing');

/** The tiny model's file. */
export const TINY = join(folder, 'tiny.gguf');
writeFileSync(TINY, await tinyModel());

export interface Tested extends Running {
	post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
	/** Answer of a request that must succeed. */
	json<T = never>(path: string, body?: unknown): Promise<T>;
}

/** Stopped when the file's tests are over. */
export async function server(
	settings: Partial<Settings> = {},
	models: readonly string[] = [TINY, 'lecture', 'gpt-2', 'smollm2'],
): Promise<Tested> {
	const given: Readonly<Record<string, unknown>> = { port: 0, 'log-level': 'silent', grace: 1, ...settings };
	const running = await startServer({ models, settings: readSettings([(name) => given[name]]), version: '0.0.0' });
	started.push(running);
	const post: Tested['post'] = (path, body, headers) =>
		fetch(running.url + path, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...headers },
			body: typeof body === 'string' ? body : JSON.stringify(body),
		});
	return {
		...running,
		post,
		async json<T>(path: string, body?: unknown) {
			const response = body === undefined ? await fetch(running.url + path) : await post(path, body);
			const text = await response.text();
			if (!response.ok) throw new Error(`${response.status} ${text}`);
			return JSON.parse(text) as T;
		},
	};
}
