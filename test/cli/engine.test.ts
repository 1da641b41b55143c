// The verbs that make something of the last states: generate, chat, sentence, bench; and what all verbs of the transformer refuse.
// Expected values: scripts/reference/make_families.py (Hugging Face transformers), or arithmetic on what another verb gave.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { BenchJson } from '../../surfaces/protocol/bench.ts';
import type { GenerateJson } from '../../surfaces/protocol/generate.ts';
import type { SentenceJson } from '../../surfaces/protocol/sentence.ts';
import type { TraceJson } from '../../surfaces/protocol/trace.ts';
import { expectedAt, FAMILIES } from '../transformer/open.ts';
import { close, json, jsonFile, LLAMA, LLAMA_IDS, llama, logProbabilities, rowOf, SEED } from './engine-calls.ts';
import { tongsa } from './run.ts';
import { WORDS, wordModel } from './word-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'tongsa-engine-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, value: unknown) => jsonFile(folder, name, value);
/** A llama of 61 words with a chat template. */
const words = wordModel(join(folder, 'words'), LLAMA);

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

test('a folder without a template, a cut model, a long prompt, wrong points and wrong edits are refused in one line', async () => {
	const bare = join(folder, 'bare');
	cpSync(LLAMA, bare, { recursive: true });
	const edit = (value: unknown) => ['trace', LLAMA, '--ids', '5,6', '--at', 'logits', '--replace', file(`${Math.random()}.json`, value)];
	const at = { point: 'attention.context', layer: 0, head: 0 };
	const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
		[['chat', bare, '--json'], 1, /no chat template|no tokenizer/],
		[['lens', 'smollm2', SEED], 1, /needs the whole model.*1 of 30 blocks.*tongsa pull/],
		[['generate', 'smollm2', SEED], 1, /needs the whole model/],
		[['generate', 'gpt-2', SEED], 1, /a vocabulary alone.*tongsa models/],
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
		[['bench', 'gpt-2'], 1, /a vocabulary alone/],
	];
	const results = await Promise.all(refusals.map(([call]) => tongsa(call, { stdin: 'hello\n' })));
	for (const [i, { code, stdout, stderr }] of results.entries()) {
		const [call, exit, says] = refusals[i]!;
		assert.equal(code, exit, `${call.join(' ')}: ${stderr}`);
		if (call.includes('--json')) assert.match((JSON.parse(stdout) as { error: { message: string } }).error.message, says);
		else assert.equal(stdout, '', call.join(' '));
		assert.match(stderr, /^tongsa: [^\n]+\n$/, call.join(' '));
		assert.match(stderr, says, call.join(' '));
		assert.doesNotMatch(stderr, /defect/);
	}
});
