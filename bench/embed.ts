// From process start to a sentence's embedding matrix: the command line against what other programs need to load the same model, and
// against itself on a sparse file of 8 GB. Every program has its turn in every round; medians count.
//
//     npm run build && npm install --prefix bench
//     node --conditions=tongsa-source bench/embed.ts MODEL.gguf [FOLDER with safetensors, FOLDER with the same model's onnx/model.onnx]

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSource } from '../hosts/node/file.ts';
import type { ByteSource } from '../src/bytes/source.ts';
import type { TensorInfo } from '../src/formats/checkpoint.ts';
import { readGguf } from '../src/formats/gguf/read.ts';
import { type GgufValue, writeGguf } from '../src/formats/gguf/write.ts';

const ROUNDS = 9;
const TEXT = 'I love you so much.';
const SPARSE_BYTES = 8e9;

const [gguf, safetensors, onnx] = process.argv.slice(2);
assert.ok(gguf, 'usage: bench/embed.ts MODEL.gguf [FOLDER FOLDER]');
assert.ok(existsSync('dist/surfaces/cli/main.js'), 'dist/ is what is measured: npm run build');
const work = mkdtempSync(join(tmpdir(), 'tongsa-bench-'));

/** The package's command: bin/tongsa.js takes dist/ and keeps compiled code where there are no sources. */
const packaged = (model: string): Program => ({
	words: ['dist/surfaces/cli/main.js', 'embed', model, TEXT, '--json'],
	env: { NODE_COMPILE_CACHE: join(work, 'compiled') },
});

interface Program {
	readonly words: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
}

interface Turn {
	readonly milliseconds: number;
	readonly output: string;
}

