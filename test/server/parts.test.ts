// The server's parts alone: queue, batches, registry, measures, settings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { TongsaError } from '../../src/errors.ts';
import type { Model } from '../../src/model.ts';
import { createBatcher } from '../../surfaces/server/batch.ts';
import { createMetrics } from '../../surfaces/server/metrics.ts';
import { createQueue } from '../../surfaces/server/queue.ts';
import { createRegistry } from '../../surfaces/server/registry.ts';
import { environmentSource, fileSource, readSettings, SERVE_OPTIONS, SETTINGS } from '../../surfaces/server/settings.ts';

const never = { client: 'a', signal: new AbortController().signal };

test('queue: one at a time, in order; who leaves loses his place; a full one says when to come again', async () => {
	let clock = 0;
	const queue = createQueue(2, () => clock);
	const order: string[] = [];
	const first = await queue.enter(never);
	const control = new AbortController();
	const gone = assert.rejects(queue.enter({ ...never, signal: control.signal }), /left/);
	const second = queue.enter(never).then((end) => {
		order.push('second');
		end.leave();
	});
	await assert.rejects(queue.enter(never), (error: { status: number; detail: { headers: Record<string, string> } }) => {
		assert.deepEqual([error.status, error.detail.headers['retry-after']], [429, '3']); // two wait, and the turn at work: 3 turns of a second
		return true;
	});
	control.abort(new Error('left'));
	await gone;
	const third = queue.enter(never).then((end) => {
		order.push('third');
		end.leave();
	});
	assert.deepEqual(order, []);
	clock = 500;
	first.leave();
	first.leave(); // twice is once
	await Promise.all([second, third]);
	assert.deepEqual([order, queue.waiting], [['second', 'third'], 0]);
});

test('queue: clients take turns, whoever sends how much; a full one makes room for whoever waits with fewer', async () => {
	const queue = createQueue(5, () => 0);
	const order: string[] = [];
	const refused: string[] = [];
	const enter = (client: string, name: string) =>
		queue.enter({ ...never, client }).then(
			(end) => {
				order.push(name);
				setImmediate(end.leave);
			},
			() => refused.push(name),
		);
	const first = await queue.enter(never);
	const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2', 'a5'].map((name) => enter(name[0]!, name));
	// Five wait (a1 to a4, b1); c1 takes a4's place, b2 takes a3's, and a5 finds nobody who waits with more.
	await new Promise(setImmediate);
	assert.deepEqual([refused.toSorted(), queue.waiting], [['a3', 'a4', 'a5'], 5]);
	first.leave();
	await Promise.all(all);
	assert.deepEqual(order, ['a1', 'b1', 'c1', 'a2', 'b2']);
});

test('batches: one of each client in turn, so that a large request of one does not stand before the small ones of others', async () => {
	const { model, calls } = fakeModel();
	const queue = createQueue(10, () => 0);
	const sentences = createBatcher(model, queue);
	const busy = await queue.enter(never);
	const done: string[] = [];
	const ask = (client: string, texts: number) =>
		sentences(
			Array.from({ length: texts }, () => client),
			{},
			{ ...never, client },
		).then(() => done.push(client));
	const all = [ask('a', 50), ask('a', 50), ask('a', 50), ask('b', 1), ask('c', 2)];
	busy.leave();
	await Promise.all(all);
	assert.deepEqual(calls, [53, 50, 50]);
	assert.deepEqual(done.toSorted().join(''), 'aaabc');
});

test('batches: clients that ask again as soon as they are answered share turns of one size', async () => {
	const { model, calls } = fakeModel();
	const slow = { sentence: (...given: Parameters<Model['sentence']>) => wait(20).then(() => model.sentence(...given)) } as Model;
	const sentences = createBatcher(
		slow,
		createQueue(10, () => 0),
	);
	const client = async (_: unknown, k: number) => {
		await wait(k === 0 ? 0 : 2);
		for (let asked = 0; asked < 8; asked++) await sentences(['a'], {}, never).then(() => wait(0));
	};
	await Promise.all(Array.from({ length: 8 }, client));
	assert.deepEqual(calls.slice(0, 8), [1, 4, 4, 4, 4, 4, 4, 4]);
});

/** Pools a text into its length; counts its calls; refuses the text 'bad'. */
function fakeModel() {
	const calls: number[] = [];
	const model = {
		async sentence(texts: readonly string[]) {
			calls.push(texts.length);
			await Promise.resolve();
			if (texts.includes('bad')) throw new TongsaError('out-of-range', 'no such id');
			return {
				vectors: texts.map(({ length }) => Float32Array.of(length)),
				tokens: texts.map(({ length }) => length),
				truncated: texts.map(() => false),
				provenance: { model: 'fake', files: [], bytesRead: 0 },
			};
		},
	} as unknown as Model;
	return { model, calls };
}

test('batches: what waits goes through together, each gets its own, and one that is wrong is alone with it', async () => {
	const { model, calls } = fakeModel();
	const queue = createQueue(10, () => 0);
	const sentences = createBatcher(model, queue);
	const busy = await queue.enter(never);
	const control = new AbortController();
	const answers = [['a'], ['bb', 'ccc'], ['dddd']].map((texts) => sentences(texts, {}, never));
	const left = assert.rejects(sentences(['gone'], {}, { ...never, signal: control.signal }), /left/);
	control.abort(new Error('left'));
	await left;
	busy.leave();
	const tokens = (await Promise.all(answers)).map((answer) => answer.tokens);
	assert.deepEqual(tokens, [[1], [2, 3], [4]]);
	assert.deepEqual(calls, [4]);

	const again = await queue.enter(never);
	const good = sentences(['a'], {}, never);
	const bad = assert.rejects(sentences(['bad'], {}, never), /no such id/);
	const other = sentences(['a'], { pooling: 'cls' }, never); // another setting: another batch
	again.leave();
	await bad;
	assert.deepEqual([(await good).tokens, (await other).tokens], [[1], [1]]);
	assert.deepEqual(calls, [4, 2, 1, 1, 1]);
});

