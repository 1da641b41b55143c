// Single parts by arithmetic that a reader can redo.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { route } from '../../src/compute/route.ts';
import type { AttentionConfig } from '../../src/spec/config.ts';
import { alibiSlopes, bfloat16, bucketOf, sinusoids } from '../../src/transformer/position.ts';
import { activationOf, erf } from '../../src/transformer/reference/activations.ts';
import { attend, norm } from '../../src/transformer/reference/operations.ts';
import { frequencies, rotate } from '../../src/transformer/rope.ts';
import { rowsOf } from '../../src/weights/views.ts';
import { worstError } from './open.ts';

const near = (got: ArrayLike<number>, wanted: ArrayLike<number>) =>
	assert.ok(worstError(got, wanted) < 1e-6, `${Array.from(got)} ≈ ${Array.from(wanted)}`);

test('attention: two keys, one twice as near', () => {
	// scores 0 and ln 3 → weights 1/4 and 3/4 → context 1/4 · (4, 0) + 3/4 · (0, 4) = (1, 3)
	const config: AttentionConfig = {
		heads: 1,
		keyHeads: 1,
		headWidth: 2,
		bias: { query: false, key: false, value: false, output: false },
		scale: Math.log(3),
		causal: true,
		sinks: false,
	};
	const call = {
		config,
		query: Float32Array.of(0, 1),
		keys: Float32Array.of(1, 0, 0, 1),
		values: Float32Array.of(4, 0, 0, 4),
		T: 1,
		S: 2,
		first: 1,
	};
	near(attend(call, {}), [1, 3]);
	// The first token sees itself alone.
	near(attend({ ...call, first: 0 }, {}), [4, 0]);
	// A window of 1 hides the first key; a sink as high as the second score takes 3 of 1 + 3 + 3 parts.
	near(attend({ ...call, config: { ...config, window: 1 } }, {}), [0, 4]);
	near(attend({ ...call, sinks: Float32Array.of(Math.log(3)) }, {}), [4 / 7, 12 / 7]);
	// A cap of 1 turns the score ln 3 into tanh(ln 3) = 4/5.
	const share = Math.exp(0.8) / (1 + Math.exp(0.8));
	near(attend({ ...call, config: { ...config, cap: 1 } }, {}), [4 * (1 - share), 4 * share]);
});

test('norms: (3, 4) by its root mean square, and about its mean', () => {
	const gain = Float32Array.of(2, 1);
	near(norm(Float32Array.of(3, 4), 2, { kind: 'rms', epsilon: 0, bias: false, gainOffset: 0 }, gain), [
		6 / Math.sqrt(12.5),
		4 / Math.sqrt(12.5),
	]);
	near(norm(Float32Array.of(3, 4), 2, { kind: 'layer', epsilon: 0, bias: true, gainOffset: 0 }, gain, Float32Array.of(10, 20)), [8, 21]);
	near(norm(Float32Array.of(3, 4), 2, { kind: 'layer', epsilon: 0, bias: false, gainOffset: 1 }, gain), [-3, 2]);
});

test('rope: theta 100, 4 dimensions → 1 and 1/10 turns per token, in every way of stretching', () => {
	const base = { pairing: 'halves', theta: 100, dimensions: 4 } as const;
	near(frequencies({ ...base, scaling: { kind: 'none' } }, 8).inverse, [1, 0.1]);
	near(frequencies({ ...base, scaling: { kind: 'linear', factor: 4 } }, 8).inverse, [0.25, 0.025]);
	// Dynamic: base 100 · (2 · 16 / 8 − 1)^(4 / 2) = 900, so the second pair turns 1/30 a token.
	near(frequencies({ ...base, scaling: { kind: 'dynamic', factor: 2, context: 8 } }, 16).inverse, [1, 1 / 30]);
	const long = { kind: 'longrope', context: 8, short: [1, 2], long: [4, 5], magnitude: 1 } as const;
	near(frequencies({ ...base, scaling: long }, 8).inverse, [1, 0.05]);
	near(frequencies({ ...base, scaling: long }, 9).inverse, [0.25, 0.02]);
	// By wavelength: 2π / 1 = 6.3 is shorter than 100 / 4 and stays; 2π / 0.1 = 62.8 lies between: mixed with (100 / 62.8 − 1) / 3.
	const smooth = (100 / (20 * Math.PI) - 1) / 3;
	const bands = { kind: 'wavelength', factor: 8, lowFactor: 1, highFactor: 4, context: 100 } as const;
	near(frequencies({ ...base, scaling: bands }, 8).inverse, [1, (0.1 * (1 - smooth)) / 8 + 0.1 * smooth]);
});

