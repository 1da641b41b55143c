// What every route is handed: the models, the limits, the measures; and what one request carries with it.

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import type { Asker } from './queue.ts';
import type { Lease, Registry } from './registry.ts';
import type { Settings } from './settings.ts';

export interface Service {
	readonly models: Registry;
	readonly metrics: Metrics;
	readonly settings: Settings;
	readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
	/** Monotonic milliseconds. */
	readonly now: () => number;
	/** Seconds since 1970, for the fields named created. */
	readonly epochSeconds: () => number;
	/** A name that no other answer has: 'chatcmpl-…'. */
	readonly newId: (prefix: string) => string;
	/** Random whole number below 2³², for seeds. */
	readonly newSeed: () => number;
	/** Names of the models on this machine and what is known of others, for the catalogue. */
	readonly catalogue: () => Promise<object>;
	/** Aborted when the server must stop now. */
	readonly stopping: AbortSignal;
	/** Folder of the studio's files, where it has been built. */
	readonly studio?: string;
	readonly version: string;
}

export interface Variables extends Asker {
	/** Aborted when the client leaves, the time is over or the server stops. */
	readonly signal: AbortSignal;
	/** Ends the request from our side. */
	readonly abort: (reason: unknown) => void;
	/** When the request came, by `now`. */
	readonly began: number;
	/** To be called once when the whole answer has been given: a stream ends later than its handler. */
	readonly settle: () => void;
	/** To be called when a stream's headers may be sent: the first token is there. */
	readonly begun: () => void;
	/** Taken by an answer that is a stream: it settles by itself. */
	streaming: boolean;
}

/** What the Node adapter hands on beside the request. */
interface Bindings {
	readonly incoming?: { readonly socket: { readonly remoteAddress?: string } };
}

export type Env = { Variables: Variables; Bindings: Bindings };
export type App = OpenAPIHono<Env>;
export type Asked = Context<Env>;

/** Opens a model for the time that `work` takes. */
export async function withLease<T>(service: Service, id: string, work: (lease: Lease) => Promise<T>): Promise<T> {
	const lease = await service.models.acquire(id);
	try {
		return await work(lease);
	} finally {
		lease.release();
	}
}

/** A model and its turn in the queue. `end` gives both back. */
export interface Turn extends Lease {
	end(): void;
}

export async function takeTurn(lease: Lease, asker: Asker): Promise<Turn> {
	try {
		const leave = await lease.queue.enter(asker);
		return {
			...lease,
			end() {
				leave();
				lease.release();
			},
		};
	} catch (error) {
		lease.release();
		throw error;
	}
}
