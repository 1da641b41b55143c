// A model's queue: one piece of work at a time. Clients take turns, each of them in the order of his own requests, so that one who sends
// a hundred delays the others by one. A full queue refuses at once and says when to come again.

import { Refusal } from './refusal.ts';

/** Who asks, and until when. */
export interface Asker {
	/** Address and key: what is one client to the queue. */
	readonly client: string;
	readonly signal: AbortSignal;
}

export interface Queue {
	/**
	 * Waits for its turn; the work is done when the answer is called.
	 * @throws Refusal 429 when too many wait already; the signal's reason when it is aborted while waiting.
	 */
	enter(asker: Asker): Promise<() => void>;
	readonly waiting: number;
}

interface Waiter {
	readonly begin: () => void;
	readonly refuse: () => void;
}

/** How much a new turn counts in the running mean of turns' lengths. */
const NEWEST = 0.2;

export function createQueue(maxWaiting: number, now: () => number): Queue {
	/** Whose turn is next stands first. */
	const clients = new Map<string, Set<Waiter>>();
	let size = 0;
	let busy = false;
	let meanMs = 1000;

	function begin(): () => void {
		busy = true;
		const began = now();
		let ended = false;
		return () => {
			if (ended) return;
			ended = true;
			meanMs += NEWEST * (now() - began - meanMs);
			busy = false;
			next();
		};
	}

	/** The first client's first request; then he stands last. */
	function next(): void {
		const [first] = clients;
		if (!first) return;
		const [client, own] = first;
		clients.delete(client);
		clients.set(client, own);
		own.values().next().value!.begin();
	}

	function join(client: string, waiter: Waiter): void {
		const own = clients.get(client) ?? new Set();
		clients.set(client, own.add(waiter));
		size++;
	}

	function leave(client: string, waiter: Waiter): void {
		const own = clients.get(client);
		if (!own?.delete(waiter)) return;
		size--;
		if (own.size === 0) clients.delete(client);
	}

	/** A full queue has room for whoever waits with fewer: the one who waits with most gives up his last. @returns whether there was one */
	function makeRoom(client: string): boolean {
		const most = [...clients.values()].reduce((a, b) => (b.size > a.size ? b : a), new Set<Waiter>());
		if (most.size <= (clients.get(client)?.size ?? 0) + 1) return false;
		[...most].at(-1)!.refuse();
		return true;
	}

	const full = () =>
		new Refusal(429, `The model's queue is full: ${size} requests wait.`, {
			code: 'queue_full',
			headers: { 'retry-after': String(Math.max(1, Math.ceil(((size + 1) * meanMs) / 1000))) },
		});

	return {
		get waiting() {
			return size;
		},
		async enter({ client, signal }) {
			signal.throwIfAborted();
			if (!busy) return begin();
			if (size >= maxWaiting && !makeRoom(client)) throw full();
			return new Promise((done, fail) => {
				const gone = () => {
					leave(client, waiter);
					signal.removeEventListener('abort', abort);
				};
				const waiter: Waiter = {
					begin() {
						gone();
						done(begin());
					},
					refuse() {
						fail(full());
						gone();
					},
				};
				const abort = () => {
					gone();
					fail(signal.reason);
				};
				join(client, waiter);
				signal.addEventListener('abort', abort);
			});
		},
	};
}
