// HTTP ranges: what is asked for, what is counted, and what happens when line, server or file fail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderReader } from '../../src/bytes/header-reader.ts';
import { httpSource, type Network } from '../../src/bytes/http.ts';
import { refusal } from '../formats/fixtures.ts';
import { type Answer, broken, fakeServer } from './fake-network.ts';

const URL_ = 'https://example.org/model.gguf';
const KiB = 1024;
/** 3 MiB in which every place looks different. */
const FILE = Uint8Array.from({ length: 3 * KiB * KiB }, (_, i) => (i ^ (i >> 8) ^ (i >> 16)) & 0xff);

/** Request 0 brings the first 64 KiB; `change` begins with request 1. */
const after = (change: (n: number, proper: Required<Answer>) => Answer) =>
	fakeServer(FILE, (proper, n) => (n === 0 ? proper : change(n, proper)));

test('the size comes from Content-Range, and the first 64 KiB with it', async () => {
	const { network, requests } = fakeServer(FILE);
	const source = await httpSource(URL_, network);
	assert.deepEqual(source.identity, { byteLength: FILE.length, etag: '"1"' });
	assert.equal(source.bytesRead, 64 * KiB);
	assert.deepEqual(await source.read(10, 20), FILE.slice(10, 30));
	assert.deepEqual(requests, ['bytes=0-65535']);
	assert.deepEqual(await source.read(2_000_000, 5), FILE.slice(2_000_000, 2_000_005));
	assert.deepEqual(requests[1], 'bytes=2000000-2000004');
	assert.equal(source.bytesRead, 64 * KiB + 5);
});

test('what is at hand is not asked for again, and what is missing is', async () => {
	const { network, requests } = fakeServer(FILE);
	const source = await httpSource(URL_, network);
	assert.deepEqual(await source.read(65_000, 1000), FILE.slice(65_000, 66_000));
	assert.deepEqual(requests.at(-1), 'bytes=65536-65999');
	assert.deepEqual(await source.read(65_100, 900), FILE.slice(65_100, 66_000));
	assert.equal(requests.length, 2);
	assert.equal(source.bytesRead, 66_000);
});

test('a header of 2 MB takes six requests', async () => {
	const { network, requests } = fakeServer(FILE);
	const header = new HeaderReader(await httpSource(URL_, network));
	for (let i = 0; i < 2_000_000; i += 1000) {
		await header.need(1000, 'x');
		header.at += 1000;
	}
	assert.equal(requests.length, 6);
});

test('an empty file has size 0', async () => {
	const { network } = fakeServer(new Uint8Array(0));
	const source = await httpSource(URL_, network);
	assert.equal(source.byteLength, 0);
	assert.equal(source.bytesRead, 0);
});

for (const status of [408, 429, 500, 502, 503, 504]) {
	test(`status ${status} is asked again, with growing waits`, async () => {
		const { network, waits } = after((n, proper) => (n < 4 ? { status, headers: {} } : proper));
		const source = await httpSource(URL_, network);
		assert.deepEqual(await source.read(100_000, 3), FILE.slice(100_000, 100_003));
		assert.deepEqual(waits, [250, 500, 1000]);
	});
}

test('Retry-After is kept, up to half a minute', async () => {
	const { network, waits } = after((n, proper) => (n < 3 ? { status: 429, headers: { 'retry-after': n === 1 ? '7' : '20' } } : proper));
	await (await httpSource(URL_, network)).read(100_000, 3);
	assert.deepEqual(waits, [7000, 20_000]);
});

test('who asks to be left alone for longer than half a minute is asked again after half a minute', async () => {
	const server = fakeServer(FILE, (proper, n) => (n === 0 ? { status: 503, headers: { 'retry-after': '3600' } } : proper));
	const waits: number[] = [];
	let refused = false;
	const network: Network = {
		fetch: async (...given) => {
			const response = await server.network.fetch(...given);
			refused = response.status !== 206;
			return response;
		},
		// The wait after a refusal; all others are for silence.
		wait: (ms, signal) => {
			if (!refused) return server.network.wait(ms, signal);
			refused = false;
			waits.push(ms);
			return Promise.resolve();
		},
	};
	await (await httpSource(URL_, network)).close();
	assert.deepEqual(waits, [30_000]);
});