function turn({ words, env }: Program): Promise<Turn> {
	const started = performance.now();
	const child = spawn(process.execPath, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	let problem = '';
	let milliseconds = 0;
	child.stdout.setEncoding('utf8').on('data', (text) => {
		// What a program says first is the whole answer's beginning: how long it takes to end is its own affair.
		milliseconds ||= performance.now() - started;
		output += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text) => (problem += text));
	return new Promise((done, fail) => {
		child.on('close', (code) => {
			if (code === 0) done({ milliseconds, output });
			else fail(new Error(`${words[0]} ended with ${code}: ${problem}`));
		});
	});
}

/** Median of each program's turns, and its last output. The first round is not counted: files and compiled code come into their caches. */
async function sideBySide(programs: Readonly<Record<string, Program>>): Promise<Record<string, Turn>> {
	const times = new Map<string, number[]>();
	const outputs = new Map<string, string>();
	for (let round = 0; round <= ROUNDS; round++) {
		for (const [name, program] of Object.entries(programs)) {
			const { milliseconds, output } = await turn(program);
			if (round > 0) times.set(name, [...(times.get(name) ?? []), milliseconds]);
			outputs.set(name, output);
		}
	}
	return Object.fromEntries(
		[...times].map(([name, all]) => [name, { milliseconds: all.toSorted((a, b) => a - b)[all.length >> 1]!, output: outputs.get(name)! }]),
	);
}

function print(title: string, turns: Readonly<Record<string, Turn>>, against: string, note: (turn: Turn) => string): void {
	console.log(`\n${title}`);
	for (const [name, one] of Object.entries(turns)) {
		const ratio = one.milliseconds / turns[against]!.milliseconds;
		console.log(`  ${name.padEnd(44)} ${one.milliseconds.toFixed(0).padStart(6)} ms  ×${ratio.toFixed(1).padEnd(6)} ${note(one)}`);
	}
}

const ours = (turn: Turn) =>
	JSON.parse(turn.output) as { shape: number[]; ids: number[]; rows: number[][]; provenance: { bytesRead: number } };
const shown = (one: Turn): string => {
	const { shape, provenance } = ours(one);
	return `${shape.join(' × ')}, ${provenance.bytesRead.toLocaleString('en')} bytes read`;
};
const installed = (name: string): boolean => existsSync(join('bench/node_modules', name));

/** The same metadata and tensors, and behind them tensors of zeros that take no room on the disk. */
async function makeSparse(path: string): Promise<void> {
	const { source, entries, tensors, alignment } = await readGguf(await fileSource(gguf!));
	const metadata = new Map<string, GgufValue>(
		[...entries].map(([key, { byteOffset, byteLength }]) => [key, { type: 'copy', source, byteOffset, byteLength }]),
	);
	const zeros = new Uint8Array(2 ** 22);
	const hole = { ...source, read: async (_at: number, length: number) => zeros.subarray(0, length) } as ByteSource;
	const width = 4096;
	const rows = Math.ceil(SPARSE_BYTES / 8 / width / 4);
	const holes = Array.from({ length: 8 }, (_, i): TensorInfo => {
		return { name: `hole.${i}.weight`, shape: [rows, width], dtype: 'F32', source: hole, byteOffset: 0, byteLength: rows * width * 4 };
	});
	const file = await open(path, 'w');
	let at = 0;
	await writeGguf(
		{
			async write(bytes) {
				if (bytes.buffer !== zeros.buffer) await file.write(bytes, 0, bytes.length, at);
				at += bytes.length;
			},
		},
		{ metadata, tensors: [...tensors.values(), ...holes], alignment },
	);
	await file.truncate(at);
	await file.close();
	await source.close();
}

/** A web server that knows ranges, for one file. */
async function serve(path: string): Promise<{ readonly url: string; close(): void }> {
	const { size } = statSync(path);
	const file = await open(path);
	const server = createServer(async ({ method, headers }, response) => {
		const [, from, to] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '') ?? [];
		const common = { 'accept-ranges': 'bytes', etag: '"1"' };
		if (method === 'HEAD' || from === undefined) return response.writeHead(200, { ...common, 'content-length': size }).end();
		const last = Math.min(Number(to), size - 1);
		const bytes = Buffer.alloc(last - Number(from) + 1);
		await file.read(bytes, 0, bytes.length, Number(from));
		response.writeHead(206, { ...common, 'content-length': bytes.length, 'content-range': `bytes ${from}-${last}/${size}` }).end(bytes);
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.gguf`,
		close() {
			server.close();
			void file.close();
		},
	};
}

try {
	const same: Record<string, Program> = {
		'Tongsa, the package': packaged(gguf),
		'Tongsa, the sources': { words: ['bin/tongsa.js', 'embed', gguf, TEXT, '--json'] },
	};
	const llama = installed('node-llama-cpp');
	if (llama) same['node-llama-cpp, load and tokenize'] = { words: ['bench/peers/embed-llama.ts', gguf, TEXT] };
	const turns = await sideBySide(same);
	print(`${gguf}, "${TEXT}"`, turns, 'Tongsa, the package', (one) => (one.output.startsWith('{') ? shown(one) : ''));
	if (llama) assert.deepEqual(JSON.parse(turns['node-llama-cpp, load and tokenize']!.output), ours(turns['Tongsa, the package']!).ids);
	else console.log('  node-llama-cpp is not here: npm install --prefix bench');

	if (safetensors && onnx && installed('@huggingface/transformers')) {
		const name = '@huggingface/transformers, load and tokenize';
		const turns = await sideBySide({
			'Tongsa, the package': packaged(safetensors),
			[name]: { words: ['bench/peers/embed-transformers.ts', onnx, TEXT] },
		});
		print(`${safetensors} and ${onnx}`, turns, 'Tongsa, the package', (one) => (one.output.startsWith('{') ? shown(one) : ''));
		assert.deepEqual(JSON.parse(turns[name]!.output), ours(turns['Tongsa, the package']!).ids);
	} else console.log('\n@huggingface/transformers: not measured; it needs two folders with the same model, and npm install --prefix bench');

	const sparse = join(work, 'sparse.gguf');
	await makeSparse(sparse);
	const servers = await Promise.all([gguf, sparse].map(serve));
	const size = (path: string): string => `${(statSync(path).size / 1e6).toLocaleString('en', { maximumFractionDigits: 0 })} MB`;
	const sizes = await sideBySide({
		[`${size(gguf)}`]: packaged(gguf),
		[`${size(sparse)}, sparse`]: packaged(sparse),
		[`${size(gguf)} over HTTP`]: packaged(servers[0]!.url),
		[`${size(sparse)} over HTTP, sparse`]: packaged(servers[1]!.url),
	});
	for (const server of servers) server.close();
	print('The same tokenizer and table in a small and in a large file', sizes, size(gguf), shown);
	const [first, ...others] = Object.values(sizes).map((one) => ours(one).rows);
	for (const rows of others) assert.deepEqual(rows, first);
} finally {
	rmSync(work, { recursive: true, force: true });
}
