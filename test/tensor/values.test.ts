// Shapes, conversions between number formats, whole tensors, printing: cases that a reader can redo.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	bfloatToNumber,
	decodeTensor,
	dtypes,
	elementCount,
	F8_E4M3_VALUES,
	F8_E5M2_VALUES,
	halfToNumber,
	numberToHalf,
	shortestFloat32,
	shortestFloat32s,
	tensorByteLength,
} from '../../src/tensor/index.ts';
import { randomWords } from '../random.ts';

test('elementCount multiplies, and refuses what no file can hold', () => {
	assert.equal(elementCount([]), 1);
	assert.equal(elementCount([8, 4]), 32);
	assert.equal(elementCount([0, 2 ** 40]), 0);
	assert.equal(elementCount([2 ** 26, 2 ** 26]), 2 ** 52);
	assert.throws(() => elementCount([2 ** 27, 2 ** 26]), { code: 'too-large', message: /2\^53/ });
	assert.throws(() => elementCount(Array(40).fill(2 ** 50)), { code: 'too-large' });
	for (const size of [-1, 1.5, Number.NaN, 2 ** 60]) assert.throws(() => elementCount([2, size]), { code: 'wrong-shape' });
});

test('tensorByteLength counts whole blocks of a row', () => {
	assert.equal(tensorByteLength(dtypes.F32, [8, 4]), 128);
	assert.equal(tensorByteLength(dtypes.Q4_0, [2, 64]), 72);
	assert.equal(tensorByteLength(dtypes.Q6_K, [3, 512]), 3 * 2 * 210);
	assert.equal(tensorByteLength(dtypes.F16, []), 2);
	// 64 values in all, but rows of 16 are half a block.
	assert.throws(() => tensorByteLength(dtypes.Q8_0, [4, 16]), { code: 'wrong-shape', message: /multiple of 32/ });
	assert.throws(() => tensorByteLength(dtypes.F64, [2 ** 26, 2 ** 26]), { code: 'too-large' });
});

test('decodeTensor demands that bytes, shape and output agree', () => {
	assert.deepEqual([...decodeTensor(dtypes.I8, [2, 2], Uint8Array.of(1, 255, 128, 127))], [1, -1, -128, 127]);
	const out = new Float32Array(2);
	assert.equal(decodeTensor(dtypes.U8, [2], Uint8Array.of(7, 8), out), out);
	assert.deepEqual([...out], [7, 8]);
	assert.throws(() => decodeTensor(dtypes.F32, [2], new Uint8Array(7)), { code: 'wrong-shape', message: /7 bytes.*8 bytes/ });
	assert.throws(() => decodeTensor(dtypes.F32, [2], new Uint8Array(8), new Float32Array(3)), { code: 'wrong-shape' });
});

test('halves: landmarks of IEEE 754', () => {
	const landmarks: readonly (readonly [bits: number, value: number])[] = [
		[0x0000, 0],
		[0x8000, -0],
		[0x0001, 2 ** -24],
		[0x03ff, 2 ** -14 - 2 ** -24],
		[0x0400, 2 ** -14],
		[0x3555, 0.333251953125],
		[0x3c00, 1],
		[0x3c01, 1 + 2 ** -10],
		[0xc000, -2],
		[0x7bff, 65504],
		[0x7c00, Number.POSITIVE_INFINITY],
		[0xfc00, Number.NEGATIVE_INFINITY],
	];
	for (const [bits, value] of landmarks) {
		assert.ok(Object.is(halfToNumber(bits), value), `${bits.toString(16)} is ${value}`);
		assert.equal(numberToHalf(value), bits);
	}
	assert.ok(Number.isNaN(halfToNumber(0x7c01)));
	assert.equal(numberToHalf(Number.NaN), 0x7e00);
});

test('numberToHalf undoes halfToNumber, and rounds to nearest, ties to even', () => {
	for (let bits = 0; bits < 0x7c00; bits++) {
		const value = halfToNumber(bits);
		assert.equal(numberToHalf(value), bits);
		assert.equal(numberToHalf(-value), bits | 0x8000);
		if (bits === 0x7bff) continue;
		const middle = (value + halfToNumber(bits + 1)) / 2;
		assert.equal(numberToHalf(middle), bits & 1 ? bits + 1 : bits);
		assert.equal(numberToHalf(middle * (1 + 2 ** -50)), bits + 1);
		assert.equal(numberToHalf(middle * (1 - 2 ** -50)), bits);
	}
	assert.equal(numberToHalf(65519.99), 0x7bff);
	assert.equal(numberToHalf(65520), 0x7c00);
	assert.equal(numberToHalf(2 ** -26), 0);
});

test('bfloat16 and the two 8-bit formats: landmarks', () => {
	assert.equal(bfloatToNumber(0x3f80), 1);
	assert.equal(bfloatToNumber(0xc049), -3.140625);
	assert.equal(F8_E4M3_VALUES[0x7e], 448);
	assert.ok(Number.isNaN(F8_E4M3_VALUES[0x7f]!));
	assert.equal(F8_E4M3_VALUES[0x01], 2 ** -9);
	assert.equal(F8_E4M3_VALUES[0x38], 1);
	assert.equal(F8_E5M2_VALUES[0x7b], 57344);
	assert.equal(F8_E5M2_VALUES[0x7c], Number.POSITIVE_INFINITY);
	assert.ok(Object.is(F8_E5M2_VALUES[0x80], -0));
});

test('shortestFloat32 prints the decimal that was typed', () => {
	const typed = [0.481, -0.7042, 0.14624, 2.5387, -1.0701, 1e-45, 3.4028235e38, 16777216, 123456792, 0.1, 1 / 3];
	for (const value of typed) assert.equal(Math.fround(shortestFloat32(Math.fround(value))), Math.fround(value));
	assert.equal(JSON.stringify(shortestFloat32s(Float32Array.of(0.481, -0.7042, 0.14624, 2.5387))), '[0.481,-0.7042,0.14624,2.5387]');
	assert.equal(String(shortestFloat32(1e-45)), '1e-45');
	assert.equal(String(shortestFloat32(3.4028234663852886e38)), '3.4028235e+38');
	assert.equal(String(shortestFloat32(2 ** 23 + 1)), '8388609');
	assert.ok(Object.is(shortestFloat32(-0), -0));
	assert.ok(Number.isNaN(shortestFloat32(Number.NaN)));
});

test('shortestFloat32 reads back, and no shorter decimal does', () => {
	const word = new Uint32Array(1);
	const float = new Float32Array(word.buffer);
	const random = randomWords(1);
	for (let i = 0; i < 20000; i++) {
		word[0] = random();
		const value = float[0]!;
		if (!Number.isFinite(value)) continue;
		const short = shortestFloat32(value);
		assert.equal(Math.fround(short), value);
		const digits = short.toExponential().replace(/e.*|[-.]/g, '').length;
		if (digits > 1) assert.notEqual(Math.fround(Number(value.toPrecision(digits - 1))), value);
	}
});

test('shortestFloat32 is by its definition the shortest, for values of every size', () => {
	const bits = new Uint32Array(1);
	const float = new Float32Array(bits.buffer);
	for (let i = 0; i < 100_000; i++) {
		bits[0] = i % 2 ? Math.imul(i, 0x9e3779b1) : 0x2a000000 + (Math.imul(i, 0x9e3779b1) >>> 5); // any bits; sizes from 1e-13 to 1e10
		const value = float[0]!;
		if (!Number.isFinite(value) || value === 0) continue;
		let digits = 1;
		while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
		assert.equal(shortestFloat32(value), Number(value.toPrecision(digits)));
	}
});
