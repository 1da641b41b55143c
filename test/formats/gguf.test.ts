// The GGUF reader against the gguf package's own reader, on files of its own writer (scripts/reference/make_formats.py).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteSource } from '../../src/bytes/source.ts';
import type { LazyArray, MetadataValue, StringTable } from '../../src/formats/checkpoint.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import { type ExpectedGguf, expected, fixture, refusal } from './fixtures.ts';

/** A value in the form that expected.json has: 64-bit numbers beyond 2^53 as strings. */
async function plain(value: MetadataValue, types: readonly string[]): Promise<unknown> {
	if (typeof value === 'bigint') return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER ? String(value) : Number(value);
	if (typeof value !== 'object' || value === null || !('read' in value)) return value;
	const data = await (value as LazyArray).read();
	if ('kind' in data) return strings(data as StringTable);
	const items = Array.from(data as ArrayLike<number | bigint>, (item) => (types[1] === 'BOOL' ? item === 1 : item));
	return Promise.all(items.map((item) => plain(item, [])));
}

function strings({ bytes, offsets, length }: StringTable): string[] {
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	return Array.from({ length }, (_, i) => decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])));
}

/** Python's names of the element types. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
	UINT8: 'u8',
	INT8: 'i8',
	UINT16: 'u16',
	INT16: 'i16',
	UINT32: 'u32',
	INT32: 'i32',
	FLOAT32: 'f32',
	FLOAT64: 'f64',
	UINT64: 'u64',
	INT64: 'i64',
	BOOL: 'bool',
	STRING: 'string',
	ARRAY: 'array',
};

for (const name of ['values.gguf', 'types.gguf', 'aligned.gguf', 'version2.gguf']) {
	test(`${name}: metadata and tensors as the reference sees them`, async () => {
		const seen: ExpectedGguf = expected[name];
		const file = await readGguf(fixture(name));
		assert.equal(file.version, seen.version);
		assert.deepEqual([...file.metadata.keys()], Object.keys(seen.metadata));
		for (const [key, { types, value }] of Object.entries(seen.metadata)) {
			assert.deepEqual(await plain(file.metadata.get(key)!, types), value, key);
			assert.equal(file.entries.get(key)!.type, TYPE_NAMES[types[0]!], key);
			if (types[0] === 'ARRAY') assert.equal((file.metadata.get(key) as LazyArray).elementType, TYPE_NAMES[types[1]!], key);
		}
		assert.deepEqual(
			[...file.tensors.values()].map(({ source, ...tensor }) => tensor),
			seen.tensors,
		);
	});
}

test('values.gguf has every type of value, types.gguf every type of tensor that the writer has', () => {
	const types = Object.values((expected['values.gguf'] as ExpectedGguf).metadata).flatMap((entry) => entry.types);
	assert.equal(new Set(types).size, Object.keys(TYPE_NAMES).length);
	assert.ok(new Set((expected['types.gguf'] as ExpectedGguf).tensors.map(({ dtype }) => dtype)).size >= 30);
});

test('a big-endian file is refused by name', async () => {
	await assert.rejects(readGguf(fixture('big-endian.gguf')), refusal('unsupported', /big-endian.*version.*gguf-convert-endian/));
});

test('opening reads neither arrays of numbers nor tensors', async () => {
	// 1,000,000 f32 in metadata and 1,000,000 bytes of tensor: the header around them has under 200 bytes.
	const { writeGguf } = await import('../../src/formats/gguf/write.ts');
	const { memorySource } = await import('../../src/bytes/memory.ts');
	const parts: Uint8Array[] = [];
	const data = memorySource('data', new Uint8Array(1_000_000));
	await writeGguf(
		{ write: async (bytes) => void parts.push(bytes) },
		{
			metadata: new Map([['numbers', { type: 'array', of: 'f32', values: new Float32Array(1_000_000) }]]),
			tensors: [{ name: 't', dtype: 'U8' as never, shape: [1_000_000], source: data, byteOffset: 0, byteLength: 1_000_000 }].map(
				(tensor) => ({ ...tensor, dtype: 'I8' as const }),
			),
		},
	);
	const source: ByteSource = memorySource('made', Buffer.concat(parts));
	const file = await readGguf(source);
	// One chunk at the beginning, one behind the array.
	assert.ok(source.bytesRead <= 2 * 64 * 1024, `${source.bytesRead} bytes read`);
	assert.equal(((await (file.metadata.get('numbers') as LazyArray).read()) as Float32Array).length, 1_000_000);
});
