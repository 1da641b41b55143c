// Bad input to the command line: one line on stderr, exit code 1, no stack trace, nothing on stdout, nothing left behind.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tongsa } from './run.ts';

const LECTURE = readFileSync(new URL('../../models/lecture.gguf', import.meta.url));

let folder: string;
before(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-bad-'));
});
after(() => rmSync(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array | string) => {
	writeFileSync(join(folder, name), bytes);
	return join(folder, name);
};

/** The lecture's file with its first 64-bit number at `byteOffset` replaced. */
function withLength(byteOffset: number): Buffer {
	const bytes = Buffer.from(LECTURE);
	bytes.writeBigUInt64LE(2n ** 60n, byteOffset);
	return bytes;
}

/** A chat template in a small GGUF: lecture's bytes with a key more would shift all; so a folder, as Hugging Face has it. */
function looping(): string {
	const place = join(folder, 'looping');
	mkdirSync(place);
	const tokenizer = { version: '1.0', added_tokens: [], model: { type: 'WordLevel', vocab: { a: 0, '<unk>': 1 }, unk_token: '<unk>' } };
	writeFileSync(join(place, 'tokenizer.json'), JSON.stringify(tokenizer));
	const chat_template = '{% for i in range(100000) %}{% for j in range(100000) %}{% set x = j %}{% endfor %}{% endfor %}';
	writeFileSync(join(place, 'tokenizer_config.json'), JSON.stringify({ chat_template }));
	return place;
}

async function refuses(words: readonly string[], says: RegExp, code = 1): Promise<void> {
	const result = await tongsa(words);
	assert.equal(result.stdout, '', words.join(' '));
	assert.match(result.stderr, /^tongsa: [^\n]+\n$/, words.join(' '));
	assert.doesNotMatch(result.stderr, /defect|node_modules\/(?!tongsa\/)|at .*:\d+:\d+/, words.join(' '));
	assert.match(result.stderr, says, words.join(' '));
	assert.equal(result.code, code, `${words.join(' ')}: ${result.stderr}`);
}

test('files and folders that are no model', async () => {
	mkdirSync(join(folder, 'empty'));
	await refuses(['info', join(folder, 'none.gguf')], /no such file/);
	await refuses(['info', put('zero.gguf', '')], /zero\.gguf/);
	await refuses(['info', put('text.gguf', 'hello, this is no model')], /text\.gguf/);
	await refuses(['info', join(folder, 'empty')], /no model here/);
	await refuses(['info', 'nonsense'], /no such model/);
});

test('truncated and hostile files', async () => {
	for (const length of [4, 12, 24, 100, LECTURE.length - 1]) {
		await refuses(['embed', put('cut.gguf', LECTURE.subarray(0, length)), '--ids', '7'], /cut\.gguf/);
	}
	// Byte 8: number of tensors; byte 16: number of keys; byte 24: length of the first key.
	for (const at of [8, 16, 24]) await refuses(['info', put('long.gguf', withLength(at))], /long\.gguf/);
});

test('ids, vectors and words that do not fit', async () => {
	await refuses(['embed', 'lecture', '--ids', '8'], /got 8/);
	await refuses(['detokenize', 'lecture', '99999'], /got 99999/);
	await refuses(['nearest', 'lecture', '--vector', '1,2,3'], /got 3/);
	await refuses(['embed', 'gpt-2', 'text'], /table/);
	await refuses(['nearest', 'gpt-4', 'text'], /table/);
});

test('a chat template that loops is stopped', async () => {
	await refuses(['template', looping(), '--messages', '[{"role":"user","content":"a"}]'], /chat template takes too/);
});

test('a file that is cut short says so first', async () => {
	await refuses(
		['info', put('most.gguf', LECTURE.subarray(0, LECTURE.length - 40))],
		/^tongsa: the file is cut short: 0\.0 of 0\.0 MB are here.*Fetch it again/,
	);
});

test('who cannot answer refuses a chat before anything is said', async () => {
	await refuses(['chat', 'gpt-4'], /without weights/);
	await refuses(['chat', 'smollm2'], /needs the whole model/);
});

test('lines end at U+000A alone, and may begin with the mark of Windows', async () => {
	const text = 'a\u2028b\u2029c\u0085d\re';
	const { code, stdout, stderr } = await tongsa(['tokenize', 'gpt-2', '--jsonl'], {
		stdin: `\ufeff${JSON.stringify('first')}\r\n"${text.replace('\r', '\\r')}"\r\n"last"`,
	});
	assert.deepEqual([code, stderr], [0, '']);
	const lines = stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as { ids: number[] });
	assert.equal(lines.length, 3);
	const back = await tongsa(['detokenize', 'gpt-2', lines[1]!.ids.join(','), '--json']);
	assert.equal(back.json<{ text: string }>().text, text);
});

