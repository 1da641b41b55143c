// The verbs that look inside: trace, edits, lens and surprise, as a person or a script calls them, on tiny checkpoints of real families and
// on the embedded first block. Expected values: scripts/reference/make_families.py (Hugging Face transformers), or arithmetic on what another
// verb gave.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { GenerateJson } from '../../surfaces/protocol/generate.ts';
import type { LensJson, SurpriseJson } from '../../surfaces/protocol/lens.ts';
import type { PointsJson, PointValuesJson, TraceJson } from '../../surfaces/protocol/trace.ts';
import type { EmbedJson } from '../../surfaces/protocol/vectors.ts';
import { expectedAt, FAMILIES } from '../transformer/open.ts';
import { close, json, jsonFile, LLAMA, LLAMA_IDS, llama, logProbabilities, rowOf, SEED } from './engine-calls.ts';
import { tongsa } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'tongsa-inside-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, value: unknown) => jsonFile(folder, name, value);

test('trace shows attention on the embedded first block: causal, each row sums to 1, masked scores are null', async () => {
	const names = ['embedding.rows', 'blocks.0.attention.scores', 'blocks.0.attention.weights'];
	const { ids, points, provenance } = await json<TraceJson>('trace', 'smollm2', SEED, '--at', names.join(','));
	assert.deepEqual(Object.keys(points), names);
	const T = ids.length;
	const [rows, scores, weights] = names.map((name) => points[name]!) as [PointValuesJson, PointValuesJson, PointValuesJson];
	assert.deepEqual(rows.data, (await json<EmbedJson>('embed', 'smollm2', SEED)).rows.flat());
	assert.deepEqual(
		[scores.shape, weights.shape],
		[
			[9, T, T],
			[9, T, T],
		],
	);
	for (let row = 0; row < 9 * T; row++) {
		const seen = weights.data.slice(row * T, (row + 1) * T);
		assert.ok(Math.abs(seen.reduce((a, b) => a + b, 0) - 1) < 1e-5);
		for (const [key, weight] of seen.entries()) {
			const hidden = key > row % T;
			assert.equal(scores.data[row * T + key] === null, hidden);
			assert.equal(weight === 0, hidden);
		}
	}
	assert.deepEqual([provenance.tokens, provenance.precision], [ids, 'exact']);
});

test('trace gives the reference its values, from ids and from vectors', async () => {
	const at = [...llama.tensors.keys()].filter((name) => name !== 'ids');
	const { points } = await json<TraceJson>('trace', LLAMA, '--ids', LLAMA_IDS, '--at', at.join(','));
	for (const name of at) {
		assert.deepEqual(points[name]!.shape, llama.tensors.get(name)!.shape);
		close(points[name]!.data, llama.tensors.get(name)!.data, name);
	}
	const one = JSON.stringify({ point: 'attention.weights', layer: 1, head: 3, token: -1 });
	const row = await json<TraceJson>('trace', LLAMA, '--ids', LLAMA_IDS, '--at', one);
	const { shape, data } = points['blocks.1.attention.weights']!;
	const T = shape[1]!;
	assert.deepEqual(row.points, { 'blocks.1.attention.weights': { shape: [1, 1, T], data: data.slice(4 * T * T - T, 4 * T * T) } });
	const embedding = file('rows.json', await json<EmbedJson>('embed', LLAMA, '--ids', LLAMA_IDS));
	const again = await json<TraceJson>('trace', LLAMA, '--vectors', embedding, '--at', 'blocks.*.output', '--at', 'logits');
	assert.deepEqual(Object.keys(again.points), ['blocks.0.output', 'blocks.1.output', 'logits']);
	assert.deepEqual([again.ids, again.points.logits], [[], points.logits]);
});

test('trace translates: an encoder reads --source-ids', async () => {
	const marian = await expectedAt(join(FAMILIES, 'marian.expected.safetensors'));
	const source = marian.ids('ids').join(',');
	const call = ['trace', join(FAMILIES, 'marian'), '--ids', marian.ids('decoder.ids').join(','), '--source-ids', source];
	const names = ['blocks.2.crossAttention.weights', 'encoder.final.output', 'logits'];
	const { points } = await json<TraceJson>(...call, '--at', names.join(','));
	for (const name of names) close(points[name]!.data, marian.tensors.get(name)!.data, name);
	// As many tokens of each text: the encoder's carry no names of the decoder's.
	const short = [
		'trace',
		call[1]!,
		'--ids',
		'60,5',
		'--source-ids',
		'4,0',
		'--at',
		'blocks.0.crossAttention.key,blocks.0.crossAttention.query',
	];
	const { stdout } = await tongsa(short);
	assert.match(stdout, /\.query .*\n +id .*\n +60 .*\n +5 /);
	assert.match(stdout, /\.key .*\n +id .*\n +0 .*\n +1 /);
	const { ids } = await json<GenerateJson>('generate', call[1]!, '--ids', source, '--max-tokens', '9', '--logit-bias', '60=-100');
	assert.deepEqual(ids, marian.ids('greedy').slice(1, 1 + ids.length));
	assert.ok(ids.length >= 8);
});

