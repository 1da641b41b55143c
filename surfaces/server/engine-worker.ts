// A model's own thread: the transformer computes here, so that the thread that answers requests is always free.

import { parentPort, workerData } from 'node:worker_threads';
import { nodeHost } from '../../hosts/node/host.ts';
import { openModel } from '../../src/model.ts';
import { readEdits } from '../protocol/edits.ts';
import { traceRuns } from '../protocol/trace.ts';
import type { EngineCalls, EngineData, FromEngine, GeneratePrompt, PlainGenerateOptions, ToEngine } from './engine-protocol.ts';
import { failureOf } from './failure.ts';

const { reference, options, aborts } = workerData as EngineData;
const opening = openModel(nodeHost(), reference, options);
opening.catch(() => undefined); // each call tells it
const running = new Map<number, AbortController>();
const say = (message: FromEngine) => parentPort!.postMessage(message);

const CALLS: EngineCalls = {
	points: async () => (await opening).points(),
	traces: async (input, options, edits, both, signal) =>
		traceRuns(await opening, input, { ...options, ...(edits !== undefined && { replace: readEdits(edits, 'replace') }), signal }, both),
	lens: async (input, options, signal) => (await opening).lens(input, { ...options, signal }),
	surprise: async (input, options, signal) => (await opening).surprise(input, { ...options, signal }),
	sentence: async (texts, options, signal) => (await opening).sentence(texts, { ...options, signal }),
};

/** Tokens that are made before the first of them has been taken: the way between the threads is hidden, and who rests soon stands still. */
const AHEAD = 2;

/** @param taken how many tokens the other thread has taken */
async function generate(
	id: number,
	prompt: GeneratePrompt,
	options: PlainGenerateOptions,
	taken: Int32Array<SharedArrayBuffer>,
	signal: AbortSignal,
): Promise<unknown> {
	const answer = (await opening).generate(prompt, { ...options, signal });
	let next = await answer.next();
	for (let made = 1; !next.done; made++) {
		say({ id, token: next.value });
		for (let got = Atomics.load(taken, 0); made - got >= AHEAD; got = Atomics.load(taken, 0)) {
			await Atomics.waitAsync(taken, 0, got).value;
		}
		next = await answer.next();
	}
	return next.value;
}

aborts.on('message', (id: number) => running.get(id)?.abort());

parentPort!.on('message', async (message: ToEngine) => {
	const { id, call, args } = message;
	const control = new AbortController();
	const { signal } = control;
	running.set(id, control);
	try {
		const done =
			call === 'generate'
				? await generate(id, args[0] as GeneratePrompt, args[1] as PlainGenerateOptions, args[2] as Int32Array<SharedArrayBuffer>, signal)
				: await (CALLS[call] as (...args: unknown[]) => Promise<unknown>)(...args, signal);
		say({ id, done });
	} catch (error) {
		say({ id, failed: failureOf(error, signal) });
	} finally {
		running.delete(id);
	}
});
