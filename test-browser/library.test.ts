// The same library, unchanged, in a real Chromium: a File, a Blob and a URL with ranges, equal to Node to the bit.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { test } from 'node:test';
import { openModel } from 'tongsa';
import { useLibraryPage } from './library-page.ts';

const SENTENCES = ['I love you so much.', '당신을 정말 사랑해요.', '本当に大好きです。', '我非常爱你。', '👩‍👩‍👧‍👦 café \u0000 \ud800'];

interface Seen {
	readonly ids: readonly number[];
	readonly shape: readonly number[];
	/** SHA-256 of the matrix's bytes. */
	readonly hash: string;
	readonly nearest: readonly { id: number; score: number }[];
	readonly bytesRead: number;
}

const library = useLibraryPage();

/** What Node says of the sentences: the expected values. */
async function inNode(path: string): Promise<Seen[]> {
	const model = await openModel(path);
	const seen: Seen[] = [];
	for (const sentence of SENTENCES) {
		const { ids, shape, data, provenance } = await model.embed(sentence);
		const hash = createHash('sha256')
			.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
			.digest('hex');
		const { matches } = await model.nearest(data.subarray(0, shape[1]), { top: 3 });
		seen.push({ ids, shape, hash, nearest: matches.map(({ id, score }) => ({ id, score })), bytesRead: provenance.bytesRead });
	}
	await model.close();
	return seen;
}

/** The same in the page; `how` says what the model is opened from. */
function inPage(path: string, how: 'url' | 'blob' | 'file'): Promise<Seen[]> {
	return library().page.evaluate(
		async ({ path, how, sentences }) => {
			const { openModel } = (await import(`${location.origin}/hosts/browser/index.ts`)) as typeof import('../hosts/browser/index.ts');
			const whole = async () => (await fetch(path)).blob();
			const model = await openModel(
				how === 'url' ? path : how === 'blob' ? await whole() : [new File([await whole()], 'model.gguf', { lastModified: 0 })],
			);
			const seen: Seen[] = [];
			for (const sentence of sentences) {
				const { ids, shape, data, provenance } = await model.embed(sentence);
				const digest = await crypto.subtle.digest('SHA-256', data.slice());
				const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
				const { matches } = await model.nearest(data.subarray(0, shape[1]), { top: 3 });
				seen.push({
					ids: [...ids],
					shape,
					hash,
					nearest: matches.map(({ id, score }) => ({ id, score })),
					bytesRead: provenance.bytesRead,
				});
			}
			await model.close();
			return seen;
		},
		{ path: `/${path}`, how, sentences: SENTENCES },
	);
}

const withoutBytes = (seen: readonly Seen[]) => seen.map(({ bytesRead: _, ...rest }) => rest);

for (const how of ['url', 'blob', 'file'] as const) {
	test(`${how}: ids, matrix and nearest tokens equal Node's to the bit`, async () => {
		assert.deepEqual(withoutBytes(await inPage('models/smollm2.gguf', how)), withoutBytes(await inNode('models/smollm2.gguf')));
	});
}

test('a URL is read by ranges: the matrix of a sentence costs the header and its rows, not the file', async () => {
	const [first] = await inPage('models/smollm2.gguf', 'url');
	const { byteLength } = (await openModel('models/smollm2.gguf')).checkpoint.files[0]!;
	assert.ok(first!.bytesRead < byteLength / 4, `${first!.bytesRead} of ${byteLength} bytes`);
	const requests = library().server.requests.filter(({ path }) => path === '/models/smollm2.gguf');
	assert.ok(requests.some(({ range }) => range !== undefined));
});

test('the address of any part of a split file opens all parts', async () => {
	const part = 'test/fixtures/formats/split-00002-of-00003.gguf';
	const names = await library().page.evaluate(async (part) => {
		const { openModel } = (await import(`${location.origin}/hosts/browser/index.ts`)) as typeof import('../hosts/browser/index.ts');
		const model = await openModel(part);
		return [...model.checkpoint.tensors.keys()];
	}, part);
	assert.deepEqual(names, [...(await openModel(part)).checkpoint.tensors.keys()]);
	assert.equal(names.length, 5);
});

test('a file that is no model gets its one-line error in the page too', async () => {
	const message = await library().page.evaluate(async () => {
		const { openModel } = (await import(`${location.origin}/hosts/browser/index.ts`)) as typeof import('../hosts/browser/index.ts');
		return openModel(new Blob(['<!doctype html>'])).then(
			() => 'opened',
			(error: Error) => `${error.name}: ${error.message}`,
		);
	});
	assert.match(message, /^TongsaError: [^\n]+$/);
});

test('Blob sources are the same in Node', async () => {
	const { openModel: openInPage } = await import('../hosts/browser/index.ts');
	const model = await openInPage(await openAsBlob('models/lecture.gguf'));
	assert.deepEqual((await model.embed('I love you so much.')).shape, [8, 4]);
	await model.close();
});
