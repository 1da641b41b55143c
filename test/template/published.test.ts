// Published chat templates render as transformers renders them (scripts/reference/make_templates.py). They are their makers', so they are read
// from where TONGSA_TEMPLATES says: llama.cpp's models/templates.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileTemplate, parseExactJson } from '../../src/template/index.ts';

const here = new URL('../fixtures/template/', import.meta.url);
const published = JSON.parse(readFileSync(new URL('published.json', here), 'utf8')) as {
	now: string;
	special: Record<string, string>;
	templates: { name: string; sha256: string; rendered: string[] }[];
};
const conversations = (parseExactJson(readFileSync(new URL('conversations.json', here), 'utf8')) as ReadonlyMap<string, unknown>[]).map(
	(conversation) => {
		const { name, ...values } = Object.fromEntries(conversation);
		return { name: name as string, values };
	},
);
const folder = process.env['TONGSA_TEMPLATES'];
const now = () => new Date(published.now);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

for (const { name, sha256: digest, rendered } of published.templates) {
	const path = folder && join(folder, name);
	const skip = !path || !existsSync(path) ? 'TONGSA_TEMPLATES names no folder with it' : false;
	test(`${name}: ${rendered.length} conversations`, { skip }, () => {
		const source = readFileSync(path as string, 'utf8');
		if (sha256(source) !== digest) return; // another version of it
		const template = compileTemplate(source);
		const wrong: string[] = [];
		for (const [i, { name: conversation, values }] of conversations.entries()) {
			let got: string;
			try {
				got = sha256(template.renderSync({ tools: null, documents: null, ...published.special, ...values }, { now }).text).slice(0, 16);
			} catch (error) {
				got = `! ${(error as Error).message}`;
			}
			const expected = rendered[i]!;
			if (expected.startsWith('!') ? !got.startsWith('!') : got !== expected) wrong.push(`${conversation}: ${got}, expected ${expected}`);
		}
		assert.deepEqual(wrong, []);
	});
}
