// Every hostile file through the command line: one line on stderr, exit code 1 or 2, no stack trace, in bounded time and memory.
// Each case meets a verb that must refuse it, or any by turns; with TONGSA_HOSTILE=all every verb.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { COMMAND } from '../command.ts';
import { CASES, type Case } from './cases.ts';
import type { Verb } from './folders.ts';
import { LARGE } from './large.ts';

const ALL = process.env.TONGSA_HOSTILE === 'all';
/** By the clock, on a machine that does other things: a hang, not a slow second. */
const TIME_LIMIT_MS = 60_000;
/**
 * Growth over what the command takes for a sound small file: a small multiple of the file, and what a collector leaves lying; for a chat
 * template also the worker that it may fill (hosts/node/template.ts).
 */
const MEMORY = { times: 16, megabytes: 160, template: 160 };
/** For large files the multiple counts, and the rest is held tighter; a text long enough that the whole model is made ready for it. */
const LARGE_MEGABYTES = 96;
const LONG_TEXT = 'I love you so much. 사랑해요 '.repeat(60);

/** Tells what the process took at most, when it ends. */
const MEASURE = `data:text/javascript,${encodeURIComponent(
	"import{writeSync}from'node:fs';import{isMainThread}from'node:worker_threads';" +
		"if(isMainThread)process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))",
)}`;

const TEXT = 'I love you so much. aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const WORDS: Readonly<Record<Verb, (model: string, folder: string) => readonly string[]>> = {
	info: (model) => ['info', model],
	tokenize: (model) => ['tokenize', model, TEXT],
	embed: (model) => ['embed', model, '--ids', '1,2'],
	nearest: (model) => ['nearest', model, '--vector', '1,2,3,4'],
	trace: (model) => ['trace', model, '--ids', '1,2', '--at', 'embedding.output'],
	extract: (model, folder) => ['extract', model, '-o', join(folder, 'out.gguf')],
	template: (model) => ['template', model, '--messages', '[{"role": "user", "content": "a"}]'],
	compare: (model) => ['compare', model, 'lecture', 'I love'],
};
const VERBS = Object.keys(WORDS) as Verb[];

let work: string;
let standard: number;
before(async () => {
	work = mkdtempSync(join(tmpdir(), 'tongsa-hostile-'));
	standard = (await run(WORDS.tokenize('gpt-2', work))).megabytes;
});
after(() => rmSync(work, { recursive: true, force: true }));

interface Ran {
	readonly code: number | null;
	readonly stderr: string;
	readonly megabytes: number;
}

function run(words: readonly string[]): Promise<Ran> {
	return new Promise((done, fail) => {
		const child = spawn(COMMAND[0]!, ['--import', MEASURE, ...COMMAND.slice(1), ...words], {
			env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'tongsa-test-compiled'), NO_COLOR: '1', LC_ALL: 'C' },
			stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
			timeout: TIME_LIMIT_MS,
			killSignal: 'SIGKILL',
		});
		let stderr = '';
		let used = '';
		child.stderr!.setEncoding('utf8').on('data', (text) => (stderr += text));
		(child.stdio[3] as NodeJS.ReadableStream).setEncoding('utf8').on('data', (text: string) => (used += text));
		child.on('error', fail);
		child.on('close', (code) => done({ code, stderr, megabytes: Number(used) / 1024 }));
	});
}

/** Answered, or refused in one line that says what and where. Gives a line on it for messages. */
function properly(verb: Verb, { code, stderr, megabytes }: Ran): string {
	const said = `${verb}: exit ${code}, ${megabytes.toFixed(0)} MB: ${stderr}`;
	assert.ok(code === 0 || code === 1 || code === 2, said);
	if (code !== 0) assert.match(stderr, /^tongsa: [^\n]{10,1500}\n$/, said);
	assert.doesNotMatch(stderr, /defect|node_modules\/(?!tongsa\/)|\bat .*:\d+:\d+|undefined|\[object/, said);
	return said;
}

/** Writes the files; the path of the one, or of the folder. */
function written(folder: string, files: Case[1]): string {
	mkdirSync(folder);
	for (const [name, content] of Object.entries(files)) {
		const path = join(folder, name.replace(/@$/, ''));
		mkdirSync(dirname(path), { recursive: true });
		if (content === null) mkdirSync(path);
		else if (name.endsWith('@')) symlinkSync(String(content), path);
		else writeFileSync(path, content);
	}
	const names = Object.keys(files);
	return names.length === 1 && !/^(tokenizer|vocab)\./.test(names[0]!) ? join(folder, names[0]!.replace(/@$/, '')) : folder;
}

test('there are enough of them, each under its own name', () => {
	assert.equal(new Set(CASES.map(([name]) => name)).size, CASES.length);
	assert.ok(CASES.length > 150, `${CASES.length}`);
});

test('hostile files', { concurrency: availableParallelism() }, async (t) => {
	await Promise.all(
		CASES.map(([name, files, refuses], i) =>
			t.test(name, async () => {
				const folder = join(work, String(i));
				const model = written(folder, files);
				const size = Object.values(files).reduce((sum, content) => sum + (content?.length ?? 0), 0) / 1e6;
				const verbs = ALL ? VERBS : [refuses[i % refuses.length] ?? VERBS[i % VERBS.length]!];
				for (const verb of verbs) {
					const { code, stderr, megabytes } = await run(WORDS[verb](model, folder));
					const said = properly(verb, { code, stderr, megabytes });
					if (refuses.includes(verb)) assert.notEqual(code, 0, said);
					const most = standard + MEMORY.megabytes + MEMORY.times * size + (verb === 'template' ? MEMORY.template : 0);
					assert.ok(megabytes > 0 && megabytes < most, `${said} of ${most.toFixed(0)}`);
					if (code !== 0) assert.ok(!existsSync(join(folder, 'out.gguf')), 'nothing half-written stays');
					rmSync(join(folder, 'out.gguf'), { force: true });
				}
				rmSync(folder, { recursive: true, force: true });
			}),
		),
	);
});

test('large hostile files take a small multiple of themselves', async (t) => {
	for (const [i, [name, make]] of LARGE.entries())
		await t.test(name, async () => {
			const folder = join(work, `large-${i}`);
			const files = make();
			const model = written(folder, files);
			const size = Object.values(files).reduce((sum, { length }) => sum + length, 0) / 1e6;
			const ran = await run(['tokenize', model, LONG_TEXT]);
			const most = standard + LARGE_MEGABYTES + MEMORY.times * size;
			const said = properly('tokenize', ran);
			assert.ok(ran.megabytes > 0 && ran.megabytes < most, `${said} of ${most.toFixed(0)}, ${size.toFixed(1)} MB of files`);
			rmSync(folder, { recursive: true, force: true });
		});
});