test('registry: opened once for many, closed when idle, opened anew after its thread has died', async () => {
	let clock = 0;
	const opened: string[] = [];
	const closed: string[] = [];
	let alive = true;
	const registry = createRegistry({
		served: ['a', 'b', 'broken'].map((id) => ({ id, reference: id })),
		open: async (reference) => {
			if (reference === 'broken') throw new TongsaError('malformed', 'not a model');
			opened.push(reference);
			const model = { close: async () => void closed.push(reference) } as unknown as Model;
			return { model, traces: () => Promise.reject(new Error('none')), alive: () => alive };
		},
		now: () => clock,
		maxOpen: 2,
		maxQueue: 1,
		idleMs: 1000,
		memoryShort: () => false,
	});
	const [one, two] = await Promise.all([registry.acquire('a'), registry.acquire('a')]);
	assert.deepEqual([opened, one.model === two.model], [['a'], true]);
	one.release();
	clock = 2000;
	registry.sweep();
	assert.deepEqual(closed, []); // somebody still holds it
	two.release();
	registry.sweep();
	assert.deepEqual(registry.open.length, 1); // just given back
	clock = 3000;
	registry.sweep();
	await Promise.resolve();
	assert.deepEqual([closed, registry.open.length], [['a'], 0]);

	await assert.rejects(registry.acquire('broken'), /not a model/);
	await assert.rejects(registry.acquire('broken'), /not a model/); // asked again, tried again
	await assert.rejects(registry.acquire('c'), /'c' is not served here\. Served: a, b, broken/);
	(await registry.acquire('b')).release();
	alive = false;
	(await registry.acquire('b')).release();
	assert.deepEqual(opened, ['a', 'b', 'b']);
});

test('where memory is short, idle models are closed for one more, and those at work are not', async () => {
	const closed: string[] = [];
	const registry = createRegistry({
		served: ['a', 'b', 'c', 'd'].map((id) => ({ id, reference: id })),
		open: async (reference) => {
			const model = { close: async () => void closed.push(reference) } as unknown as Model;
			return { model, traces: () => Promise.reject(new Error('none')), alive: () => true };
		},
		now: () => 0,
		maxOpen: 3,
		maxQueue: 1,
		idleMs: 1000,
		memoryShort: () => true,
	});
	const open = () => registry.open.map(({ id }) => id);
	await registry.acquire('a');
	(await registry.acquire('b')).release();
	await registry.acquire('c');
	assert.deepEqual([open(), closed], [['a', 'c'], ['b']]);
	await registry.acquire('d');
	assert.deepEqual([open(), closed], [['a', 'c', 'd'], ['b']]);
	await assert.rejects(registry.acquire('b'), /All 3 places for models are taken/);
});

test('measures in Prometheus’ text format', () => {
	const metrics = createMetrics();
	metrics.add('tongsa_requests_total', { route: '/v1/"x"\\\n', status: '200' });
	metrics.add('tongsa_requests_total', { route: '/v1/"x"\\\n', status: '200' }, 2);
	metrics.observe('tongsa_request_seconds', { route: '/' }, 0.003);
	metrics.observe('tongsa_request_seconds', { route: '/' }, 400);
	const text = metrics.text({
		tongsa_models_open: ['Models that are open.', [[{}, 2]]],
		process_cpu_seconds_total: ['Processor time.', [[{}, 1.5]]],
	});
	assert.match(text, /^tongsa_requests_total\{route="\/v1\/\\"x\\"\\\\\\n",status="200"\} 3$/m);
	assert.match(text, /^tongsa_request_seconds_bucket\{route="\/",le="0\.0025"\} 0$/m);
	assert.match(text, /^tongsa_request_seconds_bucket\{route="\/",le="0\.005"\} 1$/m);
	assert.match(text, /^tongsa_request_seconds_bucket\{route="\/",le="\+Inf"\} 2$/m);
	assert.match(text, /^tongsa_request_seconds_sum\{route="\/"\} 400\.003$/m);
	assert.match(text, /^# TYPE tongsa_models_open gauge\ntongsa_models_open 2$/m);
	assert.match(text, /^# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1.5$/m);
});

test('settings: flags before variables before the file before the standard; a wrong one is named', () => {
	const file = fileSource({ port: 1, timeout: 2, 'allow-host': ['a', 'b'] }, 'serve.json');
	const variables = environmentSource({ TONGSA_SERVE_PORT: '3', TONGSA_SERVE_ALLOW_ORIGIN: 'https://a,https://b' });
	const settings = readSettings([(name) => (name === 'max-queue' ? '4' : undefined), variables, file]);
	const { port, timeout, host } = settings;
	assert.deepEqual([settings['max-queue'], port, timeout, host], [4, 3, 2, '127.0.0.1']);
	assert.deepEqual(
		[settings['allow-host'], settings['allow-origin']],
		[
			['a', 'b'],
			['https://a', 'https://b'],
		],
	);
	assert.throws(() => readSettings([() => 'x']), /wrong setting \(field port\): got "x", allowed a whole number, 0 to 65535/);
	assert.throws(() => readSettings([(name) => (name === 'port' ? 65_536 : undefined)]), /field port/);
	assert.throws(() => fileSource({ prot: 1 }, 'serve.json'), /unknown setting \(serve\.json\): got prot, allowed models, host, port/);
	assert.deepEqual(Object.keys(SERVE_OPTIONS), [...Object.keys(SETTINGS), 'config']);
});
