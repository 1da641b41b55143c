// Addresses → files: the parts of a split model, and what stands beside safetensors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Network } from '../../src/bytes/http.ts';
import { TongsaError } from '../../src/errors.ts';
import { filesAt, partAddresses } from '../../src/formats/address.ts';
import { partNames, partNumber } from '../../src/formats/part-names.ts';
import { fakeServer } from '../bytes/fake-network.ts';

/** A server of several files, each with its own address in it; 404 for all others. */
function folder(...addresses: string[]): Network & { readonly asked: Set<string> } {
	const asked = new Set<string>();
	const { network } = fakeServer(new Uint8Array(8));
	return {
		asked,
		wait: network.wait,
		fetch: async (url, init) => {
			asked.add(url);
			return addresses.includes(url) ? network.fetch(url, init) : new Response('', { status: 404 });
		},
	};
}

const namesAt = async (url: string, network: Network) => [...(await filesAt(url, network)).files.keys()].sort();
const is = (code: string) => (error: unknown) => error instanceof TongsaError && error.code === code;

test('the parts of a split model, by the name of any of them', () => {
	const three = ['m-00001-of-00003.gguf', 'm-00002-of-00003.gguf', 'm-00003-of-00003.gguf'];
	for (const [i, name] of three.entries()) {
		assert.deepEqual(partNames(name), three);
		assert.equal(partNumber(name), i + 1);
	}
	assert.deepEqual(partNames('m-00002-of-00002.safetensors'), ['m-00001-of-00002.safetensors', 'm-00002-of-00002.safetensors']);
	assert.deepEqual(partNames('model.gguf'), ['model.gguf']);
	assert.equal(partNumber('model.gguf'), undefined);
	for (const name of ['m-00001-of-01001.gguf', 'm-00001-of-00000.gguf']) assert.throws(() => partNames(name), is('out-of-range'), name);
});

test('the parts at an address: each at its own, whatever is escaped in it', () => {
	const at = 'https://example.org/a%20b/my%20model-00002-of-00003.gguf?token=x';
	assert.deepEqual(partAddresses(at), [
		['my model-00001-of-00003.gguf', 'https://example.org/a%20b/my%20model-00001-of-00003.gguf?token=x'],
		['my model-00002-of-00003.gguf', at],
		['my model-00003-of-00003.gguf', 'https://example.org/a%20b/my%20model-00003-of-00003.gguf?token=x'],
	]);
	assert.deepEqual(partAddresses('https://example.org/%E0%A4%A'), [['%E0%A4%A', 'https://example.org/%E0%A4%A']]);
});

test('safetensors bring the small files of their folder, with the same key', async () => {
	const at = (name: string) => `https://example.org/my%20model/${name}?key=1`;
	const small = ['config.json', 'tokenizer.json', 'tokenizer_config.json', '1_Pooling/config.json'];
	const network = folder(...['model.safetensors', ...small].map(at));
	assert.deepEqual(await namesAt(at('model.safetensors'), network), [...small, 'model.safetensors'].sort());
	assert.ok(!network.asked.has(at('vocab.txt')), 'tokenizer.json has all that the older files have');
	assert.deepEqual(await namesAt(at('model.safetensors'), folder(at('model.safetensors'), at('config.json'), at('vocab.txt'))), [
		'config.json',
		'model.safetensors',
		'vocab.txt',
	]);
});

test('split safetensors bring the other parts and their index', async () => {
	const names = ['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'];
	const network = folder(...names.map((name) => `https://example.org/${name}`));
	assert.deepEqual(await namesAt('https://example.org/model-00002-of-00002.safetensors', network), names);
});

test('a GGUF has all in itself: nothing else is asked for; a missing part is an error', async () => {
	const network = folder('https://example.org/m.gguf', 'https://example.org/config.json');
	assert.deepEqual(await namesAt('https://example.org/m.gguf', network), ['m.gguf']);
	assert.deepEqual([...network.asked], ['https://example.org/m.gguf']);
	await assert.rejects(
		namesAt('https://example.org/m-00001-of-00002.gguf', folder('https://example.org/m-00001-of-00002.gguf')),
		is('not-found'),
	);
	await assert.rejects(namesAt('nonsense', network), is('usage'));
});
