// start: the journey in the terminal, then the studio on this machine, until a signal ends it all.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import { COMMAND } from '../command.ts';
import { ENVIRONMENT } from './run.ts';

/** Runs start until its last line is an address, asks there, and sends a signal. */
async function started(words: readonly string[], signal: NodeJS.Signals, ask: (url: string) => Promise<void>) {
	const child = spawn(COMMAND[0]!, [...COMMAND.slice(1), 'start', '--no-open', ...words], {
		env: { ...process.env, ...ENVIRONMENT },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	const ended = new Promise<number | null>((done) => child.on('close', done));
	child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
	const url = await new Promise<string | undefined>((done) => {
		child.stdout.setEncoding('utf8').on('data', (text) => {
			stdout += text;
			const [, found] = /^(http:\/\/\S+)\n$/m.exec(stdout) ?? [];
			if (found) done(found);
		});
		void ended.then(() => done(undefined));
	});
	if (url !== undefined) {
		await ask(url);
		child.kill(signal);
	}
	return { code: await ended, url, stdout, stderr };
}

const taken = (): Promise<Server> => {
	const server = createServer();
	return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	test(`after the journey the studio is served, its address is the last line, and ${signal} ends it with 0`, async () => {
		const { code, stdout, stderr, url } = await started(['--port', '0'], signal, async (address) => {
			const page = await fetch(address);
			assert.match(await page.text(), /<div id="studio">/);
			assert.equal(page.headers.get('cross-origin-embedder-policy'), 'require-corp');
			const model = await fetch(`${address}/models/smollm2.gguf`, { headers: { range: 'bytes=0-3' } });
			assert.equal(await model.text(), 'GGUF');
		});
		assert.deepEqual([code, stderr], [0, '']);
		assert.match(url!, /^http:\/\/127\.0\.0\.1:\d+$/);
		assert.equal(stdout.match(/✓ the same/g)?.length, 5);
	});
}

test('a port that was asked for and is taken is said in one line; the journey is shown all the same', async () => {
	const server = await taken();
	const { port } = server.address() as { port: number };
	const { code, url, stdout, stderr } = await started(['--port', String(port)], 'SIGINT', async () => undefined);
	server.close();
	assert.deepEqual([code, url], [0, undefined]);
	assert.match(stderr, /^tongsa: no studio: the port is taken .*--port 0\n$/);
	assert.equal(stdout.match(/✓ the same/g)?.length, 5);
});

test('a port that is no port is wrong usage, before anything is shown', async () => {
	const { code, stdout, stderr } = await started(['--port', 'x'], 'SIGINT', async () => undefined);
	assert.deepEqual([code, stdout], [2, '']);
	assert.match(stderr, /port.*0 to 65535/);
});