test('rope: a quarter turn carries the first half into the second, or one neighbour into the other', () => {
	const quarter = { pairs: 2, cos: Float32Array.of(0, 0), sin: Float32Array.of(1, 1) };
	const turned = (pairing: 'halves' | 'interleaved') => {
		const x = Float32Array.of(1, 2, 3, 4);
		return rotate(x, 1, 4, { pairing, theta: 100, dimensions: 4, scaling: { kind: 'none' } }, quarter);
	};
	near(turned('halves'), [-3, -4, 1, 2]);
	near(turned('interleaved'), [-2, 1, -4, 3]);
});

test('ALiBi: 8 heads halve from 1/2 to 1/256; the 2 more of 10 heads take every second step of a finer row', () => {
	near(alibiSlopes(8), [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]);
	near(alibiSlopes(10).slice(8), [2 ** -0.5, 2 ** -1.5]);
	assert.equal(bfloat16(1 + 2 ** -8), 1);
	assert.equal(bfloat16(1 + 3 * 2 ** -8), 1 + 2 ** -6);
});

test('buckets of distance: 16 to each side, 8 of them exact, the last from 128 on', () => {
	const of = (distance: number) => bucketOf(distance, 32, 128);
	assert.deepEqual([0, -1, -7, -8, -128, -5000].map(of), [0, 1, 7, 8, 15, 15]);
	assert.deepEqual([1, 7, 8, 5000].map(of), [17, 23, 24, 31]);
});

test('sinusoids: position 1 at width 4', () => {
	near(sinusoids([1], 4), [Math.sin(1), Math.sin(0.01), Math.cos(1), Math.cos(0.01)]);
});

test('routing: scores ln 1, ln 2, ln 5, two of three experts', () => {
	const scores = Float32Array.of(0, Math.log(2), Math.log(5));
	const experts = { count: 3, used: 2, routerBias: false } as const;
	near(route(scores, { ...experts, routing: 'softmax-then-top', normalised: false }), [0, 2 / 8, 5 / 8]);
	near(route(scores, { ...experts, routing: 'softmax-then-top', normalised: true }), [0, 2 / 7, 5 / 7]);
	near(route(scores, { ...experts, routing: 'top-then-softmax', normalised: true }), [0, 2 / 7, 5 / 7]);
});

test('activations at 1: gate, and up 3', () => {
	// erf(1/√2) = 0.6826894921 is the share within one standard deviation.
	assert.ok(Math.abs(erf(Math.SQRT1_2) - 0.682689492137086) < 1e-12);
	assert.ok(Math.abs(erf(3.5) - 0.999999256901628) < 1e-12 && erf(-3.5) === -erf(3.5));
	near([activationOf('gelu')(1, 3)], [1.5 * (1 + 0.682689492137086)]);
	near([activationOf('silu')(1, 3)], [3 / (1 + Math.exp(-1))]);
	near([activationOf('relu')(-1, 3), activationOf('relu')(1, 3)], [0, 3]);
	// Clamped at 2: gate 5 → 2, up 3 → 2, and up counts from 1 on.
	near([activationOf({ kind: 'clamped-swiglu', alpha: 1, limit: 2 })(5, 3)], [3 * (2 / (1 + Math.exp(-2)))]);
});

test('rows of a view of rows', () => {
	const view = {
		tensor: {} as never,
		rows: 6,
		columns: 1,
		take: [
			{ first: 0, count: 2, step: 1 },
			{ first: 10, count: 4, step: 2 },
		],
	};
	assert.deepEqual(rowsOf(view, 1, 3).take, [
		{ first: 1, count: 1, step: 1 },
		{ first: 10, count: 2, step: 2 },
	]);
});
