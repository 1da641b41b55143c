// Micro-batching of sentence vectors: what arrives while the model is busy goes through it together, some of every client's.

import type { Model, SentenceOptions } from '../../src/model.ts';
import type { Asker, Place, Queue } from './queue.ts';

export type SentenceInput = string | readonly number[];
export type BatchOptions = Pick<SentenceOptions, 'pooling' | 'normalize' | 'dimensions'>;

export interface SentenceAnswer {
	readonly vectors: readonly Float32Array[];
	readonly tokens: readonly number[];
	readonly truncated: readonly boolean[];
	readonly provenance: Awaited<ReturnType<Model['sentence']>>['provenance'];
}

interface Job extends Asker {
	readonly since: number;
	readonly inputs: readonly SentenceInput[];
	readonly done: (answer: SentenceAnswer) => void;
	readonly fail: (error: unknown) => void;
}

/** Texts that go through together at most, so that no request waits long for strangers. */
const MAX_TEXTS = 64;

/** @returns a function that answers as model.sentence does. A request that is alone keeps its own signal. */
export function createBatcher(model: Model, queue: Queue) {
	/** By the options that they have in common. */
	const pending = new Map<string, Job[]>();

	/**
	 * Turn by turn, until nothing waits. A turn is asked for in the first job's name, and taken even if that client leaves.
	 * Clients whose texts went through in the last turn ask again during this one. If each turn took all that waits, a text that once went
	 * alone would go on alternating with all the others together; so a turn takes half of what waits and of the last turn's texts.
	 */
	async function flush(key: string, options: BatchOptions): Promise<void> {
		let last = 0;
		for (let jobs = pending.get(key)!; jobs.length > 0; jobs = pending.get(key)!) {
			let place: Place;
			try {
				place = await queue.enter({ client: jobs[0]!.client, signal: new AbortController().signal });
			} catch (error) {
				for (const job of jobs) job.fail(error); // the queue is full
				break;
			}
			try {
				const here = pending.get(key)!.filter(({ signal }) => !signal.aborted);
				const group = firstOfEach(here, last === 0 ? MAX_TEXTS : Math.min(MAX_TEXTS, Math.ceil((textsOf(here) + last) / 2)));
				last = textsOf(group);
				pending.set(
					key,
					here.filter((job) => !group.includes(job)),
				);
				for (const { since, waited } of group) waited?.(performance.now() - since);
				if (group.length > 0) await run(model, group, options);
			} finally {
				place.leave();
			}
		}
		pending.delete(key);
	}

	return (inputs: readonly SentenceInput[], options: BatchOptions, { client, signal, waited }: Asker): Promise<SentenceAnswer> =>
		new Promise((done, fail) => {
			const key = JSON.stringify([options.pooling, options.normalize, options.dimensions]);
			signal.addEventListener('abort', () => fail(signal.reason), { once: true });
			const job: Job = { inputs, done, fail, client, signal, since: performance.now(), ...(waited && { waited }) };
			const waiting = pending.get(key);
			if (waiting) waiting.push(job);
			else {
				pending.set(key, [job]);
				void flush(key, options);
			}
		});
}

const textsOf = (jobs: readonly Job[]): number => jobs.reduce((sum, { inputs }) => sum + inputs.length, 0);

/** As many jobs as `most` texts hold: one of each client in turn, in the order in which they came. One that is larger goes alone. */
function firstOfEach(jobs: readonly Job[], most: number): readonly Job[] {
	const byClient = new Map<Job['client'], Job[]>();
	for (const job of jobs) {
		const own = byClient.get(job.client);
		if (own) own.push(job);
		else byClient.set(job.client, [job]);
	}
	const clients = [...byClient.values()];
	const inTurn = Array.from({ length: Math.max(0, ...clients.map(({ length }) => length)) }, (_, i) =>
		clients.flatMap((own) => own[i] ?? []),
	);
	const group: Job[] = [];
	let texts = 0;
	for (const job of inTurn.flat()) {
		texts += job.inputs.length;
		if (group.length > 0 && texts > most) break;
		group.push(job);
	}
	return group;
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
