// The packed package in bundlers and in other runtimes: each builds or runs the same few lines, and must see what Node sees.
//
//     node bench/platforms/check.ts [esbuild webpack vite next bun deno workerd]

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { installPacked } from '../../scripts/packed.ts';
import { launchChromium } from '../../test-browser/chromium.ts';
import { serveStatic } from '../../test-browser/static-server.ts';

/** The library and a page's own lines; weights are the page's to serve, so that none may be among them. */
const MOST_BYTES = 4_000_000;

const here = resolve('bench/platforms');
const project = join(here, 'work');
mkdirSync(project, { recursive: true });
const { installed, remove } = installPacked({ project, build: !process.argv.includes('--no-build') });
const run = (program: string, words: readonly string[]): string => {
	const { status, stdout, stderr } = spawnSync(program, words, {
		cwd: project,
		encoding: 'utf8',
		env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
	});
	assert.equal(status, 0, `${program} ${words.join(' ')}\n${stdout}${stderr}`);
	return stdout + stderr;
};
const bin = (name: string): string => join(here, 'node_modules/.bin', name);

/** How each bundler is called with nothing set but what it needs to find the page; gives the folder to serve. */
const BUNDLERS: Readonly<Record<string, () => string>> = {
	none() {
		const map = JSON.stringify({ imports: { tongsa: '/node_modules/tongsa/dist/hosts/browser/index.js' } });
		writeFileSync(
			join(project, 'index.html'),
			`<!doctype html><script type="importmap">${map}</script><script type="module" src="/main.js"></script>`,
		);
		return project;
	},
	esbuild() {
		quiet(run(bin('esbuild'), ['main.js', '--bundle', '--format=esm', '--splitting', '--outdir=out-esbuild', '--log-level=warning']));
		// esbuild leaves workers where the library names them: beside the bundle.
		for (const worker of globSync(join(installed, 'dist/hosts/browser/*-worker.js')))
			cpSync(worker, join(project, 'out-esbuild', basename(worker)));
		return page('out-esbuild', 'main.js');
	},
	webpack() {
		const options = `{ mode: 'production', entry: './main.js', performance: false, output: { path: process.cwd() + '/out-webpack', filename: 'main.js' } }`;
		const code = `import webpack from 'webpack'; webpack(${options}, (error, stats) => { if (error) throw error; process.stdout.write(stats.toString('errors-warnings')); })`;
		assert.equal(run(process.execPath, ['--input-type=module', '-e', code]).trim(), 'webpack compiled successfully');
		return page('out-webpack', 'main.js');
	},
	vite() {
		writeFileSync(join(project, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
		const said = run(bin('vite'), ['build', '--outDir', 'out-vite']);
		assert.doesNotMatch(said, /externalized|warning|\.gguf/i, said);
		return join(project, 'out-vite');
	},
	next() {
		cpSync(join(here, 'next'), project, { recursive: true });
		run(bin('next'), ['build']);
		return join(project, 'out');
	},
};

const RUNTIMES: Readonly<Record<string, () => string>> = {
	node: () => run(process.execPath, ['paths.js']),
	bun: () => run(bin('bun'), ['paths.js']),
	deno: () => run(bin('deno'), ['run', '--allow-all', '--node-modules-dir=manual', 'paths.js']),
	workerd: () => run(process.execPath, ['workerd.js']),
};

const quiet = (said: string): void => assert.equal(said.trim(), '', said);

function page(folder: string, script: string): string {
	writeFileSync(join(project, folder, 'index.html'), `<!doctype html><script type="module" src="/${script}"></script>`);
	return join(project, folder);
}

/** What the page saw, in Chromium. */
async function inChromium(folder: string): Promise<object> {
	cpSync(resolve('models/smollm2.gguf'), join(folder, 'words.gguf'));
	cpSync(resolve('test/fixtures/families/llama.gguf'), join(folder, 'small.gguf'));
	const server = await serveStatic(folder);
	const browser = await launchChromium();
	try {
		const tab = await browser.newPage();
		const errors: string[] = [];
		tab.on('pageerror', (error) => errors.push(String(error)));
		tab.on('requestfailed', (request) => errors.push(`${request.url()} ${request.failure()?.errorText}`));
		await tab.goto(`${server.origin}/index.html`);
		await tab.waitForFunction(() => 'seen' in globalThis, undefined, { timeout: 30_000 }).catch(() => assert.fail(errors.join('\n')));
		const seen = await tab.evaluate(() => (globalThis as unknown as { seen: Promise<object> }).seen);
		assert.deepEqual(errors, []);
		const workers = server.requests.filter(({ path }) => /worker/.test(path)).length;
		console.log(`  ${workers} requests for workers`);
		return seen;
	} finally {
		await browser.close();
		await server.close();
	}
}

try {
	for (const file of ['main.js', 'runtime.js', 'paths.js', 'workerd.js']) cpSync(join(here, file), join(project, file));
	cpSync(resolve('test/fixtures/families/llama.gguf'), join(project, 'small.gguf'));
	const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
	const wanted = (name: string) => asked.length === 0 || asked.includes(name);
	const expected = JSON.parse(RUNTIMES['node']!());
	console.log('node', expected);
	for (const [name, build] of Object.entries(BUNDLERS).filter(([name]) => wanted(name))) {
		const folder = build();
		const bytes =
			name === 'none' ? 0 : globSync('**/*.*', { cwd: folder }).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
		assert.ok(bytes < MOST_BYTES, `${name}: ${bytes} bytes`);
		assert.deepEqual(await inChromium(folder), expected, name);
		console.log(`${name}: builds and runs in Chromium, ${(bytes / 1e6).toFixed(1)} MB`);
	}
	for (const [name, ask] of Object.entries(RUNTIMES).filter(([name]) => name !== 'node' && wanted(name))) {
		assert.deepEqual(JSON.parse(ask()), expected, name);
		console.log(`${name}: runs`);
	}
} finally {
	if (!process.argv.includes('--keep')) remove();
}
