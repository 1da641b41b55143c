// Wrong words, help, completion: exit codes and streams. Nothing here opens a model.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { COMMON_OPTIONS } from '../../surfaces/cli/call.ts';
import { VERBS } from '../../surfaces/cli/verbs.ts';
import { HELP } from '../../surfaces/cli/words/help.ts';
import { tongsa } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'tongsa-usage-'));
after(() => rmSync(folder, { recursive: true }));

test('--help lists every verb, and every verb has a page with an example', async () => {
	const { code, stdout, stderr } = await tongsa(['--help']);
	assert.deepEqual([code, stderr], [0, '']);
	for (const { name, summary } of VERBS) assert.ok(stdout.includes(name) && stdout.includes(summary.slice(0, 20)), name);
	const pages = await Promise.all(VERBS.map(({ name }) => tongsa([name, '--help'])));
	for (const [i, page] of pages.entries()) {
		assert.equal(page.code, 0);
		assert.match(page.stdout, new RegExp(`Examples?:\\n {2}tongsa ${VERBS[i]!.name}`));
	}
});

test('--version is that of package.json', async () => {
	assert.match((await tongsa(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('help and refusals in the language of the reader; names and numbers stay', async () => {
	const said = async (words: readonly string[], LC_ALL: string) =>
		(({ stdout, stderr }) => stdout + stderr)(await tongsa(words, { env: { LC_ALL } }));
	for (const [locale, help, refusal] of [
		[
			'ko_KR.UTF-8',
			/사용법: tongsa VERB[\s\S]*글 → 토큰과 id/,
			/^tongsa: 모르는 명령입니다: 받은 값 emb\. embed인가요\? 전체 목록: tongsa --help\n$/,
		],
		[
			'ja_JP.UTF-8',
			/使い方: tongsa VERB[\s\S]*文 → トークンと id/,
			/^tongsa: 知らないコマンドです: 受け取った値 emb\. embed のことですか\?/,
		],
		['zh_CN.UTF-8', /用法: tongsa VERB[\s\S]*文字 → 词元和 id/, /^tongsa: 未知的命令: 得到 emb\. 是 embed 吗？/],
	] as const) {
		assert.match(await said(['--help'], locale), help);
		assert.match(await said(['emb'], locale), refusal);
		assert.match(await said(['emb', '--lang', 'en'], locale), /^tongsa: unknown verb: got emb/);
		// What has no translation is said in English.
		assert.match(await said(['nearest', 'lecture'], locale), /exactly one of/);
	}
	for (const words of Object.values(HELP).filter(({ usage }) => usage !== 'Usage')) {
		for (const { name } of VERBS) assert.ok(words.verbs[name], name);
		const options = new Set(VERBS.flatMap((verb) => Object.keys(verb.options)));
		for (const key of Object.keys(words.of)) assert.ok(key.includes(' ') || options.has(key) || key in COMMON_OPTIONS, key);
		assert.deepEqual(Object.keys(words.of), Object.keys(HELP.ko.of));
	}
});

/** Words → what the one line on stderr must say. */
const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
	[['sing'], /unknown verb: got sing, allowed start, models/],
	[['tokenize'], /needs MODEL/],
	[['tokenize', 'gpt-2', 'a', 'b'], /needs quotes/],
	[['tokenize', 'gpt-2', 'a', '--loud'], /unknown option: got --loud, allowed --json/],
	[['tokenize', 'gpt-2', 'a', '--special', '--no-special'], /exclude each other/],
	[['tokenize', 'gpt-2', 'a', '--jsonl'], /stands alone/],
	[['nearest', 'lecture'], /exactly one of/],
	[['nearest', 'lecture', 'I', '--vector', '1,2,3,4'], /exactly one of/],
	[['nearest', 'lecture', 'I', '--top', 'ten'], /--top.*got ten, allowed 1 to 1000/],
	[['nearest', 'lecture', 'I', '--top', '0'], /allowed 1 to 1000/],
	[['nearest', 'lecture', 'I', '--metric', 'taxi'], /got taxi, allowed cosine, dot/],
	[['nearest', 'lecture', '--vector', 'one,two'], /not a vector/],
	[['nearest', 'lecture', '--vector', '1e60,0,0,0'], /not a vector/],
	[['embed', 'lecture', '--ids', '1,x'], /not a token id: got x/],
	[['embed', 'lecture', '--ids='], /no token ids.*--ids.*whole numbers/],
	[['generate', 'lecture', ''], /generate needs PROMPT/],
	[['embed', 'lecture', 'I', '--ids', '1'], /exclude each other/],
	[['embed', 'lecture', '--ids'], /--ids/],
	[['detokenize', 'lecture'], /needs IDS/],
	[['detokenize', 'lecture', '-1'], /./],
	[['detokenize', 'lecture', '1.5'], /not a token id/],
	[['template', 'smollm2', '--messages', '{}'], /not a JSON array/],
	[['template', 'smollm2', '--messages', '[1]'], /not a message/],
	[['extract', 'lecture'], /needs -o FILE/],
	[['completion', 'tcsh'], /got tcsh, allowed bash, zsh, fish/],
	[['compare', 'gpt-2'], /one MODEL or more/],
	[['compare', 'gpt-2', 'text', '--also', 'fr'], /LANG=TEXT/],
	[['emb', 'lecture', 'I'], /unknown verb: got emb\. Did you mean embed\?/],
	[['tokenise', 'lecture', 'I'], /Did you mean tokenize\?/],
	[['tokenize', 'lecture', 'I', '--no-speical'], /unknown option: got --no-speical\. Did you mean --no-special\?/],
	[['nearest', 'lecture', 'I', '--top', '2e3'], /--top.*got 2e3, allowed 1 to 1000/],
	[['nearest', 'lecture', 'I', '--top', '1001'], /--top.*got 1001, allowed 1 to 1000/],
	[['nearest', 'lecture', 'I', '--top', '1e-3'], /--top.*got 1e-3/],
];

test('wrong usage is exit code 2, one line on stderr, nothing on stdout', async () => {
	const results = await Promise.all(WRONG.map(([words]) => tongsa(words)));
	for (const [i, { code, stdout, stderr }] of results.entries()) {
		const [words, says] = WRONG[i]!;
		assert.equal(stdout, '', words.join(' '));
		assert.match(stderr, /^tongsa: [^\n]+\n$/, words.join(' '));
		assert.match(stderr, says, words.join(' '));
		assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
	}
});

test('with --json a refusal is one JSON object on stdout as well, with the same exit code', async () => {
	for (const [words, code, error] of [
		[['embed', 'smolm2', 'I', '--json'], 1, { code: 'not-found', what: 'no such model', got: 'smolm2' }],
		[['embed', 'lecture', '--ids', '8', '--json'], 1, { code: 'out-of-range', got: 8, allowed: '0 to 7', tensor: 'token_embd.weight' }],
		[['nearest', 'lecture', 'I', '--top', '0', '--json'], 2, { code: 'usage', field: '--top' }],
		[['sing', '--json'], 2, { code: 'usage', got: 'sing' }],
	] as const) {
		const result = await tongsa(words);
		assert.equal(result.code, code);
		const { error: told } = result.json<{ error: Record<string, unknown> }>();
		assert.deepEqual({ ...told, ...error }, told, words.join(' '));
		assert.equal(result.stderr, `tongsa: ${told['message']}\n`);
	}
	// Behind -- it is a text.
	assert.equal((await tongsa(['tokenize', 'nothing', '--', '--json'])).stdout, '');
});

test('1e1 is ten, as a whole number', async () => {
	const { code, stdout } = await tongsa(['nearest', 'lecture', 'love', '--top', '2e0', '--json']);
	assert.equal(code, 0);
	assert.equal((JSON.parse(stdout) as { matches: unknown[] }).matches.length, 2);
});

for (const shell of ['bash', 'zsh', 'fish']) {
	const there = spawnSync(shell, ['--version']).status === 0;
	test(`completion ${shell} is a script that ${shell} reads`, { skip: !there && `no ${shell} on this machine` }, async () => {
		const { stdout } = await tongsa(['completion', shell]);
		const file = join(folder, `completion.${shell}`);
		writeFileSync(file, stdout);
		const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
		assert.equal(status, 0, stderr);
	});
}

test('completion bash offers verbs, then names and options', {
	skip: spawnSync('bash', ['--version']).status !== 0 && 'no bash',
}, async () => {
	const { stdout } = await tongsa(['completion', 'bash']);
	const ask = (words: readonly string[]) =>
		spawnSync(
			'bash',
			[
				'-c',
				`${stdout}\nCOMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _tongsa tongsa "${words.at(-1)}"; echo "\${COMPREPLY[@]}"`,
			],
			{ encoding: 'utf8' },
		).stdout.trim();
	assert.equal(ask(['tongsa', 'tok']), 'tokenize');
	assert.equal(ask(['tongsa', 'embed', 'lec']), 'lecture');
	assert.equal(ask(['tongsa', 'nearest', '--me']), '--metric');
});

test('completion fish offers verbs, then names and options', {
	skip: spawnSync('fish', ['--version']).status !== 0 && 'no fish',
}, async () => {
	const { stdout } = await tongsa(['completion', 'fish']);
	const ask = (line: string) => spawnSync('fish', ['-c', `${stdout}\ncomplete -C '${line}'`], { encoding: 'utf8' }).stdout;
	assert.match(ask('tongsa tok'), /^tokenize\t/);
	assert.match(ask('tongsa embed lec'), /^lecture\s/);
	assert.match(ask('tongsa nearest --me'), /^--metric\t/);
});

test('completion zsh registers itself when it is sourced', {
	skip: spawnSync('zsh', ['--version']).status !== 0 && 'no zsh',
}, async () => {
	const { stdout } = await tongsa(['completion', 'zsh']);
	const file = join(folder, 'sourced.zsh');
	writeFileSync(file, stdout);
	const ask = `autoload -Uz compinit; compinit -D -u; source ${file}; print -r -- $_comps[tongsa]`;
	assert.equal(spawnSync('zsh', ['-fc', ask], { encoding: 'utf8' }).stdout.trim(), '_tongsa');
});

test('ids: commas and spaces as people type them; a list that is broken is wrong usage', async () => {
	for (const words of [['0,1'], ['0', '1'], ['0,', '1'], ['[0, 1]']]) {
		assert.equal((await tongsa(['detokenize', 'lecture', ...words])).code, 0, words.join(' '));
	}
	for (const word of ['0,,1', '[0,1', '0,1]', '0,1,']) assert.equal((await tongsa(['detokenize', 'lecture', word])).code, 2, word);
});

test('a path of ten thousand characters is not repeated whole', async () => {
	const { code, stderr } = await tongsa(['info', '/x'.repeat(5000)]);
	assert.equal(code, 1);
	assert.ok(stderr.length < 700, `${stderr.length} characters`);
});

test('control characters in a file name do not reach the terminal', async () => {
	const file = join(folder, 'a\x1b[31m\u202e.gguf');
	copyFileSync(new URL('../../models/lecture.gguf', import.meta.url), file);
	for (const [verb, text] of Object.entries({ info: [], tokenize: ['I'], embed: ['I'], nearest: ['I'], compare: ['I'] })) {
		const { code, stdout } = await tongsa([verb, file, ...text]);
		assert.equal(code, 0, verb);
		assert.ok(!stdout.includes('\x1b') && !stdout.includes('\u202e'), verb);
	}
});
