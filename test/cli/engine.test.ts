// The verbs of the transformer on tiny checkpoints of real families and on the embedded first block, as a person or a script calls them.
// Expected values: scripts/reference/make_families.py (Hugging Face transformers), or arithmetic on what another verb gave.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BenchJson } from '../../surfaces/protocol/bench.ts';
import type { GenerateJson } from '../../surfaces/protocol/generate.ts';
import type { LensJson, SurpriseJson } from '../../surfaces/protocol/lens.ts';
import type { SentenceJson } from '../../surfaces/protocol/sentence.ts';
import type { PointsJson, PointValuesJson, TraceJson } from '../../surfaces/protocol/trace.ts';
import type { EmbedJson } from '../../surfaces/protocol/vectors.ts';
import { expectedAt, FAMILIES, worstError } from '../transformer/open.ts';
import { TOLERANCES } from '../transformer/tolerances.ts';
import { tongsa } from './run.ts';
import { WORDS, wordModel } from './word-model.ts';

const SEED = 'I love you so much.';
const LLAMA = join(FAMILIES, 'llama');
const llama = await expectedAt(`${LLAMA}.expected.safetensors`);
const LLAMA_IDS = llama.ids('ids').join(',');

let folder: string;
/** A llama of 61 words with a chat template. */
let words: string;
before(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-engine-'));
	words = wordModel(join(folder, 'words'), LLAMA);
});
after(() => rmSync(folder, { recursive: true }));

async function json<T>(...call: string[]): Promise<T> {
	const { code, stdout, stderr, json: read } = await tongsa([...call, '--json']);
	assert.equal(code, 0, stderr);
	assert.equal(stderr, '');
	assert.equal(stdout.trimEnd().split('\n').length, 1, 'one object, one line');
	return read<T>();
}

function file(name: string, value: unknown): string {
	const path = join(folder, name);
	writeFileSync(path, JSON.stringify(value));
	return path;
}

const close = (got: readonly (number | null)[], expected: ArrayLike<number>, what: string) =>
	assert.ok(worstError(got as number[], expected) <= TOLERANCES.exact, `${what}: ${worstError(got as number[], expected)}`);

/** log-softmax by its definition. */
function logProbabilities(logits: ArrayLike<number>): number[] {
	const sum = Array.from(logits).reduce((total, logit) => total + Math.exp(logit), 0);
	return Array.from(logits, (logit) => logit - Math.log(sum));
}

const rowOf = ({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }, t: number) =>
	Array.from(data).slice(t * shape[1]!, (t + 1) * shape[1]!);

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

test('generate takes the likeliest token each time, and says why it ended', async () => {
	const { ids, finishReason, seed } = await json<GenerateJson>(
		'generate',
		LLAMA,
		'--ids',
		LLAMA_IDS,
		'--max-tokens',
		'5',
		'--precision',
		'exact',
	);
	assert.deepEqual([ids.length, finishReason, seed], [5, 'length', undefined]);
	const whole = [...llama.ids('ids'), ...ids];
	const { points } = await json<TraceJson>('trace', LLAMA, '--ids', whole.join(','), '--at', 'logits');
	for (const [i, id] of ids.entries()) {
		const row = rowOf(points.logits!, whole.length - ids.length + i - 1);
		assert.equal(row.indexOf(Math.max(...row)), id);
	}
	const all = await json<GenerateJson>('generate', LLAMA, '--ids', '5,6,7', '--max-tokens', '1000');
	assert.deepEqual([all.finishReason, all.ids.length], ['context', 64 - 3]);
});

