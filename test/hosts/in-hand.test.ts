// What Node's openModel takes in hand: the same file by path, URL and bytes is the same model.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openModel } from '../../hosts/node/index.ts';
import { table } from '../../surfaces/cli/view/table.ts';

const path = new URL('../../models/lecture.gguf', import.meta.url).pathname;
const bytes = readFileSync(path);

test('a path, a URL, its text, a File, a list of files and bytes give the same rows', async () => {
	const url = pathToFileURL(path);
	for (const given of [path, url, url.href, new File([bytes], 'lecture.gguf'), [new File([bytes], 'lecture.gguf')], bytes]) {
		const model = await openModel(given);
		assert.equal((await model.embed('love')).data[0]!.toFixed(4), '0.4810', String(given).slice(0, 60));
		await model.close();
	}
});

test('what cannot be opened is refused by name', async () => {
	for (const given of ['', 5, null, undefined, {}, []])
		await assert.rejects(openModel(given as string), { name: 'TongsaError', code: 'usage' }, String(given));
	for (const url of ['file://elsewhere/a.gguf', 'file:///a%2Fb.gguf'])
		await assert.rejects(openModel(url), /not the URL of a file on this machine/);
});

test('a table of more rows than a stack holds arguments', () => {
	const rows = Array.from({ length: 200_000 }, (_, i) => [String(i)]);
	assert.equal(table([{ title: 'id', whole: true }], rows, 80).split('\n').length, 200_002);
});
