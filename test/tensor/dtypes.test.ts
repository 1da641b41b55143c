// Every type of the dtype table decodes to the bits that another implementation decodes to. Fixtures: scripts/reference/make_dtypes.py

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { DTypeName } from '../../src/tensor/dtype.ts';
import { dtypeByGgmlType, dtypeBySafetensorsName, dtypeOf, dtypes } from '../../src/tensor/dtypes.ts';

interface Case {
	readonly name: DTypeName;
	/** Whose values they are: gguf's dequantize where it has the type, else NumPy's or PyTorch's conversion. */
	readonly by: string;
	readonly raw?: string;
	readonly values?: string;
	/** F16: all 65,536 halves, and Σ bits·(index + 1) mod 2^53 in place of the values. */
	readonly all?: true;
	readonly sum?: string;
}

const cases: readonly Case[] = JSON.parse(
	gunzipSync(readFileSync(new URL('../fixtures/tensor/dtypes.json.gz', import.meta.url))).toString(),
);

const unpack = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

/** Bits of values, every NaN made one: payloads and signs of computed NaNs are not promised. */
const bitsOf = (values: Float32Array) =>
	Uint32Array.from(new Uint32Array(values.buffer), (bits, i) => (Number.isNaN(values[i]) ? 0x7fc00000 : bits));

describe('bit-equal to the reference', () => {
	for (const { name, by, raw, values, sum } of cases) {
		test(`${name} (${by})`, () => {
			const dtype = dtypes[name];
			const bytes = raw === undefined ? new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer) : unpack(raw);
			const blocks = bytes.length / dtype.blockBytes;
			// An odd byte offset and a guard on both sides: nothing may rest on alignment or write outside.
			const shifted = new Uint8Array(bytes.length + 3);
			shifted.set(bytes, 3);
			const out = new Float32Array(blocks * dtype.blockElements + 2).fill(42);
			dtype.decode(shifted, 3, blocks, out, 1);
			assert.equal(out[0], 42);
			assert.equal(out.at(-1), 42);
			const got = bitsOf(out.slice(1, -1));
			if (values === undefined) {
				const total = got.reduce((t, bits, i) => t + BigInt(bits) * BigInt(i + 1), 0n);
				assert.equal(String(total % (1n << 53n)), sum);
			} else {
				const expected = bitsOf(new Float32Array(unpack(values).buffer));
				const wrong = got.findIndex((bits, i) => bits !== expected[i]);
				assert.equal(wrong, -1, `value ${wrong}: got ${got[wrong]?.toString(16)}, expected ${expected[wrong]?.toString(16)}`);
				assert.equal(got.length, expected.length);
			}
		});
	}

	test('has a fixture for every type', () => {
		assert.deepEqual(cases.map(({ name }) => name).sort(), Object.keys(dtypes).sort());
	});
});

test('F32 and BF16 keep the payload of a NaN', () => {
	const out = new Float32Array(2);
	dtypes.F32.decode(Uint8Array.of(0x45, 0x23, 0xc1, 0x7f), 0, 1, out, 0);
	dtypes.BF16.decode(Uint8Array.of(0xc1, 0xff), 0, 1, out, 1);
	assert.deepEqual([...new Uint32Array(out.buffer)], [0x7fc12345, 0xffc10000]);
});

/** Blocks that a reader can redo on paper: [type, bytes, some values by index]. Halves: 0x3c00 = 1, 0x4000 = 2, 0x3800 = 0.5. */
const BY_HAND: readonly (readonly [DTypeName, readonly number[], Readonly<Record<number, number>>])[] = [
	// d = 2; first byte 0x1f: low nibble 15 − 8 = 7, high nibble 1 − 8 = −7.
	['Q4_0', [0x00, 0x40, 0x1f, ...Array(15).fill(0x88)], { 0: 14, 16: -14, 1: 0, 31: 0 }],
	// d = 2, m = 0.5; 15·2 + 0.5 and 1·2 + 0.5.
	['Q4_1', [0x00, 0x40, 0x00, 0x38, 0x1f, ...Array(15).fill(0)], { 0: 30.5, 16: 2.5, 1: 0.5 }],
	// d = 1; fifth bits of values 0 and 17 set: 16 + 3 − 16 = 3; value 17: 16 + 0 − 16 = 0; the others 0 − 16.
	['Q5_0', [0x00, 0x3c, 0x01, 0x00, 0x02, 0x00, 0x03, ...Array(15).fill(0)], { 0: 3, 16: -16, 17: 0, 1: -16 }],
	// d = 0.5; −128/2 and 127/2.
	['Q8_0', [0x00, 0x38, 0x80, 0x7f, ...Array(30).fill(0)], { 0: -64, 1: 63.5, 2: 0 }],
	// 2^(128 − 128) = 1 times the doubled E2M1 values 12 and −12.
	['MXFP4', [128, 0xf7, ...Array(15).fill(0)], { 0: 12, 16: -12, 1: 0 }],
	// d = 1: level 0 is −127, level 15 is 113.
	['IQ4_NL', [0x00, 0x3c, 0xf0, ...Array(15).fill(0x88)], { 0: -127, 16: 113, 1: 1 }],
	// d = 1; first byte 0b11100100: codes 0, 1, 2, 3 of values 0, 32, 64, 96.
	['TQ2_0', [0b11100100, ...Array(63).fill(0b01010101), 0x00, 0x3c], { 0: -1, 32: 0, 64: 1, 96: 2, 1: 0 }],
];

describe('by hand', () => {
	for (const [name, bytes, expected] of BY_HAND) {
		test(name, () => {
			const dtype = dtypes[name];
			assert.equal(bytes.length, dtype.blockBytes);
			const out = new Float32Array(dtype.blockElements);
			dtype.decode(Uint8Array.from(bytes), 0, 1, out, 0);
			for (const [i, value] of Object.entries(expected)) assert.equal(out[Number(i)], value, `value ${i}`);
		});
	}
});

test('types are found by name, by GGUF number and by safetensors name; others are refused by name', () => {
	assert.equal(dtypeByGgmlType.get(8), dtypes.Q8_0);
	assert.equal(dtypeByGgmlType.get(39), dtypes.MXFP4);
	assert.equal(dtypeByGgmlType.get(9), undefined);
	assert.equal(dtypeBySafetensorsName.get('F8_E4M3'), dtypes.F8_E4M3);
	assert.equal(dtypeBySafetensorsName.get('Q8_0'), undefined);
	assert.equal(dtypeOf('Q6_K'), dtypes.Q6_K);
	assert.throws(() => dtypeOf('F8_E8M0'), { code: 'unsupported', message: /F8_E8M0.*Q4_0/ });
	assert.throws(() => dtypeOf('constructor'), { code: 'unsupported' });
});
