// A model's queue: one piece of work at a time. Clients take turns, each of them in the order of his own requests, so that one who sends
// a hundred delays the others by one; and long work lets others in between its parts. A full queue refuses at once and says when to come again.

import { Refusal } from './refusal.ts';

/** Who asks, and until when. */
export interface Asker {
	/** Its key's owner, or its address: what is one client to the queue. */
	readonly client: string;
	readonly signal: AbortSignal;
	/** Told how many milliseconds it waited. */
	readonly waited?: (ms: number) => void;
}

/** A place at work. */
export interface Place {
	/** Gives it up. A second call does nothing. */
	leave(): void;
	/**
	 * Between two parts of long work: once it has had its share of time and others wait, they go first; it goes on when its turn comes again.
	 * @throws the signal's reason when it is aborted while waiting.
	 */
	rest(): Promise<void>;
}

export interface Queue {
	/**
	 * Waits for its turn.
	 * @throws Refusal 429 when too many wait already; the signal's reason when it is aborted while waiting.
	 */
	enter(asker: Asker): Promise<Place>;
	readonly waiting: number;
}

interface Waiter {
	/** Whether it has been at work already, and rests. */
	readonly begun: boolean;
	readonly begin: () => void;
	readonly refuse: () => void;
}

/** How much a new turn counts in the running mean of turns' lengths. */
const NEWEST = 0.2;
/** Milliseconds that a piece of work goes on while others wait: some tokens, so that what changing costs is small beside it. */
const SHARE_MS = 100;
/** Pieces of work of one client that go on by turns, and of all: the model remembers each of them meanwhile. */
const MOST_BEGUN_OF_ONE = 2;
const MOST_BEGUN = 8;

/** @param places pieces of work that go on at the same time */
export function createQueue(maxWaiting: number, now: () => number, places = 1): Queue {
	/** Whose turn is next stands first. */
	const clients = new Map<string, Set<Waiter>>();
	/** Client → its pieces of work that have begun and not ended. */
	const begun = new Map<string, number>();
	let waiting = 0;
	let busy = 0;
	let meanMs = 1000;

	function countBegun(client: string, by: number): void {
		const count = (begun.get(client) ?? 0) + by;
		if (count === 0) begun.delete(client);
		else begun.set(client, count);
	}

	/** Takes a place for one that has not been at work. */
	function begin(asker: Asker): Place {
		countBegun(asker.client, 1);
		busy++;
		let began = now();
		let worked = 0;
		let at = true;
		const stop = () => {
			at = false;
			worked += now() - began;
			busy--;
		};
		const leave = () => {
			countBegun(asker.client, -1);
			meanMs += NEWEST * (worked - meanMs);
			next();
		};
		return {
			leave() {
				if (!at) return;
				stop();
				leave();
			},
			async rest() {
				if (now() - began < SHARE_MS || !first()) return;
				stop();
				const again = wait(asker, true, () => {
					busy++;
					at = true;
					began = now();
				});
				next();
				await again.catch((error: unknown) => {
					leave();
					throw error;
				});
			},
		};
	}

	/** Whose turn it is: the first client's first request that may begin, or go on. */
	function first(): readonly [string, Waiter] | undefined {
		const room = [...begun.values()].reduce((a, b) => a + b, 0) < MOST_BEGUN;
		for (const [client, own] of clients) {
			const may = room && (begun.get(client) ?? 0) < MOST_BEGUN_OF_ONE;
			for (const waiter of own) if (waiter.begun || may) return [client, waiter];
		}
		return undefined;
	}

	/** Whose turn it is begins; its client then stands last. */
	function next(): void {
		const [client, waiter] = (busy < places && first()) || [];
		if (client === undefined) return;
		const own = clients.get(client)!;
		clients.delete(client);
		clients.set(client, own);
		waiter!.begin();
	}

	function join(client: string, waiter: Waiter): void {
		const own = clients.get(client) ?? new Set();
		clients.set(client, own.add(waiter));
		if (!waiter.begun) waiting++;
	}

	function leave(client: string, waiter: Waiter): void {
		const own = clients.get(client);
		if (!own?.delete(waiter)) return;
		if (!waiter.begun) waiting--;
		if (own.size === 0) clients.delete(client);
	}

	/** Those of a client that have not been at work. */
	const fresh = (client: string): readonly Waiter[] => [...(clients.get(client) ?? [])].filter((waiter) => !waiter.begun);

	/** A full queue has room for whoever waits with fewer: the one who waits with most gives up his last. @returns whether there was one */
	function makeRoom(client: string): boolean {
		const most = [...clients.keys()].map(fresh).reduce((a, b) => (b.length > a.length ? b : a), []);
		if (most.length <= fresh(client).length + 1) return false;
		most.at(-1)!.refuse();
		return true;
	}

	const full = () =>
		new Refusal(429, `The model's queue is full: ${waiting} requests wait.`, {
			code: 'queue_full',
			headers: { 'retry-after': String(Math.max(1, Math.ceil(((waiting + 1) * meanMs) / 1000))) },
		});

	/** @param took called with the place, before anyone else may take one */
	function wait<T>({ client, signal, waited }: Asker, begun: boolean, took: () => T): Promise<T> {
		const since = now();
		return new Promise<T>((done, fail) => {
			const gone = () => {
				leave(client, waiter);
				signal.removeEventListener('abort', abort);
			};
			const waiter: Waiter = {
				begun,
				begin() {
					gone();
					waited?.(now() - since);
					done(took());
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
	}

	return {
		get waiting() {
			return waiting;
		},
		async enter(asker) {
			asker.signal.throwIfAborted();
			if (busy < places) return begin(asker);
			if (waiting >= maxWaiting && !makeRoom(asker.client)) throw full();
			return wait(asker, false, () => begin(asker));
		},
	};
}
