// Runs the real command line as a child process, as a person or a script does.

import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMAND } from '../command.ts';

export interface Result {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** stdout as JSON. */
	json<T>(): T;
}

export interface Given {
	readonly stdin?: string | Uint8Array;
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Ctrl-C, when this has come. */
	readonly interrupt?: Promise<unknown>;
}

/** Compiled code is kept between the many runs. Colours and places of the machine that runs the tests must not show. */
export const ENVIRONMENT = {
	NODE_COMPILE_CACHE: join(tmpdir(), 'tongsa-test-compiled'),
	NO_COLOR: '1',
	LC_ALL: 'C',
	COLUMNS: '100',
	HF_ENDPOINT: 'http://127.0.0.1:1',
	TONGSA_CACHE: '/nonexistent',
	HF_HUB_CACHE: '/nonexistent',
	OLLAMA_MODELS: '/nonexistent',
};

export function tongsa(words: readonly string[], given: Given = {}): Promise<Result> {
	return new Promise((done, fail) => {
		const child = spawn(COMMAND[0]!, [...COMMAND.slice(1), ...words], {
			env: { ...process.env, ...ENVIRONMENT, ...given.env },
			...(given.cwd && { cwd: given.cwd }),
		});
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
		child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
		child.stdin.on('error', () => undefined); // a verb that reads nothing closes it
		child.stdin.end(given.stdin ?? '');
		child.on('error', fail);
		child.on('close', (code) => done({ code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T }));
		void given.interrupt?.then(() => child.kill('SIGINT'));
	});
}
