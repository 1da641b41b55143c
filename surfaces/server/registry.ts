// The models that the server answers for: opened when first asked for, closed when idle or when memory or places are short.

import { setTimeout as wait } from 'node:timers/promises';
import type { Model } from '../../src/model.ts';
import { createBatcher } from './batch.ts';
import type { OpenedModel } from './engine.ts';
import { createQueue, type Queue } from './queue.ts';
import { Refusal } from './refusal.ts';

export interface Served {
	/** What requests call it. */
	readonly id: string;
	readonly reference: string;
}

/** An open model in somebody's hands: it stays open until released. */
export interface Lease {
	readonly id: string;
	/** What opens it again on another thread. */
	readonly reference: string;
	readonly model: Model;
	readonly traces: OpenedModel['traces'];
	readonly queue: Queue;
	readonly sentences: ReturnType<typeof createBatcher>;
	/** How long it stays open when nobody asks for it, in place of the server's setting; 0: it is closed with its last release. */
	keep(ms: number): void;
	release(): void;
}

export interface RegistryOptions {
	readonly served: readonly Served[];
	/** For names that are not served: files in allowed folders. */
	readonly find?: (id: string) => Promise<Served | undefined>;
	readonly open: (reference: string) => Promise<OpenedModel>;
	readonly now: () => number;
	readonly maxOpen: number;
	readonly maxQueue: number;
	readonly idleMs: number;
	/** Whether resident memory is above what is allowed. */
	readonly memoryShort: () => boolean;
}

export interface Registry {
	readonly served: readonly Served[];
	/** @throws Refusal 404 for a name that is not served. */
	find(id: string): Promise<Served>;
	/** @throws TongsaError where the model cannot be opened. */
	acquire(id: string): Promise<Lease>;
	/** What is open, for the metrics. */
	readonly open: readonly { readonly id: string; readonly users: number; readonly waiting: number }[];
	/** Closes what nobody has used for a while. */
	sweep(): void;
	close(): Promise<void>;
}

interface Entry {
	readonly id: string;
	readonly opening: Promise<Omit<Lease, 'id' | 'reference' | 'keep' | 'release'>>;
	alive: () => boolean;
	users: number;
	waiting: () => number;
	lastUsed: number;
	keepMs: number;
}

/** Longest wait for a place when every open model is at work, a short answer's time; and how often it is looked for one. */
const PLACE_WAIT_MS = 1000;
const PLACE_LOOK_MS = 50;

export function createRegistry(options: RegistryOptions): Registry {
	const { served, now, maxOpen } = options;
	const entries = new Map<string, Entry>();

	async function find(id: string): Promise<Served> {
		const known = served.find((one) => one.id === id) ?? (await options.find?.(id));
		if (known) return known;
		throw new Refusal(404, `The model '${id.slice(0, 200)}' is not served here. Served: ${served.map((one) => one.id).join(', ')}.`, {
			param: 'model',
			code: 'model_not_found',
		});
	}

	function shut(entry: Entry): void {
		entries.delete(entry.id);
		entry.opening.then(
			({ model }) => model.close(),
			() => undefined, // whoever asked was told
		);
	}

	const idle = () => [...entries.values()].filter(({ users }) => users === 0).sort((a, b) => a.lastUsed - b.lastUsed);

	/** Makes room for one more: the one that was idle longest goes. */
	async function makeRoom(): Promise<void> {
		const full = () => entries.size >= maxOpen;
		for (let waited = 0; full() || options.memoryShort(); waited += PLACE_LOOK_MS) {
			const [oldest] = idle();
			// Where only memory is short and all of it is at work, one more has to share it.
			if (!oldest && !full()) return;
			if (oldest) shut(oldest);
			else if (waited < PLACE_WAIT_MS) await wait(PLACE_LOOK_MS);
			else {
				throw new Refusal(429, `All ${maxOpen} places for models are taken, and every one is at work.`, {
					code: 'models_busy',
					headers: { 'retry-after': '5' },
				});
			}
		}
	}

	function begin({ id, reference }: Served): Entry {
		const opening = options.open(reference).then(({ model, traces, alive }) => {
			const queue = createQueue(options.maxQueue, now);
			entry.waiting = () => queue.waiting;
			entry.alive = alive;
			return { model, traces, queue, sentences: createBatcher(model, queue) };
		});
		const entry: Entry = { id, opening, alive: () => true, users: 0, waiting: () => 0, lastUsed: now(), keepMs: options.idleMs };
		entries.set(id, entry);
		opening.catch(() => entries.get(id) === entry && entries.delete(id));
		return entry;
	}

	return {
		served,
		find,
		async acquire(id) {
			const known = await find(id);
			const dead = entries.get(known.id);
			if (dead && !dead.alive()) shut(dead);
			if (!entries.has(known.id)) await makeRoom();
			const entry = entries.get(known.id) ?? begin(known);
			entry.users++;
			let released = false;
			const release = () => {
				if (released) return;
				released = true;
				entry.users--;
				entry.lastUsed = now();
				if (entry.users === 0 && entry.keepMs === 0 && entries.get(entry.id) === entry) shut(entry);
			};
			const keep = (ms: number) => {
				entry.keepMs = ms;
			};
			try {
				return { id: known.id, reference: known.reference, ...(await entry.opening), keep, release };
			} catch (error) {
				release();
				throw error;
			}
		},
		get open() {
			return [...entries.values()].map(({ id, users, waiting }) => ({ id, users, waiting: waiting() }));
		},
		sweep() {
			for (const entry of idle()) if (now() - entry.lastUsed >= entry.keepMs || options.memoryShort()) shut(entry);
		},
		async close() {
			const open = [...entries.values()];
			entries.clear();
			await Promise.allSettled(open.map(async ({ opening }) => (await opening).model.close()));
		},
	};
}