test('bytes that are no text are refused with their place', async () => {
	const bad = async (bytes: Uint8Array, words: readonly string[], says: RegExp) => {
		const { code, stdout, stderr } = await tongsa(words, { stdin: bytes });
		assert.deepEqual([code, stdout], [1, ''], words.join(' '));
		assert.match(stderr, says);
	};
	const late = Buffer.concat([Buffer.from('사랑'.repeat(1000)), Buffer.of(0xff, 0x41)]);
	await bad(late, ['tokenize', 'gpt-2'], /not text in UTF-8 \(byte 6000\)/);
	await bad(Buffer.of(0xff, 0xfe, 0x41, 0), ['tokenize', 'gpt-2'], /byte 0.*UTF-16.*PowerShell/);
	await bad(Buffer.of(0x41, 0xec, 0x82), ['embed', 'lecture'], /byte 1\)/);
	await bad(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22, 10]), ['tokenize', 'gpt-2', '--jsonl'], /byte 1\)/);
});

test('lone surrogates are read as U+FFFD', async () => {
	const { code, stdout } = await tongsa(['tokenize', 'gpt-4', '--jsonl'], { stdin: '"a\\ud800b"\n"a\\ufffdb"\n' });
	assert.equal(code, 0);
	const [lone, replaced] = stdout.trimEnd().split('\n');
	assert.equal(lone, replaced);
});

test('an extract that fails leaves no file', async () => {
	const place = join(folder, 'out');
	mkdirSync(place);
	await refuses(['extract', 'gpt-4', '-o', join(place, 'x.gguf')], /./);
	await refuses(['extract', 'lecture', '-o', join(place, 'x.gguf'), '--blocks', '1'], /blocks/);
	await refuses(['extract', 'lecture', '-o', join(folder, 'nowhere', 'x.gguf')], /folder/);
	assert.deepEqual(readdirSync(place), []);
});

test('no network: one line, and the rest goes on working', async () => {
	const env = { PATH: '/nonexistent', HF_HUB_CACHE: join(folder, 'hub'), TONGSA_CACHE: join(folder, 'cache') };
	const pull = await tongsa(['pull', 'smollm2'], { env });
	assert.equal(pull.code, 1);
	assert.match(pull.stderr.split('\n').at(-2)!, /^tongsa: smollm2 could not be fetched/);
	const works = await tongsa(['tokenize', 'gpt-2', 'still here', '--json'], { env });
	assert.equal(works.code, 0);
});

test('Ctrl-C ends with 130', async () => {
	// A server that is asked to end may also end well.
	const { code } = await tongsa(['serve', 'lecture', '--port', '0'], { interrupt: sleep(4000) });
	assert.ok(code === 130 || code === 0, String(code));
});

test('a reader that leaves early is no error', async () => {
	const { spawnSync } = await import('node:child_process');
	const main = new URL('../../surfaces/cli/main.ts', import.meta.url).pathname;
	const words = `"${process.execPath}" --conditions=tongsa-source "${main}" embed smollm2 --ids ${'1,'.repeat(2000)}1 --json | head -c 10`;
	const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', words], { encoding: 'utf8' });
	assert.deepEqual([status, stderr], [0, '']);
});
