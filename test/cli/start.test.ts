// start: the journey in the terminal, then the studio on this machine, until a signal ends it all.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import { addressesOf } from '../../surfaces/cli/addresses.ts';
import { COMMAND } from '../command.ts';
import { ENVIRONMENT, tongsa } from './run.ts';

/** Runs start until it has said all, asks at its address, and sends a signal. */
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
			const [, found] = /(http:\/\/[\w.:]+)/.exec(stdout) ?? [];
			if (found && (words.includes('--json') || /--lang \w\w, \w\w, \w\w\n$/.test(stdout))) done(found);
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
	test(`the studio's address is said first, then six sentences; ${signal} ends it with 0`, async () => {
		const { code, stdout, stderr, url } = await started(['--port', '0'], signal, async (address) => {
			const page = await fetch(address);
			assert.match(await page.text(), /<div id="studio">/);
			assert.equal(page.headers.get('cross-origin-embedder-policy'), 'require-corp');
			const model = await fetch(`${address}/models/smollm2.gguf`, { headers: { range: 'bytes=0-3' } });
			assert.equal(await model.text(), 'GGUF');
		});
		assert.deepEqual([code, stderr.replace('Building the studio, this once …\n', '')], [0, '']);
		assert.match(stdout, /^The studio, in your browser\n {2}http:\/\/127\.0\.0\.1:\d+\n/);
		assert.ok(url);
		assert.deepEqual(stdout.match(/^\d(?=\. )/gm), ['1', '2', '3', '4', '5', '6']);
		assert.match(stdout, / {4}I love you so much\. {2}✓ the same\n/);
	});
}

test('a port that was asked for and is taken is said in one line, and is no success', async () => {
	const server = await taken();
	const { port } = server.address() as { port: number };
	const { code, url, stdout, stderr } = await started(['--port', String(port)], 'SIGINT', async () => undefined);
	server.close();
	assert.deepEqual([code, url, stdout], [2, undefined, '']);
	assert.match(stderr, /^tongsa: the port is taken .*--port 0\n$/);
});

test('--json says where the studio is, and nothing else', async () => {
	const { code, stdout } = await started(['--json', '--port', '0'], 'SIGTERM', async (url) => {
		assert.match(await (await fetch(url)).text(), /<div id="studio">/);
	});
	assert.equal(code, 0);
	const { url, urls } = JSON.parse(stdout) as { url: string; urls: string[] };
	assert.deepEqual(urls, [url]);
});

test("the reader's language: --lang before LC_ALL before LANG; the sentence comes back in each", async () => {
	for (const [words, env, says] of [
		[['--lang', 'ko'], { LC_ALL: 'ja_JP.UTF-8' }, /언어 모델은[\s\S]*너를 정말 많이 사랑해\. {2}✓ 처음과 같음/],
		[[], { LC_ALL: 'ja_JP.UTF-8', LANG: 'ko_KR.UTF-8' }, /言語モデルは[\s\S]*あなたをとても愛しています。 {2}✓ 元と同じ/],
		[[], { LC_ALL: '', LANG: 'zh_CN.UTF-8' }, /语言模型[\s\S]*我非常爱你。 {2}✓ 与原文相同/],
		[[], { LC_ALL: 'C' }, /A language model reads[\s\S]*I love you so much\. {2}✓ the same/],
		[[], { LC_ALL: 'fr_FR.UTF-8' }, /A language model reads/],
	] as const) {
		const { code, stdout } = await tongsa(['start', '--terminal', ...words], { env });
		assert.equal(code, 0);
		assert.match(stdout, says);
	}
});

test('addresses on all networks, for others to type', () => {
	assert.deepEqual(addressesOf('http://127.0.0.1:8080'), ['http://127.0.0.1:8080']);
	const [own, ...others] = addressesOf('http://0.0.0.0:8080');
	assert.equal(own, 'http://127.0.0.1:8080');
	for (const one of others) assert.match(one, /^http:\/\/\d+\.\d+\.\d+\.\d+:8080$/);
});

test('a port that is no port is wrong usage, before anything is shown', async () => {
	const { code, stdout, stderr } = await started(['--port', 'x'], 'SIGINT', async () => undefined);
	assert.deepEqual([code, stdout], [2, '']);
	assert.match(stderr, /port.*0 to 65535/);
});
