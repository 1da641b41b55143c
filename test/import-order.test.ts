// Imports only go down: each folder may import itself and what stands below it.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** The floors, lowest first; folders on one floor do not import each other. */
const FLOORS: readonly (readonly string[])[] = [
	['src/errors.ts', 'src/suggest.ts'],
	['src/options.ts'],
	['src/template', 'src/bytes', 'src/tensor'],
	['src/compute', 'src/threads'],
	['src/program'],
	['src/formats'],
	['src/spec', 'src/tokenizer/types.ts', 'src/tokenizer/lazy.ts'],
	['src/tokenizer/spec.ts'],
	['src/tokenizer/vocabulary.ts'],
	['src/tokenizer/text'],
	['src/tokenizer/unicode'],
	['src/tokenizer/regex'],
	['src/tokenizer/models'],
	['src/tokenizer/kernel'],
	['src/tokenizer/pipeline', 'src/tokenizer/search.ts', 'src/tokenizer/split-text.ts'],
	['src/tokenizer/tokenizer.ts'],
	['src/tokenizer/sources', 'src/tokenizer/writers', 'src/tokenizer/subset.ts'],
	['src/weights'],
	['src/embedding'],
	['src/transformer'],
	['src/transformer/reference', 'src/transformer/cost'],
	['src/transformer/kernels'],
	['src/unembedding'],
	['src/architectures'],
	['src/inspection', 'src/generation', 'src/training'],
	['src/host.ts'],
	['src/retrieval'],
	['src/model'],
	['src/model.ts'],
	['src/index.ts'],
	['hosts'],
	['surfaces'],
];

/** Index of the floor and name of the room that a path stands in: of a room within a room the inner one. */
function place(path: string): { floor: number; room: string } | undefined {
	const rooms = FLOORS.flatMap((names, floor) => names.map((room) => ({ floor, room })));
	const around = rooms.filter(({ room }) => path === room || path.startsWith(`${room}/`));
	return around.sort((a, b) => b.room.length - a.room.length)[0];
}

const files = globSync('{src,hosts,surfaces}/**/*.{ts,tsx}');

test('every source file stands on a floor', () => {
	assert.ok(files.length > 5);
	assert.deepEqual(
		files.filter((file) => !place(file)),
		[],
	);
});

/** The files that a file imports, types and late ones too. */
const importsOf = (file: string): string[] =>
	Array.from(readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g), ([, target]) =>
		normalize(join(dirname(file), target!)),
	);

test('imports only go down', () => {
	const wrong: string[] = [];
	for (const file of files) {
		const here = place(file)!;
		for (const path of importsOf(file)) {
			const there = place(path);
			if (!there) continue; // data outside the house (models/, package.json)
			if (there.room !== here.room && there.floor >= here.floor) wrong.push(`${file} imports ${path}`);
		}
	}
	assert.deepEqual(wrong, []);
});

/** What is left of a graph when whoever imports nothing, or is imported by nothing, is taken away again and again: the circles. */
function circles(imports: Map<string, readonly string[]>): string[] {
	for (let before = -1; before !== imports.size; ) {
		before = imports.size;
		const imported = new Set([...imports.values()].flat());
		for (const [node, targets] of imports) if (!imported.has(node) || !targets.some((target) => imports.has(target))) imports.delete(node);
	}
	return [...imports.keys()];
}

test('no file imports itself by way of others', () => {
	assert.deepEqual(circles(new Map(files.map((file) => [file, importsOf(file)]))), []);
});

test('of the files and folders that stand in one folder, none imports itself by way of others', () => {
	const folders = new Set(files.flatMap((file) => file.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'))));
	for (const folder of folders) {
		/** The file or folder directly in `folder` that a path belongs to; undefined outside. */
		const childOf = (path: string) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0]! : undefined);
		const imports = new Map<string, string[]>();
		for (const file of files) {
			const child = childOf(file);
			if (child === undefined) continue;
			const targets = importsOf(file).map(childOf);
			imports.set(child, [
				...(imports.get(child) ?? []),
				...targets.filter((target) => target !== undefined && target !== child),
			] as string[]);
		}
		assert.deepEqual(circles(imports), [], folder);
	}
});

test('the studio reaches the library from its engine alone', () => {
	const page = globSync('surfaces/studio/src/**/*.{ts,tsx}').filter((file) => !file.includes('/engine/'));
	assert.deepEqual(
		page.filter((file) => importsOf(file).some((path) => /^(?:src|hosts)\//.test(path))),
		[],
	);
});

// The DOM is kept out by tsconfig.core.json, which has no `document` and no `window`.
test('the core names no runtime', () => {
	const wrong = globSync('src/**/*.ts').filter((file) =>
		/from ['"]node:|\b(process|Buffer)\./.test(readFileSync(file, 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '')),
	);
	assert.deepEqual(wrong, []);
});