test('a sampling option beyond its bounds is refused by its own name, before a model is opened; an empty stop text ends nothing', async () => {
	for (const [words, field, allowed] of [
		['--top-p 2', '--top-p', 'above 0, at most 1'],
		['--top-k -1', '--top-k', 'at least 1, or 0 for none'],
		['--min-p 7', '--min-p', 'above 0, at most 1, or 0 for none'],
		['--temperature -1', '--temperature', '0 (greedy) to 100'],
		['--repetition-penalty 0', '--repetition-penalty', 'above 0'],
	] as const) {
		const { code, stderr } = await tongsa(['generate', './nowhere.gguf', 'I', ...words.split(' ')]);
		assert.deepEqual([code, stderr.includes(`(field ${field})`), stderr.includes(allowed)], [2, true, true], stderr);
	}
	const { code, stderr } = await tongsa(['generate', './nowhere.gguf', 'I', '--stop', '']);
	assert.equal(code, 2);
	assert.match(stderr, /field --stop/);
});

test('sampling: a seed repeats a draw, a bias forces or bans a token, log-probabilities are of the model itself', async () => {
	const drawn = (...more: string[]) =>
		json<GenerateJson>('generate', LLAMA, '--ids', '5,6,7', '--max-tokens', '8', '--precision', 'exact', ...more);
	const [one, same, other] = await Promise.all([
		drawn('--temperature', '1.5', '--seed', '1'),
		drawn('--temperature', '1.5', '--seed', '1'),
		drawn('--temperature', '1.5', '--seed', '2'),
	]);
	assert.deepEqual(one.ids, same.ids);
	assert.notDeepEqual(one.ids, other.ids);
	const free = await drawn('--top-p', '0.9');
	assert.deepEqual((await drawn('--top-p', '0.9', '--seed', String(free.seed))).ids, free.ids);
	assert.deepEqual((await drawn('--logit-bias', '9=100')).ids, new Array(8).fill(9));
	const [first] = (await drawn()).ids;
	assert.ok(!(await drawn('--logit-bias', `${first}=-100`)).ids.includes(first!));
	const { tokens } = await drawn('--log-probabilities', '20', '--logit-bias', '9=100');
	const { points } = await json<TraceJson>('trace', LLAMA, '--ids', '5,6,7', '--at', 'logits');
	const logs = logProbabilities(rowOf(points.logits!, 2));
	assert.ok(Math.abs(tokens![0]!.logProbability - logs[9]!) < 1e-4);
	assert.ok(Math.abs(tokens![0]!.top[0]!.logProbability - Math.max(...logs)) < 1e-4);
	assert.equal(tokens![0]!.top.length, 20);
});

test('a prompt goes through the chat template unless it is --raw; a stop text ends the answer and is not in it', async () => {
	const text = `${WORDS[10]} ${WORDS[11]}`;
	const templated = await json<GenerateJson>('generate', words, text, '--max-tokens', '6');
	const prompt = await json<{ ids: number[] }>('template', words, '--messages', JSON.stringify([{ role: 'user', content: text }]));
	const byIds = await json<GenerateJson>('generate', words, '--ids', prompt.ids.join(','), '--max-tokens', '6');
	assert.deepEqual(templated.ids, byIds.ids);
	const raw = await json<GenerateJson>('generate', words, text, '--raw', '--max-tokens', '6');
	assert.deepEqual(raw.ids, (await json<GenerateJson>('generate', words, '--ids', '10,11', '--max-tokens', '6')).ids);
	const third = WORDS[templated.ids[2]!]!;
	const stopped = await json<GenerateJson>('generate', words, text, '--max-tokens', '6', '--stop', third);
	assert.deepEqual([stopped.finishReason, stopped.stoppedBy, stopped.text.includes(third)], ['stop', third, false]);
	const people = await tongsa(['generate', words, text, '--max-tokens', '6']);
	assert.equal(people.stdout, `${templated.text}\n`);
	assert.match(people.stderr, /^6 tokens, [\d.]+ tokens\/s, the first after [\d.]+ s; cut at --max-tokens\n$/);
});

