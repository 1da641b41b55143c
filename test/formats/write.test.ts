// The GGUF writer: what it writes is what the reference wrote, and what the reader reads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/bytes/memory.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import type { GgufValue } from '../../src/formats/gguf/write.ts';
import { fixture, fixtureBytes, refusal } from './fixtures.ts';
import { counting, ggufBytes } from './make.ts';

for (const name of ['values.gguf', 'types.gguf', 'aligned.gguf', 'split-00001-of-00003.gguf']) {
	test(`${name}: copied key by key and tensor by tensor, it is the same file`, async () => {
		const { source, entries, tensors, alignment } = await readGguf(fixture(name));
		const metadata = new Map(
			[...entries].map(([key, { byteOffset, byteLength }]): [string, GgufValue] => [key, { type: 'copy', source, byteOffset, byteLength }]),
		);
		assert.deepEqual(await ggufBytes({ metadata, tensors: [...tensors.values()], alignment }), fixtureBytes(name));
	});
}

test('values.gguf written from values is the same file', async () => {
	const number = {
		u8: 255,
		i8: -128,
		u16: 65535,
		i16: -32768,
		u32: 4294967295,
		i32: -2147483648,
		f32: 0.1,
		u64: 2n ** 64n - 1n,
		i64: -(2n ** 63n),
		f64: 0.1,
	} as const;
	const names: Readonly<Record<string, string>> = { u: 'uint', i: 'int', f: 'float' };
	const metadata = new Map<string, GgufValue>([['general.architecture', { type: 'string', value: 'test' }]]);
	for (const [of, value] of Object.entries(number) as [keyof typeof number, number | bigint][]) {
		const name = names[of[0]!] + of.slice(1);
		metadata.set(`test.${name}`, { type: of, value });
		metadata.set(`test.array.${name}`, { type: 'array', of, values: [value, 0, value] });
	}
	metadata.set('test.bool', { type: 'bool', value: true });
	metadata.set('test.array.bool', { type: 'array', of: 'bool', values: [1, 0, 1] });
	metadata.set('test.string', { type: 'string', value: '안녕, 世界 🙂\ufeff' });
	metadata.set('test.empty', { type: 'string', value: '' });
	metadata.set('test.array.string', { type: 'array', of: 'string', values: ['', 'a', '통사', '\ufeffbom', 'x'.repeat(40), 'z'] });
	metadata.set('test.array.one', { type: 'array', of: 'u8', values: [7] });
	assert.deepEqual(await ggufBytes({ metadata, tensors: [] }), fixtureBytes('values.gguf'));
});

test('tensors come back with shape, place and bytes', async () => {
	const tensors = [counting('a', [2, 3]), counting('b', []), counting('c', [0, 4]), counting('d', [1, 2, 3, 4])];
	const file = await readGguf(memorySource('made', await ggufBytes({ metadata: new Map(), tensors })));
	for (const tensor of tensors) {
		const found = file.tensors.get(tensor.name)!;
		assert.deepEqual([found.shape, found.dtype, found.byteOffset % 32], [tensor.shape, 'F32', 0]);
		assert.deepEqual(await found.source.read(found.byteOffset, found.byteLength), await tensor.source.read(0, tensor.byteLength));
	}
});

test('a type that GGUF lacks is refused before a byte of it is written', async () => {
	await assert.rejects(
		ggufBytes({ metadata: new Map(), tensors: [{ ...counting('a', [4]), dtype: 'F8_E4M3' }] }),
		refusal('unsupported', /no such type.*tensor a.*F8_E4M3/),
	);
});

test('a tensor of a type that is not known lies between its place and the next, and is copied as it is', async () => {
	const [first, second] = [counting('a', [2, 3]), counting('b', [4], 100)];
	const bytes = await ggufBytes({ metadata: new Map(), tensors: [{ ...first, dtype: 'type 138' }, second] });
	const read = await readGguf(memorySource('iq3_k.gguf', bytes));
	const { dtype, shape, byteLength } = read.tensors.get('a')!;
	assert.deepEqual({ dtype, shape, byteLength }, { dtype: 'type 138', shape: [2, 3], byteLength: 32 }); // 24 bytes, padded to 32
	assert.equal(read.tensors.get('b')!.dtype, 'F32');
	const again = await readGguf(memorySource('copy.gguf', await ggufBytes({ metadata: new Map(), tensors: [...read.tensors.values()] })));
	assert.deepEqual(
		[...again.tensors.values()].map((one) => [one.name, one.dtype]),
		[
			['a', 'type 138'],
			['b', 'F32'],
		],
	);
});
