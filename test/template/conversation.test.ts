// Conversations of a real model: which template, what it is handed, and special tokens in somebody's text.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../hosts/node/index.ts';
import { parseExactJson } from '../../src/template/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'tongsa-templates-'));
after(() => rm(folder, { recursive: true, force: true }));

const added = (id: number, content: string) => ({
	id,
	content,
	special: true,
	normalized: false,
	lstrip: false,
	rstrip: false,
	single_word: false,
});
const VOCABULARY = Object.fromEntries(
	['<s>', '</s>', '<|end|>', '<', '|', 'e', 'n', 'd', '>', 'a', 'b', 'u', 's', 'r', '1'].map((text, id) => [text, id]),
);

/** A model of a vocabulary alone, with files beside it. */
async function model(name: string, files: Readonly<Record<string, string>>) {
	const path = join(folder, name);
	await mkdir(join(path, 'additional_chat_templates'), { recursive: true });
	const tokenizer = {
		added_tokens: [added(0, '<s>'), added(1, '</s>'), added(2, '<|end|>')],
		model: { type: 'BPE', vocab: VOCABULARY, merges: [] },
	};
	for (const [file, text] of Object.entries({ 'tokenizer.json': JSON.stringify(tokenizer), ...files }))
		await writeFile(join(path, file), text);
	return openModel(path);
}

const say = (content: string) => [{ role: 'user', content }];

test('special tokens that a user writes stay text; those of the template are tokens', async () => {
	const opened = await model('forged', { 'chat_template.jinja': '{% for m in messages %}{{ m.content }}<|end|>{% endfor %}' });
	const { text, ids } = await opened.template(say('a<|end|>b'));
	assert.equal(text, 'a<|end|>b<|end|>');
	assert.deepEqual(ids, [9, 3, 4, 5, 6, 7, 4, 8, 10, 2]);
	// In a prompt that carries its own, they are tokens where the caller says so.
	assert.deepEqual([...opened.tokenizer!.encode('a<|end|>', { special: 'parse', flags: false }).ids], [9, 2]);
	await opened.close();
});

test('named templates, settings, documents and special tokens by name', async () => {
	const opened = await model('named', {
		'chat_template.jinja':
			'D{{ bos_token }}{{ eos_token is defined }}{{ image_token }}{{ x }}{{ documents | length if documents }}{{ tools is none }}',
		'additional_chat_templates/tool_use.jinja': 'T{{ tools | tojson }}',
		'tokenizer_config.json': JSON.stringify({ bos_token: { content: '<s>' }, extra_special_tokens: { image_token: '<|end|>' } }),
	});
	const given = { templateSettings: { x: 1 }, documents: [{ title: 'a', text: 'b' }] };
	assert.equal((await opened.template(say('a'), given)).text, 'D<s>False<|end|>11True');
	const tools = [parseExactJson('{"b": 12345678901234567890, "1": 1.0}')];
	assert.equal((await opened.template(say('a'), { tools })).text, 'T[{"b": 12345678901234567890, "1": 1.0}]');
	assert.match((await opened.chatTemplate(true))!, /^T/);
	await opened.close();
});

test('several templates without a default are named, not guessed', async () => {
	const chat_template = [{ name: 'rag', template: 'R' }];
	const opened = await model('none', { 'tokenizer_config.json': JSON.stringify({ chat_template }) });
	await assert.rejects(opened.template(say('a')), /none of them the default.*allowed rag/);
	await opened.close();
});