test('without --at, trace lists the points with shapes and captions', async () => {
	const { points } = await json<PointsJson>('trace', LLAMA);
	assert.deepEqual(points[0], { name: 'embedding.rows', shape: ['T', 'D'], caption: 'rows of the table' });
	const { stdout } = await tongsa(['trace', LLAMA]);
	assert.match(stdout, /blocks\.i\.attention\.weights +0 to 1 +H × T × T +after softmax/);
	assert.match(stdout, /T tokens, .*V vocabulary/s);
});

test('edits change what they pick and nothing else, and the run as it is stands beside', async () => {
	const context = 'blocks.0.attention.context';
	const edits = [
		{ at: { point: 'attention.context', layer: 0, head: 3 }, zero: true },
		{ at: { point: 'attention.context', layer: 0, head: -1, token: -1 }, add: [0.5] },
		{ at: { point: 'attention.context', layer: 0, head: 1 }, scale: 2 },
	];
	const call = ['trace', LLAMA, '--ids', LLAMA_IDS, '--at', `${context},logits`];
	const both = await json<TraceJson>(...call, '--replace', file('edits.json', edits), '--both');
	const plain = await json<TraceJson>(...call);
	assert.deepEqual(both.before, plain.points);
	const [H, T, Dh] = plain.points[context]!.shape as [number, number, number];
	for (const [i, value] of both.points[context]!.data.entries()) {
		const old = plain.points[context]!.data[i]!;
		const [head, token] = [Math.floor(i / (T * Dh)), Math.floor(i / Dh) % T];
		const wanted = head === 3 ? 0 : head === 1 ? 2 * old : head === H - 1 && token === T - 1 ? old + 0.5 : old;
		assert.ok(Math.abs(value - wanted) < 1e-6, `value ${i}`);
	}
	assert.notDeepEqual(both.points.logits, plain.points.logits);
});

test('what trace gives can be set in another run, masked scores too', async () => {
	const context = 'blocks.1.attention.context';
	const makers = ['blocks.1.attention.value', 'blocks.1.attention.scores'];
	const donor = await json<TraceJson>('trace', LLAMA, '--ids', '4,5,6,7', '--at', [...makers, context].join(','));
	const patch = file(
		'patch.json',
		makers.map((at) => ({ at, set: donor.points[at]!.data })),
	);
	const patched = await json<TraceJson>('trace', LLAMA, '--ids', '8,9,10,11', '--at', context, '--replace', patch);
	assert.deepEqual(patched.points, { [context]: donor.points[context] });
});

test('lens ends in the logits, and surprise is their log-softmax', async () => {
	const logits = llama.tensors.get('logits')!;
	const ids = llama.ids('ids');
	const { layers } = await json<LensJson>('lens', LLAMA, '--ids', LLAMA_IDS, '--top', '3', '--precision', 'exact');
	assert.deepEqual(
		layers.map(({ layer }) => layer),
		[-1, 0, 1],
	);
	const last = logProbabilities(rowOf(logits, ids.length - 1));
	const best = [...last.keys()].sort((a, b) => last[b]! - last[a]!).slice(0, 3);
	assert.deepEqual(
		layers.at(-1)!.top.map(({ id }) => id),
		best,
	);
	for (const { id, probability } of layers.at(-1)!.top) assert.ok(Math.abs(probability - Math.exp(last[id]!)) < 1e-4);

	const { tokens, perplexity } = await json<SurpriseJson>('surprise', LLAMA, '--ids', LLAMA_IDS, '--precision', 'exact');
	const expected = ids.slice(1).map((id, t) => logProbabilities(rowOf(logits, t))[id]!);
	assert.equal(tokens[0]!.logProbability, undefined);
	for (const [t, log] of expected.entries()) assert.ok(Math.abs(tokens[t + 1]!.logProbability! - log) < 1e-4);
	const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
	assert.ok(Math.abs(perplexity! / Math.exp(-mean) - 1) < 1e-4);
});

test('trace --at logits shows the likeliest tokens of each position, as the softmax of the logits has them', async () => {
	const words = ['trace', 'test/fixtures/families/llama.gguf', '--ids', '1,2,3', '--at', 'logits'];
	const { points } = (await tongsa([...words, '--json'])).json<TraceJson>();
	const { shape, data } = points['logits']!;
	const V = shape[1]!;
	const { stdout } = await tongsa(words);
	const lines = stdout.split('\n').slice(1, 4);
	for (let t = 0; t < 3; t++) {
		const logits = (data as number[]).slice(t * V, (t + 1) * V);
		const sum = logits.reduce((all, one) => all + Math.exp(one), 0);
		const best = logits.map((one, id) => [Math.exp(one) / sum, id] as const).sort(([a], [b]) => b - a);
		const said = best.slice(0, 5).map(([p, id]) => `${id} ${(100 * p).toFixed(1)} %`);
		assert.ok(lines[t]!.endsWith(said.join(' | ')), `${lines[t]} for ${said.join(' | ')}`);
	}
});