test('five tries, then a network error with the reason', async () => {
	let tries = 0;
	const network: Network = {
		...fakeServer(FILE).network,
		fetch: async () => {
			tries++;
			throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND example.org') });
		},
	};
	await assert.rejects(
		httpSource(URL_, network),
		refusal('network', /5 tries \(https:\/\/example\.org\/model\.gguf\): got fetch failed \(getaddrinfo ENOTFOUND/),
	);
	assert.equal(tries, 5);
});

test('a connection that breaks off is continued where it broke', async () => {
	const { network, requests } = after((n, proper) => (n === 1 ? { body: broken(FILE.slice(100_000, 100_700)) } : proper));
	const source = await httpSource(URL_, network);
	assert.deepEqual(await source.read(100_000, 1000), FILE.slice(100_000, 101_000));
	assert.deepEqual(requests.slice(1), ['bytes=100000-100999', 'bytes=100700-100999']);
	assert.equal(source.bytesRead, 64 * KiB + 1000);
});

test('a server that trickles does not keep us for ever', async () => {
	const { network, requests } = after((n) => ({ body: broken(FILE.slice(100_000 + n - 1, 100_000 + n)) }));
	const source = await httpSource(URL_, network);
	await assert.rejects(source.read(100_000, 1000), refusal('network', /5 tries/));
	assert.equal(requests.length, 6);
});

test('a silent server counts as lost', async () => {
	const server = fakeServer(FILE);
	let silences = 0;
	const network: Network = {
		fetch: () => new Promise(() => {}),
		wait: async (ms) => {
			if (ms === 30_000) silences++;
		},
	};
	await assert.rejects(httpSource(URL_, network), refusal('network', /nothing heard for 30 seconds/));
	assert.equal(silences, 5);
	assert.equal(server.requests.length, 0);
});

const CHANGES: readonly (readonly [string, Answer | ((proper: Required<Answer>) => Answer)])[] = [
	['another ETag', (proper) => ({ headers: { ...proper.headers, etag: '"2"' } })],
	[
		'another size',
		(proper) => ({ headers: { ...proper.headers, 'content-range': proper.headers['content-range']!.replace(/\d+$/, '4000000') } }),
	],
	['a shorter file', { status: 416, headers: { 'content-range': 'bytes */10' } }],
];
for (const [name, change] of CHANGES) {
	test(`a file that changes is noticed: ${name}`, async () => {
		const { network } = after((_, proper) => (typeof change === 'function' ? change(proper) : change));
		const source = await httpSource(URL_, network);
		await assert.rejects(source.read(100_000, 10), refusal('changed', /Open it again/));
	});
}

test('without an ETag the time of change counts', async () => {
	const dated =
		(date: string) =>
		(_: unknown, n: number, [begin, end]: readonly [number, number]) => ({
			headers: {
				'content-range': `bytes ${begin}-${end - 1}/${FILE.length}`,
				'last-modified': n === 0 ? 'Tue, 01 Sep 2026 00:00:00 GMT' : date,
			},
		});
	const same = await httpSource(URL_, fakeServer(FILE, dated('Tue, 01 Sep 2026 00:00:00 GMT')).network);
	assert.equal(same.identity.modifiedMs, Date.UTC(2026, 8, 1));
	assert.equal((await same.read(100_000, 10)).length, 10);
	const other = await httpSource(URL_, fakeServer(FILE, dated('Wed, 02 Sep 2026 00:00:00 GMT')).network);
	await assert.rejects(other.read(100_000, 10), refusal('changed', /2026-09-02.*2026-09-01/));
});

const REFUSED: readonly (readonly [string, Answer, Parameters<typeof refusal>[0], RegExp])[] = [
	['a server without ranges', { status: 200, headers: {} }, 'unsupported', /does not serve parts of files.*Download the whole file/],
	['a hidden Content-Range', { headers: {} }, 'unsupported', /no readable Content-Range.*Access-Control-Expose-Headers/],
	['an unknown size', { headers: { 'content-range': 'bytes 0-65535/*' } }, 'unsupported', /no readable Content-Range/],
	['404', { status: 404, headers: {} }, 'not-found', /no such file on the server/],
	['401', { status: 401, headers: {} }, 'network', /login/],
	['403', { status: 403, headers: {} }, 'network', /licence/],
	['418', { status: 418, headers: {} }, 'network', /status 418/],
	['another part', { headers: { 'content-range': `bytes 5-100/${FILE.length}` } }, 'network', /another part.*got bytes 5 to 101/],
	[
		'a part that ends elsewhere',
		{ headers: { 'content-range': `bytes 0-70000/${FILE.length}` } },
		'network',
		/another part.*got bytes 0 to 70001/,
	],
	['more bytes than said', { body: FILE.slice(0, 70_000) }, 'network', /more bytes than it said/],
	['a size of 2^60', { headers: { 'content-range': 'bytes 0-65535/1152921504606846976' } }, 'unsupported', /no readable Content-Range/],
];
for (const [name, answer, code, message] of REFUSED) {
	test(`refused at once: ${name}`, async () => {
		const { network, requests } = fakeServer(FILE, () => answer);
		await assert.rejects(httpSource(URL_, network), refusal(code, message));
		assert.equal(requests.length, 1);
	});
}

for (const url of ['', 'model.gguf', 'file:///etc/passwd', 'ftp://example.org/a', 'data:,x']) {
	test(`no http address: ${JSON.stringify(url)}`, () =>
		assert.rejects(httpSource(url, fakeServer(FILE).network), refusal('usage', /not an http address/)));
}

test('an abort ends a read and the wait before the next try', async () => {
	const controller = new AbortController();
	const { network } = after((n) => {
		if (n === 2) controller.abort(new Error('stopped by hand'));
		return { status: 503, headers: {} };
	});
	const source = await httpSource(URL_, network);
	await assert.rejects(source.read(100_000, 10, controller.signal), /stopped by hand/);
	await assert.rejects(source.read(0, 10, controller.signal), /stopped by hand/);
});
