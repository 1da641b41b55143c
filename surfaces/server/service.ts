// What every route is handed: the models, the limits, the measures; and what one request carries with it.

import type { IncomingMessage } from 'node:http';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import type { Asker } from './queue.ts';
import type { Lease, Registry } from './registry.ts';
import type { Settings } from './settings.ts';
import type { TextPool } from './text-pool.ts';

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
	/** Texts that are too long for the thread that answers. */
	readonly texts: TextPool;
	/** Whether new requests should go elsewhere: the server is about to stop. */
	readonly draining: () => boolean;
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
	/** Names the request in its answer's header and in the log. */
	readonly requestId: string;
	/** Whose key the request brought, where keys are asked for. */
	account: Account | undefined;
	/** What the log will say of the request. */
	readonly facts: Facts;
	/** Its text, held to the limits while it arrives. */
	readonly readBody: () => Promise<string>;
	/** Takes a place among those at work, once the request is whole. @throws Refusal 429 where there is none */
	readonly takePlace: () => void;
	/** When the request came, by `now`. */
	readonly began: number;
	/** To be called once when the whole answer has been given: a stream ends later than its handler. */
	readonly settle: () => void;
	/** To be called when a stream's headers may be sent: the first token is there. */
	readonly begun: () => void;
	/** Taken by an answer that is a stream: it settles by itself. */
	streaming: boolean;
}

/** A key's owner. */
export interface Account {
	readonly name: string;
	/** @throws Refusal 429 where the owner has asked for what a minute allows. */
	begin(): void;
	/** Tokens that a request took. */
	spend(tokens: number): void;
}

/** What becomes known of a request on its way. */
export interface Facts {
	model?: string;
	/** Tokens read and written. */
	prompt: number;
	completion: number;
	/** Seconds that it waited for its model. */
	queued: number;
}

export type Incoming = IncomingMessage;

/** What the Node adapter hands on beside the request. */
interface Bindings {
	readonly incoming?: Incoming;
}

export type Env = { Variables: Variables; Bindings: Bindings };
export type App = OpenAPIHono<Env>;
export type Asked = Context<Env>;

/** Adds to what the measures, the log and the client's own account say of tokens. */
export function countTokens({ metrics }: Service, c: Asked, model: string, kind: 'prompt' | 'completion', count: number): void {
	metrics.add('tongsa_tokens_total', { model, kind }, count);
	c.var.facts[kind] += count;
	c.var.facts.model = model;
	c.var.account?.spend(count);
}

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
	/** Lets others in between two parts of its work (queue.ts). */
	rest(): Promise<void>;
	end(): void;
}

export async function takeTurn(lease: Lease, asker: Asker): Promise<Turn> {
	try {
		const place = await lease.queue.enter(asker);
		return {
			...lease,
			rest: place.rest,
			end() {
				place.leave();
				lease.release();
			},
		};
	} catch (error) {
		lease.release();
		throw error;
	}
}