test('chat takes lines of a pipe as turns, remembers them, and forgets at /clear', async () => {
	const [one, two] = [WORDS[10]!, WORDS[11]!];
	const talk = async (lines: readonly string[]) => {
		const { code, stdout, stderr } = await tongsa(['chat', words, '--json', '--max-tokens', '4'], { stdin: `${lines.join('\n')}\n` });
		assert.equal(code, 0, stderr);
		return JSON.parse(stdout) as GenerateJson & { messages: { role: string; content: string }[] };
	};
	const { messages, ids } = await talk([one, two]);
	assert.deepEqual(
		messages.map(({ role }) => role),
		['user', 'assistant', 'user', 'assistant'],
	);
	const prompt = await json<{ ids: number[] }>('template', words, '--messages', JSON.stringify(messages.slice(0, 3)));
	assert.deepEqual((await json<GenerateJson>('generate', words, '--ids', prompt.ids.join(','), '--max-tokens', '4')).ids, ids);
	assert.deepEqual((await talk([one, '/clear', two])).messages, (await talk([two])).messages);
	assert.deepEqual((await talk([two, '/bye', one])).messages, (await talk([two])).messages);
	const people = await tongsa(['chat', words, '--max-tokens', '4'], { stdin: `${one}\n${two}\n` });
	assert.equal(people.stdout, `${messages[1]!.content}\n${messages[3]!.content}\n`);
});

test('a sentence vector is the pooled last states, and a cut text is told', async () => {
	const bert = await expectedAt(join(FAMILIES, 'bert.expected.safetensors'));
	const final = bert.tensors.get('final.output')!;
	const T = final.shape[0]!;
	const ids = bert.ids('ids').join(',');
	const vector = async (...more: string[]) =>
		(await json<SentenceJson>('sentence', join(FAMILIES, 'bert'), '--ids', ids, '--precision', 'exact', ...more)).vector;
	const mean = rowOf(final, 0).map((_, d) => Array.from({ length: T }, (_, t) => rowOf(final, t)[d]!).reduce((a, b) => a + b) / T);
	const unit = (values: readonly number[]) => values.map((value) => value / Math.hypot(...values));
	close(await vector('--pooling', 'mean'), unit(mean), 'mean');
	close(await vector('--pooling', 'mean', '--no-normalize'), mean, 'mean, not normalised');
	close(await vector('--pooling', 'cls', '--dimensions', '5'), unit(rowOf(final, 0).slice(0, 5)), 'cls, five of them');
	close(await vector('--pooling', 'last'), unit(rowOf(final, T - 1)), 'last');

	const texts = [`${WORDS[9]} ${WORDS[8]}`, new Array(70).fill(WORDS[9]).join(' ')];
	const stdin = texts.map((text) => `${JSON.stringify(text)}\n`).join('');
	const { stdout, stderr } = await tongsa(['sentence', words, '--jsonl', '--pooling', 'last'], { stdin });
	const [short, long] = stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as SentenceJson);
	assert.deepEqual([short!.tokens, short!.truncated, long!.tokens, long!.truncated], [2, false, 64, true]);
	assert.match(stderr, /^line 2 is longer .* first 64 tokens\n$/);
});

test('bench gives rates of reading and generating, and the time to the first token', async () => {
	const bench = await json<BenchJson>('bench', LLAMA, '--prompt', '16', '--decode', '8', '--runs', '2', '--threads', '1');
	assert.deepEqual([bench.prefill.tokens, bench.decode.tokens, bench.threads, bench.runs], [16, 8, 1, 2]);
	assert.ok(bench.prefill.tokensPerSecond > 0 && bench.decode.tokensPerSecond > 0 && bench.load.ms > 0);
});

test('start shows attention on the embedded first block', async () => {
	const { stdout } = await tongsa(['start', '--terminal']);
	assert.match(stdout, /␣love {3}0\.\d\d {3}0\.\d\d\n␣you {4}0\.\d\d {3}0\.\d\d {3}0\.\d\d\n/);
	assert.match(stdout, /tongsa pull smollm2/);
});

