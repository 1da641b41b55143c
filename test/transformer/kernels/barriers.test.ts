// Barriers, buffers and liveness by hand: small lists of steps and graphs whose outcome a reader can follow.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createArena } from '../../../src/compute/arena.ts';
import { WEIGHT_KINDS } from '../../../src/compute/layouts.ts';
import type { Step } from '../../../src/program/steps.ts';
import { Barriers } from '../../../src/transformer/kernels/barriers.ts';
import { ActivationBuffers } from '../../../src/transformer/kernels/buffers.ts';
import { Uses } from '../../../src/transformer/kernels/liveness.ts';
import type { Operation, Value } from '../../../src/transformer/kernels/record.ts';
import { divide } from '../../../src/transformer/kernels/shards.ts';
import { MADE, madeModel } from '../../compute/made.ts';

const rows = (at: number) => ({ at, stride: 256 });
const [A, B, C] = [rows(1024), rows(2048), rows(4096)];
const RECORDS = 8192;
const matrix = { kind: WEIGHT_KINDS.unsigned4, at: 16384, rows: 64, columns: 64 };
const norm = (x: typeof A, out: typeof A): Step => ({ op: 'norm', x, width: 64, gain: 64, bias: 0, epsilon: 1e-5, centre: false, out });
const quantise = (x: typeof A): Step => ({ op: 'quantise', x, matrix, records: RECORDS });
const matmul = (y: typeof A): Step => ({ op: 'matmul', matrix, x: A, records: RECORDS, y, add: false, bias: 0 });
const activate = (gate: typeof A): Step => ({ op: 'activate', activation: 'silu', gate, up: undefined, width: 64 });
const rotate = (x: typeof A, heads: number): Step => ({
	op: 'rotate',
	x,
	heads,
	headWidth: 16,
	cos: 64,
	sin: 64,
	pairs: 8,
	interleaved: false,
});

/** The barrier before each step; '' for none. */
function barriersOf(...steps: Step[]): string[] {
	const barriers = new Barriers();
	return steps.map((step) => barriers.before(step)?.when ?? '');
}

test('a norm and the quantising of its rows need no barrier; a product of all rows does, where there are many', () => {
	// One token's norm and records are made by every thread for itself.
	assert.deepEqual(barriersOf(norm(A, B), quantise(B), matmul(C)), ['', '', 'many']);
});

test('the columns that a thread has made are its own to activate; whoever reads all of them waits', () => {
	assert.deepEqual(barriersOf(matmul(C), activate(C), quantise(C)), ['', '', 'always']);
	assert.deepEqual(barriersOf(matmul(C), norm(C, A)), ['', 'always']);
});

test('records are not made anew while another thread still multiplies by the old ones', () => {
	assert.deepEqual(barriersOf(quantise(A), matmul(C), quantise(B)), ['', 'many', 'always']);
});

test('heads: one token is shared out by heads, many by tokens, and another number of heads is another sharing', () => {
	assert.deepEqual(barriersOf(rotate(A, 4), rotate(A, 4), rotate(A, 2)), ['', '', 'one']);
});

test('what nobody touches twice needs no barrier', () => {
	assert.deepEqual(barriersOf(matmul(A), matmul(B), matmul(C)), ['', '', '']);
});

test('buffers: given back, free behind a barrier; rows of an odd width keep their memory to their like', () => {
	const buffers = new ActivationBuffers(createArena(64, 2 ** 20), 4);
	const first = buffers.take(64);
	buffers.give(first);
	assert.notEqual(buffers.take(64).at, first.at, 'a thread may still be late');
	buffers.settle();
	assert.equal(buffers.take(32).at, first.at, 'narrower rows fit');
	const odd = buffers.take(20);
	buffers.give(odd);
	buffers.settle();
	assert.notEqual(buffers.take(64).at, odd.at, 'its last columns must stay zero');
	assert.equal(buffers.take(20).at, odd.at);
});

test('a projection goes into its sum where what it is added to is read no more', () => {
	const made: Value[] = [];
	const value = (operation: Operation): Value => {
		made.push({ made: operation, width: 64 });
		return made.at(-1)!;
	};
	const weight = {} as Extract<Operation, { op: 'linear' }>['weight'];
	const x = value({ op: 'input' });
	const linear = value({ op: 'linear', x, weight });
	const tap = value({ op: 'tap', layer: 0, point: 'attention.output', x: linear });
	const sum = value({ op: 'add', x, y: tap });
	assert.equal(new Uses(made, false).projectionIn(sum), linear);
	assert.equal(new Uses(made, true).projectionIn(sum), undefined, 'the input is somebody else’s');
	// x is read once more: it must not be overwritten.
	value({ op: 'add', x: sum, y: x });
	assert.equal(new Uses(made, false).projectionIn(sum), undefined);
});

test('a block of the usual kind waits six times, whatever its family', async () => {
	const limits = { memoryBudget: 2 ** 30, memoryLimit: 2 ** 30, reserve: 0, floats: false };
	for (const config of MADE.filter(({ blocks }) => !blocks[0]!.norms.attentionOutput)) {
		const [shard] = await divide(madeModel(config), { batch: 128, capacity: 160, threads: 2 }, limits);
		const { blocks } = shard!.compiled.program;
		const waits = blocks.filter((step) => step.op === 'meet' && step.when !== 'many').length;
		assert.ok(waits <= 6 * config.blocks.length, `${config.family}: ${waits}`);
	}
});
