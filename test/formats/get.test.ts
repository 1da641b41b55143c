// Typed getters and tensor reads: answers within bounds, refusals with key and bound.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/bytes/memory.ts';
import type { MetadataValue } from '../../src/formats/checkpoint.ts';
import { getBoolean, getNumber, getString, readNumbers, readStrings } from '../../src/formats/get.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readRows, readTensorBytes, rowByteLength, rowCount } from '../../src/formats/tensor-bytes.ts';
import { fixtureBytes, folder, refusal } from './fixtures.ts';
import { counting } from './make.ts';

const json = (value: Readonly<Record<string, MetadataValue>>) => ({ name: 'a.gguf', metadata: new Map(Object.entries(value)) });

test('numbers', () => {
	const metadata = json({ a: 5, big: 5n, huge: 2n ** 60n, half: 0.5, text: '5', none: null, nan: Number.NaN });
	const get = (key: string, integer = true) => getNumber(metadata, key, { min: 1, max: 10, integer });
	assert.equal(get('a'), 5);
	assert.equal(get('big'), 5);
	assert.equal(get('missing'), undefined);
	assert.equal(get('none'), undefined);
	assert.equal(getNumber(metadata, 'half', { min: 0, max: 1 }), 0.5);
	assert.throws(
		() => get('huge'),
		refusal('malformed', /a\.gguf, field huge\): got 1152921504606846976, allowed a whole number from 1 to 10/),
	);
	for (const key of ['half', 'text', 'nan']) assert.throws(() => get(key), refusal('malformed', /setting that cannot be/));
});

test('strings and booleans', () => {
	const metadata = json({ s: 'x', t: true, n: 1, o: { a: [1] } });
	assert.equal(getString(metadata, 's'), 'x');
	assert.equal(getBoolean(metadata, 't'), true);
	assert.equal(getString(metadata, 'missing') ?? getBoolean(metadata, 'missing'), undefined);
	assert.throws(() => getString(metadata, 'n'), refusal('malformed', /got 1, allowed a string/));
	assert.throws(() => getBoolean(metadata, 'o'), refusal('malformed', /got an object, allowed true or false/));
});

test('arrays', async () => {
	const checkpoint = await openCheckpoint(folder({ 'a.gguf': fixtureBytes('values.gguf') }));
	assert.deepEqual(await readNumbers(checkpoint, 'test.array.int8', 3), Int8Array.of(-128, 0, -128));
	assert.equal((await readStrings(checkpoint, 'test.array.string', 6))!.length, 6);
	assert.equal(await readNumbers(checkpoint, 'missing', 3), undefined);
	assert.equal(await readStrings(checkpoint, 'missing', 3), undefined);
	assert.deepEqual(await readNumbers(json({ list: [1, 2.5] }), 'list', 2), Float64Array.of(1, 2.5));
	await assert.rejects(
		readNumbers(checkpoint, 'test.array.int8', 2),
		refusal('malformed', /test\.array\.int8\): got 3, allowed at most 2 entries/),
	);
	await assert.rejects(readStrings(checkpoint, 'test.array.string', 5), refusal('malformed', /at most 5 entries/));
	await assert.rejects(
		readNumbers(checkpoint, 'test.array.string', 9),
		refusal('malformed', /got 6 × string, allowed an array of numbers/),
	);
	await assert.rejects(readNumbers(checkpoint, 'test.array.uint64', 9), refusal('malformed', /got 3 × u64/));
	await assert.rejects(readStrings(checkpoint, 'test.uint8', 9), refusal('malformed', /got 255, allowed an array of strings/));
	await assert.rejects(readNumbers(json({ list: [1, 'a'] }), 'list', 2), refusal('malformed', /an array of numbers/));
});

test('ranges of a tensor', async () => {
	const tensor = { ...counting('t', [3, 2]), byteOffset: 4, byteLength: 20 };
	assert.deepEqual(new Float32Array((await readTensorBytes(tensor)).slice().buffer), Float32Array.of(1, 2, 3, 4, 5));
	assert.deepEqual(new Float32Array((await readTensorBytes(tensor, 4, 8)).slice().buffer), Float32Array.of(2, 3));
	for (const [offset, length] of [
		[-1, 1],
		[0, 21],
		[20, 1],
		[0.5, 1],
		[0, -1],
		[2 ** 53, 2 ** 53],
		[Number.NaN, 0],
	]) {
		await assert.rejects(
			readTensorBytes(tensor, offset, length),
			refusal('out-of-range', /bytes outside the tensor \(t, tensor t\).*0 to 20/),
		);
	}
});

test('rows of a table: in the order asked for, each read once, neighbours together', async () => {
	const table = counting('t', [100, 3]);
	const reads: string[] = [];
	const source = {
		...table.source,
		read: (offset: number, length: number) => {
			reads.push(`${offset}+${length}`);
			return table.source.read(offset, length);
		},
	};
	const rows = await readRows({ ...table, source }, [7, 5, 6, 90, 5]);
	assert.deepEqual(new Float32Array(rows.buffer), Float32Array.of(21, 22, 23, 15, 16, 17, 18, 19, 20, 270, 271, 272, 15, 16, 17));
	assert.deepEqual(reads, ['60+36', '1080+12']);
	assert.equal((await readRows(table, [])).length, 0);
	for (const row of [-1, 100, 0.5, Number.NaN])
		await assert.rejects(readRows(table, [0, row]), refusal('out-of-range', /no such row.*0 to 99/));
});

test('rows of other shapes', async () => {
	const shapes: readonly (readonly [readonly number[], number, number])[] = [
		[[5], 1, 20],
		[[2, 3, 4], 6, 16],
		[[], 1, 4],
		[[0, 4], 0, 0],
	];
	for (const [shape, rows, bytes] of shapes) {
		assert.equal(rowCount(counting('t', shape)), rows);
		assert.equal(rowByteLength(counting('t', shape)), bytes);
	}
	// Q8_0: 64 values are two blocks of 34 bytes.
	const quantized = {
		...counting('q', []),
		dtype: 'Q8_0' as const,
		shape: [3, 64],
		source: memorySource(
			'q',
			new Uint8Array(204).map((_, i) => i),
		),
		byteLength: 204,
	};
	assert.equal(rowByteLength(quantized), 68);
	assert.deepEqual(
		await readRows(quantized, [2]),
		Uint8Array.from({ length: 68 }, (_, i) => 136 + i),
	);
});
