// Cloudflare's runtime: the same lines in workerd, bundled as its tools do, models handed over as bytes.

import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const entry = `
import { see } from './runtime.js';
export default { async fetch(request, { WORDS, SMALL }) {
	try { return Response.json(await see(new Uint8Array(WORDS), new Uint8Array(SMALL))); }
	catch (error) { return Response.json({ error: String(error?.stack ?? error) }); }
} };`;
const { outputFiles } = await build({
	stdin: { contents: entry, resolveDir: '.' },
	bundle: true,
	format: 'esm',
	conditions: ['workerd', 'worker', 'browser'],
	write: false,
	outfile: 'worker.js',
});
const worker = new Miniflare({
	modules: true,
	script: outputFiles[0].text,
	compatibilityDate: '2026-04-01',
	dataBlobBindings: { WORDS: 'node_modules/tongsa/models/smollm2.gguf', SMALL: 'small.gguf' },
});
console.log(await (await worker.dispatchFetch('http://localhost/')).text());
await worker.dispose();
void readFileSync;
