// GGUF headers that lie: each gets a typed refusal that names file, place, value and bound.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import { refusal } from './fixtures.ts';

type Part = Uint8Array | string | number[];

/** Bytes, text, and lists of bytes, one behind the other. */
function bytes(...parts: Part[]): Uint8Array {
	return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
}

function u32(value: number): Uint8Array {
	return new Uint8Array(Uint32Array.of(value).buffer);
}

function u64(value: number | bigint): Uint8Array {
	return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function text(value: string): Uint8Array {
	return bytes(u64(Buffer.byteLength(value)), value);
}

function header(tensors: number | bigint, keys: number | bigint, ...rest: Part[]): Uint8Array {
	return bytes('GGUF', u32(3), u64(tensors), u64(keys), ...rest);
}

/** A file of one F32 tensor [4] called 't', with some part of its info changed. */
function oneTensor(
	changes: { name?: Uint8Array; rank?: Uint8Array; dims?: Uint8Array; type?: Uint8Array; offset?: Uint8Array; data?: Uint8Array } = {},
): Uint8Array {
	const { name = text('t'), rank = u32(1), dims = u64(4), type = u32(0), offset = u64(0), data = new Uint8Array(16) } = changes;
	const info = header(1, 0, name, rank, dims, type, offset);
	return bytes(info, new Uint8Array((32 - (info.length % 32)) % 32), data);
}

const key = (value: Part, type: number) => header(0, 1, text('some.key'), u32(type), value);
const HUGE: readonly (readonly [string, bigint])[] = [
	['2^60', 2n ** 60n],
	['-1', 2n ** 64n - 1n],
	['2^32 - 1', 2n ** 32n - 1n],
	['2^53', 2n ** 53n],
];

const CASES: readonly (readonly [string, Uint8Array, ErrorCode, RegExp])[] = [
	['nothing', bytes(), 'malformed', /ends in the middle.*field magic, byte 0.*got 0 bytes left/],
	['half a magic', bytes('GG'), 'malformed', /ends in the middle.*magic/],
	['another magic', bytes('GGUG', new Uint8Array(60)), 'malformed', /not a GGUF file/],
	['magic alone', bytes('GGUF'), 'malformed', /field version, byte 4/],
	['version 0', bytes('GGUF', u32(0), new Uint8Array(60)), 'malformed', /no such GGUF version.*got 0.*2, 3/],
	['version 1', bytes('GGUF', u32(1), new Uint8Array(60)), 'unsupported', /GGUF version 1 .*Convert/],
	['version 4', bytes('GGUF', u32(4), new Uint8Array(60)), 'unsupported', /not known.*got 4/],
	['counts missing', bytes('GGUF', u32(3), u64(0)), 'malformed', /metadata_kv_count/],
	...HUGE.flatMap(
		([name, value]) =>
			[
				[`${name} tensors`, header(value, 0), 'malformed', /field tensor_count, byte 8.*at most 0/],
				[`${name} keys`, header(0, value), 'malformed', /field metadata_kv_count, byte 16.*at most 0/],
				[`key of ${name} bytes`, header(0, 1, u64(value), new Uint8Array(99)), 'malformed', /length of key 0.*byte 24.*at most 99/],
				[`string of ${name} bytes`, key(u64(value), 8), 'malformed', /some\.key.*at most 0/],
				[`array of ${name} bytes`, key(bytes(u32(0), u64(value)), 9), 'malformed', /some\.key.*at most 0, the bytes left/],
				[`array of ${name} strings`, key(bytes(u32(8), u64(value), new Uint8Array(80)), 9), 'malformed', /at most 10/],
				[`array with a string of ${name} bytes`, key(bytes(u32(8), u64(1), u64(value)), 9), 'malformed', /some\.key\[0\].*at most 0/],
				[`array of ${name} arrays`, key(bytes(u32(9), u64(value), new Uint8Array(24)), 9), 'malformed', /at most 2/],
				[`name of ${name} bytes`, oneTensor({ name: u64(value) }), 'malformed', /length of tensor name 0/],
				[
					`dimension of ${name}`,
					oneTensor({ dims: u64(value) }),
					'malformed',
					value < 2n ** 50n ? /cut short/ : /dimension 0.*at most 9007199254740991/,
				],
				[
					`offset of ${name}`,
					oneTensor({ offset: u64(value) }),
					'malformed',
					value < 2n ** 50n ? /not aligned/ : /t: offset.*beyond any file/,
				],
			] as const,
	),
	['an empty key', header(0, 1, u64(0), u32(0), [0]), 'malformed', /empty name.*key 0/],
	['a key that is not UTF-8', header(0, 1, u64(1), [0xff], u32(0), [0, 0, 0]), 'malformed', /not UTF-8/],
	['a key twice', header(0, 2, text('a'), u32(0), [1], text('a'), u32(0), [1]), 'malformed', /a key stands twice.*field a/],
	['an unknown type of value', key([0], 13), 'malformed', /unknown type of value.*got 13, allowed 0 u8, .*12 f64/],
	['a boolean of 2', key([2], 7), 'malformed', /boolean.*got 2/],
	['a value cut short', key([1, 2, 3], 4), 'malformed', /ends in the middle.*some\.key.*got 3 bytes left/],
	[
		'arrays 5 deep',
		key(bytes(...Array.from({ length: 4 }, () => bytes(u32(9), u64(1))), u32(0), u64(0)), 9),
		'malformed',
		/nested too deeply/,
	],
	['an alignment of 0', header(0, 1, text('general.alignment'), u32(4), u32(0)), 'malformed', /no possible alignment.*got 0.*power of two/],
	['an alignment of 48', header(0, 1, text('general.alignment'), u32(4), u32(48)), 'malformed', /got 48/],
	['an alignment in words', header(0, 1, text('general.alignment'), u32(8), text('32')), 'malformed', /general\.alignment/],
	[
		'five dimensions',
		oneTensor({ rank: u32(5), dims: bytes(...Array.from({ length: 5 }, () => u64(1))) }),
		'malformed',
		/too many dimensions.*got 5/,
	],
	['2^32 - 1 dimensions', oneTensor({ rank: u32(0xffffffff) }), 'malformed', /too many dimensions/],
	['dimensions that overflow', oneTensor({ rank: u32(2), dims: bytes(u64(2n ** 31n), u64(2n ** 31n)) }), 'malformed', /less than 2\^53/],
	['a row of half a block', oneTensor({ type: u32(2), dims: u64(48) }), 'malformed', /whole blocks.*got 48.*multiple of 32/],
	['an offset that is not aligned', oneTensor({ offset: u64(8) }), 'malformed', /not aligned.*got 8.*32/],
	[
		'a tensor beyond the end',
		oneTensor({ dims: u64(5) }),
		'malformed',
		/cut short.*got \d+ bytes.*where its last tensor ends.*Fetch it again/,
	],
	['a tensor far beyond the end', oneTensor({ offset: u64(2n ** 20n) }), 'malformed', /beyond the end.*tensor t.*got 16 bytes.*allowed 0/],
	['data that is missing', oneTensor({ data: bytes() }), 'malformed', /cut short: 0\.0 of 0\.0 MB/],
	[
		'a tensor twice',
		header(2, 0, ...[1, 2].map(() => bytes(text('t'), u32(0), u32(0), u64(0))), new Uint8Array(64)),
		'malformed',
		/a tensor stands twice/,
	],
	[
		'a tensor over another',
		header(2, 0, ...['a', 'b'].map((name) => bytes(text(name), u32(1), u64(2), u32(0), u64(0))), new Uint8Array(64)),
		'malformed',
		/lies over another, "a".*tensor b/,
	],
];

for (const [name, file, code, message] of CASES) {
	test(name, () => assert.rejects(readGguf(memorySource('hostile.gguf', file)), refusal(code, message)));
}

test('the files around these cases are good', async () => {
	assert.equal((await readGguf(memorySource('a', oneTensor()))).tensors.get('t')!.byteLength, 16);
	assert.deepEqual((await readGguf(memorySource('a', oneTensor({ rank: u32(0), dims: bytes() })))).tensors.get('t')!.shape, []);
	assert.equal((await readGguf(memorySource('a', oneTensor({ dims: u64(0), data: bytes() })))).tensors.get('t')!.byteLength, 0);
	assert.equal((await readGguf(memorySource('a', key(bytes(u32(9), u64(1), u32(0), u64(1), [7]), 9)))).metadata.size, 1);
});

test('every beginning of a good file is refused, or lacks nothing', async () => {
	const whole = oneTensor();
	for (let length = 0; length < whole.length; length++) {
		await assert.rejects(readGguf(memorySource('cut.gguf', whole.subarray(0, length))), refusal('malformed', /cut\.gguf/));
	}
});

/** A sparse file of a terabyte, zeros behind `start`: only what is read exists. */
function sparse(start: Uint8Array): { source: ByteSource; read: () => number } {
	let read = 0;
	const source = {
		...memorySource('sparse.gguf', start),
		byteLength: 2 ** 40,
		async read(byteOffset: number, byteLength: number) {
			read += byteLength;
			const out = new Uint8Array(byteLength);
			if (byteOffset < start.length) out.set(start.subarray(byteOffset, byteOffset + byteLength));
			return out;
		},
	};
	return { source, read: () => read };
}

const SPARSE: readonly (readonly [string, Uint8Array, ErrorCode, RegExp])[] = [
	['2^36 empty strings', key(bytes(u32(8), u64(2n ** 36n)), 9), 'malformed', /too long for a header.*got 68719476736 × string/],
	['2^24 + 1 empty strings', key(bytes(u32(8), u64(2n ** 24n + 1n)), 9), 'malformed', /too many strings/],
	[
		'strings of a gigabyte',
		key(bytes(u32(8), u64(1000), u64(2n ** 30n)), 9),
		'malformed',
		/some\.key\[0\].*what is left of the longest array/,
	],
	['a string of a gigabyte', key(u64(2n ** 30n), 8), 'malformed', /at most 67108864, twice the largest tokenizer\.json/],
	['2^38 numbers', key(bytes(u32(6), u64(2n ** 37n)), 9), 'malformed', /too long for a header/],
	['2^33 tensors', header(2n ** 33n, 0), 'malformed', /tensor_count.*at most 262144/],
	['2^33 keys', header(0, 2n ** 33n), 'malformed', /metadata_kv_count.*at most 65536/],
];
for (const [name, start, code, message] of SPARSE) {
	test(`a terabyte of nothing: ${name}`, async () => {
		const { source, read } = sparse(start);
		await assert.rejects(readGguf(source), refusal(code, message));
		assert.ok(read() <= 128 * 1024, `${read()} bytes read`);
	});
}
