// index, search, ask and cite verify as a person runs them, on the packaged model: the JSON that scripts depend on, and exit codes.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Result, tongsa } from './run.ts';

let folder = '';
const run = (...words: string[]): Promise<Result> =>
	tongsa(words, { cwd: folder, env: { TONGSA_DATA: join(folder, 'data'), TONGSA_CACHE: join(folder, 'cache') } });

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'tongsa-texts-'));
	await mkdir(join(folder, 'docs/en'), { recursive: true });
	await writeFile(join(folder, 'docs/환불.md'), '# 환불\n\n구입한 날부터 열나흘 안에 환불을 받을 수 있습니다.\n');
	await writeFile(
		join(folder, 'docs/en/sync.md'),
		'# burrow-sync\n\nburrow-sync --dry-run writes nothing.\n\n# Hours\n\nThe library closes at nine.\n',
	);
	await writeFile(join(folder, 'docs/picture.png'), Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0));
});
after(() => rm(folder, { recursive: true }));

interface IndexJson {
	readonly documents: object;
	readonly failures: readonly { readonly path: string; readonly reason: string }[];
	readonly chunks: number;
}

test('the four commands, one after another', async () => {
	const first = (await run('index', './docs', '--json')).json<IndexJson>();
	assert.deepEqual(first.documents, { added: 2, changed: 0, removed: 0, unchanged: 0, failed: 1 });
	assert.equal(first.failures[0]!.path, 'docs/picture.png');
	assert.match(first.failures[0]!.reason, /no reader for files of the kind \.png/);
	assert.equal(first.chunks, 3);

	const { hits } = (await run('search', '돈을 돌려받는 기간', '--json')).json<{
		hits: { path: string; start: number; end: number; line: number; page: null; text: string; ranks: object }[];
	}>();
	assert.equal(hits[0]!.path, 'docs/환불.md');
	const text = await readFile(join(folder, 'docs/환불.md'), 'utf8');
	assert.equal(text.slice(hits[0]!.start, hits[0]!.end), hits[0]!.text);
	assert.deepEqual([hits[0]!.line, hits[0]!.page], [1, null]);
	const filtered = (await run('search', '환불', '--path', 'en/**', '--json')).json<{ hits: { path: string }[] }>();
	assert.deepEqual([...new Set(filtered.hits.map(({ path }) => path))], ['docs/en/sync.md']);

	const asked = await run('ask', '언제 환불을 받을 수 있나요?', '--json');
	const answer = asked.json<{ text: string; abstained: boolean; citations: { quote: string }[] }>();
	assert.equal(answer.abstained, false);
	assert.match(answer.text, /열나흘/);
	await writeFile(join(folder, 'answer.json'), asked.stdout);
	const verify = async () => {
		const result = await run('cite', 'verify', 'answer.json', '--json');
		return [result.code, result.json<{ citations: { state: string }[] }>().citations[0]!.state];
	};
	assert.deepEqual(await verify(), [0, 'same']);
	await writeFile(join(folder, 'docs/환불.md'), `머리말.\n\n${text}`);
	assert.deepEqual(await verify(), [0, 'moved']);
	await writeFile(join(folder, 'docs/환불.md'), '# 환불\n\n환불은 없습니다.\n');
	assert.deepEqual(await verify(), [1, 'changed']);
	await rm(join(folder, 'docs/환불.md'));
	assert.deepEqual(await verify(), [1, 'gone']);

	const second = (await run('index', './docs', '--json')).json<IndexJson>();
	assert.deepEqual(second.documents, { added: 0, changed: 0, removed: 1, unchanged: 1, failed: 1 });
});

test('refusals', async () => {
	assert.equal((await run('search', 'x', '--collection', 'none-such', '--json')).code, 1);
	assert.equal((await run('index')).code, 2);
	assert.equal((await run('index', './nowhere')).code, 1);
	assert.equal((await run('cite', 'check')).code, 2);
	assert.equal((await run('index', './docs', '--model', 'lecture')).code, 1);
});