test('a folder without a template, a cut model, a long prompt, wrong points and wrong edits are refused in one line', async () => {
	const bare = join(folder, 'bare');
	cpSync(LLAMA, bare, { recursive: true });
	const edit = (value: unknown) => ['trace', LLAMA, '--ids', '5,6', '--at', 'logits', '--replace', file(`${Math.random()}.json`, value)];
	const at = { point: 'attention.context', layer: 0, head: 0 };
	const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
		[['chat', bare, '--json'], 1, /no chat template|no tokenizer/],
		[['lens', 'smollm2', SEED], 1, /needs the whole model.*1 of 30 blocks.*tongsa pull/],
		[['generate', 'smollm2', SEED], 1, /needs the whole model/],
		[['generate', 'gpt-2', SEED], 1, /a dictionary alone.*tongsa models/],
		[['generate', join(FAMILIES, 'minilm'), '--ids', '5'], 1, /no output table/],
		[['generate', LLAMA, '--ids', new Array(64).fill(5).join(',')], 1, /does not fit the context.*got 64 tokens, allowed at most 63/],
		[['trace', LLAMA, '--ids', '5', '--at', 'blocks.9.output'], 1, /no such point.*blocks\.9\.output/],
		[['trace', LLAMA, '--ids', '5', '--at', 'logits', '--precision', 'low'], 2, /got low, allowed exact, fast/],
		[['trace', LLAMA, '--ids', '5', '--at', 'logits', '--both'], 2, /--both needs --replace/],
		[['trace', LLAMA, '--ids', '5', '--at', '{"point": 5}'], 2, /at\.point/],
		[['trace', LLAMA, '--ids', '5', '--at', '{"point"'], 2, /not JSON/],
		[['trace', LLAMA, '--vectors', 'x.json'], 2, /needs --at/],
		[['trace', LLAMA, '--at', 'logits', '--vectors', join(folder, 'none.json')], 1, /no such file/],
		[['trace', LLAMA, '--at', 'logits', '--vectors', file('ragged.json', [[1, 2], [3]])], 2, /row 1.*2 finite numbers/],
		[['trace', LLAMA, '--at', 'logits', '--vectors', file('narrow.json', [[1, 2]])], 1, /allowed a multiple of 36/],
		[edit({}), 2, /not a list of edits/],
		[edit([{ at }]), 2, /\[0\].*zero, scale, add, set/],
		[edit([{ at, zero: 1 }]), 2, /\[0\]\.zero.*allowed true/],
		[edit([{ at, add: ['x'] }]), 2, /\[0\]\.add\[0\].*got "x"/],
		[edit([{ at: { ...at, hed: 1 }, zero: true }]), 2, /\[0\]\.at\.hed.*allowed point, layer, head, token/],
		[edit([{ at: { ...at, head: 99 }, zero: true }]), 1, /no such head.*got 99/],
		[edit([{ at, set: [1, 2] }]), 1, /another shape.*blocks\.0\.attention\.context.*got 2 values, allowed 1, 8 \(one row\), or 16/],
		[['generate', LLAMA, '--ids', '5', '--temperature', '-1'], 2, /temperature.*got -1/],
		[['generate', LLAMA, '--ids', '5', '--logit-bias', 'a=1'], 2, /ID=VALUE/],
		[
			['generate', LLAMA, '--ids', '5', '--logit-bias', '5=1', '--logit-bias', '99999999=1'],
			2,
			/field --logit-bias.*got 99999999=1, allowed ids from 0 to/,
		],
		[['chat', LLAMA, '--logit-bias', '99999999=1'], 2, /field --logit-bias/],
		[['sentence', LLAMA, '--ids', '5', '--dimensions', '99'], 1, /got 99, allowed 1 to 36/],
		[['bench', 'gpt-2'], 1, /dictionary/],
	];
	const results = await Promise.all(refusals.map(([call]) => tongsa(call, { stdin: 'hello\n' })));
	for (const [i, { code, stdout, stderr }] of results.entries()) {
		const [call, exit, says] = refusals[i]!;
		assert.deepEqual([code, stdout], [exit, ''], `${call.join(' ')}: ${stderr}`);
		assert.match(stderr, /^tongsa: [^\n]+\n$/, call.join(' '));
		assert.match(stderr, says, call.join(' '));
		assert.doesNotMatch(stderr, /defect/);
	}
});
