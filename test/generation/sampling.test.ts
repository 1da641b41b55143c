// Settings of a draw by name: the chain that they stand for, in llama.cpp's order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOf } from '../../src/generation/sampling.ts';

test('settings become a chain: penalties, top-k, typical, top-p, min-p, temperature last', () => {
	assert.deepEqual(chainOf({ temperature: 0.7, minP: 0.05, topP: 0.9, typical: 0.8, topK: 40, repetition: 1.1, bias: { 5: -100 } }), [
		{ type: 'bias', bias: { 5: -100 } },
		{ type: 'penalties', repetition: 1.1 },
		{ type: 'topK', k: 40 },
		{ type: 'typical', p: 0.8 },
		{ type: 'topP', p: 0.9 },
		{ type: 'minP', p: 0.05 },
		{ type: 'temperature', value: 0.7 },
	]);
	assert.deepEqual(chainOf({}), [{ type: 'temperature', value: 0 }]);
	// A narrowing asks for a draw; 0 narrows nothing.
	assert.deepEqual(chainOf({ topP: 0.9 }).at(-1), { type: 'temperature', value: 1 });
	assert.deepEqual(chainOf({ topK: 0, minP: 0 }), [{ type: 'temperature', value: 0 }]);
	const chain = [{ type: 'topK', k: 3 }] as const;
	assert.equal(chainOf(chain), chain);
	assert.throws(() => chainOf({ temperatur: 1 } as never), /temperatur/);
});
