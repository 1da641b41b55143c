// Micro-batching of sentence vectors: what arrives while the model is busy goes through it together.

import type { Model, SentenceOptions } from '../../src/model.ts';
import type { Queue } from './queue.ts';

export type SentenceInput = string | readonly number[];
export type BatchOptions = Pick<SentenceOptions, 'pooling' | 'normalize' | 'dimensions'>;

export interface SentenceAnswer {
	readonly vectors: readonly Float32Array[];
	readonly tokens: readonly number[];
	readonly truncated: readonly boolean[];
	readonly provenance: Awaited<ReturnType<Model['sentence']>>['provenance'];
}

interface Job {
	readonly inputs: readonly SentenceInput[];
	readonly done: (answer: SentenceAnswer) => void;
	readonly fail: (error: unknown) => void;
	readonly signal: AbortSignal;
}

/** Texts that go through together at most, so that no request waits long for strangers. */
const MAX_TEXTS = 64;

/** @returns a function that answers as model.sentence does. A request that is alone keeps its own signal. */
export function createBatcher(model: Model, queue: Queue) {
	const pending = new Map<string, Job[]>();

	async function flush(key: string, options: BatchOptions, signal: AbortSignal): Promise<void> {
		const jobs = pending.get(key) ?? [];
		const end = await queue.enter(signal);
		try {
			pending.delete(key);
			for (const group of groups(jobs.filter((job) => !job.signal.aborted))) await run(model, group, options);
		} finally {
			end();
		}
	}

	return (inputs: readonly SentenceInput[], options: BatchOptions, signal: AbortSignal): Promise<SentenceAnswer> =>
		new Promise((done, fail) => {
			const key = JSON.stringify([options.pooling, options.normalize, options.dimensions]);
			signal.addEventListener('abort', () => fail(signal.reason), { once: true });
			const job = { inputs, done, fail, signal };
			const waiting = pending.get(key);
			if (waiting) waiting.push(job);
			else {
				const jobs = [job];
				pending.set(key, jobs);
				// The batch waits for its turn whatever becomes of the request that opened it.
				flush(key, options, new AbortController().signal).catch((error: unknown) => {
					if (pending.get(key) === jobs) pending.delete(key);
					for (const one of jobs) one.fail(error);
				});
			}
		});
}

/** Jobs in order, together as long as their texts are few. */
function groups(jobs: readonly Job[]): Job[][] {
	const out: Job[][] = [];
	let texts = Number.POSITIVE_INFINITY;
	for (const job of jobs) {
		if (texts + job.inputs.length > MAX_TEXTS) {
			out.push([]);
			texts = 0;
		}
		out.at(-1)!.push(job);
		texts += job.inputs.length;
	}
	return out;
}

async function run(model: Model, group: readonly Job[], options: BatchOptions): Promise<void> {
	try {
		const signal = group.length === 1 ? group[0]!.signal : undefined;
		const all = await model.sentence(
			group.flatMap(({ inputs }) => inputs),
			{ ...options, ...(signal && { signal }) },
		);
		let from = 0;
		for (const { inputs, done } of group) {
			const to = from + inputs.length;
			done({
				vectors: all.vectors.slice(from, to),
				tokens: all.tokens.slice(from, to),
				truncated: all.truncated.slice(from, to),
				provenance: { ...all.provenance, truncated: all.truncated.slice(from, to).some(Boolean) },
			});
			from = to;
		}
	} catch (error) {
		// One request's fault (an id without a row) is not its neighbours': each is asked alone.
		if (group.length === 1) group[0]!.fail(error);
		else for (const job of group) await run(model, [job], options);
	}
}
