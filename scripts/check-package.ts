// Checks the package as npm would install it: packs it, unpacks it into an empty project, and tries its types, its page's side in Chromium,
// and on each Node that may run it its command, its library, a worker and the server. With --suites also the tests that go through the command
// line, hostile files among them, on each Node. Needs no network: `npm ci --prefix toolchain/older` has brought the older Nodes.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { launchChromium } from '../test-browser/chromium.ts';
import { serveStatic } from '../test-browser/static-server.ts';
import { walkImports } from './imports.ts';
import { installPacked } from './packed.ts';

const SUITES = process.argv.includes('--suites');

const LIBRARY = `import { openModel } from 'tongsa';
const model = await openModel('smollm2');
const { shape } = await model.embed('I love you so much.');
const { matches } = await model.nearest(' love', { top: 1 });
const steps = model.tokenizer?.merges('love').length;
const { points } = await model.trace('I love', { at: ['blocks.0.attention.weights'] });
const heads = points['blocks.0.attention.weights']?.shape;
const conversation = await model.template([{ role: 'user', content: 'Hi' }]);
await model.close();
const small = await openModel(process.argv[2]!);
const ids: number[] = [];
for await (const { id } of small.generate([5, 9, 2, 31, 7], { maxTokens: 4, stopIds: [] })) ids.push(id);
await small.close();
console.log(JSON.stringify({ shape, nearest: matches[0]?.text, steps, heads, prompt: conversation.text.length, ids }));
`;
/** What TypeScript may be told of the world around: Node alone, and a page. */
const TYPES = [
	{ lib: ['ES2022'], types: ['node'] },
	{ lib: ['ES2024', 'DOM'], types: ['node'] },
];
const SMALL = resolve('test/fixtures/families/llama.gguf');

const { project, installed, version, remove } = installPacked();
const run = (program: string, words: readonly string[], cwd = project): string => execFileSync(program, words, { cwd, encoding: 'utf8' });

try {
	const nodes = [...olderNodes(), process.execPath];
	types();
	await page();
	for (const node of nodes) await smoke(node);
	const failed = SUITES ? nodes.filter((node) => !suites(node)) : [];
	assert.deepEqual(failed, [], "the command line's tests");
} finally {
	remove();
}

/** Node 22, 24, … as toolchain/older has them for this machine. */
function olderNodes(): string[] {
	const found = globSync(`toolchain/older/node_modules/node-*-${process.platform}-${process.arch}/bin/node`).map((path) => resolve(path));
	assert.ok(found.length > 0 || !SUITES, 'no older Node is here: npm ci --prefix toolchain/older');
	return found.sort();
}

function types(): void {
	writeFileSync(join(project, 'library.ts'), LIBRARY);
	writeFileSync(join(project, 'library.js'), LIBRARY.replaceAll('!', '').replace(': number[]', ''));
	run('ln', ['-s', resolve('node_modules/@types'), resolve('node_modules/undici-types'), join(project, 'node_modules')]);
	for (const around of TYPES) {
		const compilerOptions = { strict: true, noEmit: true, module: 'NodeNext', target: 'ES2022', ...around };
		writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['library.ts'] }));
		run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.']);
	}
	console.log('types: as declared, with the DOM and without');
}

/** No file that a page comes to asks for anything outside the package; and a page without a bundler runs it. */
async function page(): Promise<void> {
	const { files, outside } = walkImports([
		join(installed, 'dist/hosts/browser/index.js'),
		...globSync(join(installed, 'dist/hosts/browser/*-worker.js')),
	]);
	assert.deepEqual([...outside], []);
	assert.ok(files.size > 10);
	const server = await serveStatic(installed);
	const browser = await launchChromium();
	try {
		const tab = await browser.newPage();
		await tab.goto(server.origin);
		const shape = await tab.evaluate(async () => {
			const { openModel } = (await import(`${location.origin}/dist/hosts/browser/index.js`)) as typeof import('../hosts/browser/index.ts');
			const model = await openModel('/models/smollm2.gguf');
			const { points } = await model.trace('I love', { at: ['blocks.0.output'] });
			await model.close();
			return points['blocks.0.output']!.shape;
		});
		assert.deepEqual(shape, [2, 576]);
	} finally {
		await browser.close();
		await server.close();
	}
	console.log(`page: ${files.size} files, and it runs in Chromium`);
}

async function smoke(node: string): Promise<void> {
	const bin = join(installed, 'bin/tongsa.js');
	const tongsa = (...words: string[]): string => run(node, [bin, ...words]);
	assert.match(readFileSync(join(installed, 'dist/studio/LICENSES.txt'), 'utf8'), /react-aria-components/);
	assert.equal(tongsa('--version').trim(), version);
	assert.match(tongsa('start', '--terminal', '--lang', 'en'), / {4}I love you so much\. {2}✓ the same/);
	const { shape, rows } = JSON.parse(tongsa('embed', 'lecture', 'I love you so much.', '--json'));
	assert.deepEqual(shape, [8, 4]);
	assert.deepEqual(rows[0], [0.481, -0.7042, -0.7409, 0.14624]);
	assert.match(tongsa('template', 'smollm2', '--messages', '[{"role":"user","content":"Hi"}]'), /<\|im_start\|>user\nHi/);
	assert.match(tongsa('doctor'), /Node/);
	const answer = JSON.parse(run(node, ['library.js', SMALL])) as { steps: number; prompt: number };
	const seen = { shape: [6, 576], nearest: ' love', heads: [9, 2, 2], ids: [25, 47, 47, 47] };
	assert.deepEqual(answer, { ...seen, steps: answer.steps, prompt: answer.prompt });
	assert.ok(answer.steps > 0 && answer.prompt > 20);
	await served(node, bin);
	console.log(`${run(node, ['--version']).trim()}: command, library, worker and server`);
}

/** The server answers, and ends when it is told to. */
async function served(node: string, bin: string): Promise<void> {
	const child = spawn(node, [bin, 'serve', 'smollm2', '--port', '0', '--log-level', 'silent'], {
		cwd: project,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	try {
		const ended = new Promise((done) => child.on('exit', done));
		const url = await new Promise<string>((done, fail) => {
			child.stdout.setEncoding('utf8').on('data', (text: string) => {
				const found = /http:\/\/[\w.:]+/.exec(text)?.[0];
				if (found) done(found);
			});
			void ended.then((code) => fail(new Error(`the server ended with ${code}`)));
		});
		const body = JSON.stringify({ model: 'smollm2', content: 'I love you' });
		const response = await fetch(`${url}/tokenize`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
		const models = await fetch(`${url}/v1/models`);
		assert.ok(models.ok && response.status < 500, `${models.status} ${response.status}`);
		assert.match(await (await fetch(url)).text(), /<!doctype html>/i);
		child.kill('SIGTERM');
		assert.equal(await ended, 0);
	} finally {
		child.kill('SIGKILL');
	}
}

/** Whether the command line's tests and the hostile files pass on the package. */
function suites(node: string): boolean {
	console.log(node);
	const command = [node, join(installed, 'bin/tongsa.js')].join(' ');
	const files = globSync(['test/cli/*.test.ts', 'test/hostile/hostile.test.ts']);
	const { status } = spawnSync(process.execPath, ['--conditions=tongsa-source', '--test', '--test-reporter=dot', ...files], {
		stdio: 'inherit',
		env: { ...process.env, TONGSA_COMMAND: command },
	});
	return status === 0;
}
