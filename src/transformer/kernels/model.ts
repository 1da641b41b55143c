// The fast path: the same model on the kernels. Weights repacked once, states and cache in one memory, nothing allocated for a token.
// What it cannot do is said by `obstacle` (fast/support.ts); the exact path then serves. Speed and method: docs/speed.md

import type { KernelVariant } from '../../compute/kernels.ts';
import { TongsaError } from '../../errors.ts';
import type { Want } from '../../program/thread-pool.ts';
import { noTokens } from '../forward.ts';
import type { RopeTensors } from '../rope.ts';
import type { Transformer } from '../transformer.ts';
import { angleFiller } from './angles.ts';
import { assemble, type FastOptions, TIMELESS, TOKENS_AT_ONCE } from './assemble.ts';
import { bytesOf, type MemoryBytes } from './divide.ts';
import { createEntrance } from './entrance.ts';
import { type Hearing, hear } from './hear.ts';
import { readValues } from './load.ts';
import { createLogits, noLogits, unpadded } from './logits.ts';
import { readSource } from './read-source.ts';
import { type CacheMemory, restoreCache, saveCache, tokenBytes } from './snapshot.ts';
import { longerThanCache, obstacle } from './support.ts';

export type { FastOptions };

export interface FastModel {
	readonly capacity: number;
	/** Threads that take part; fewer than asked for where some did not come or have died. */
	readonly threads: number;
	readonly variant: KernelVariant;
	/** How many memories hold it. */
	readonly memories: number;
	readonly bytes: MemoryBytes;
	/**
	 * Passes tokens through, after the first `first` ones that the cache already holds (fewer than it holds: the rest is forgotten).
	 * 'logits': the last token's (V); 'states': all final states (T, D); 'blocks': nothing, the cache is filled.
	 * The result is a view that the next call overwrites.
	 * @throws TongsaError 'internal' when a thread has died; the next call is computed on one thread, and the cache is as it was before.
	 */
	forward(ids: ArrayLike<number>, first: number, want: Want, signal?: AbortSignal): Promise<Float32Array>;
	/** As forward, without a promise, and so without allocating. Undefined, and nothing computed, where something must be awaited: ask forward. */
	atOnce(ids: ArrayLike<number>, first: number, want: Want): Float32Array | undefined;
	/** Lets other work of this thread have its turn, where that is due; undefined where it is not. To be awaited before `atOnce`. */
	turn(): Promise<void> | undefined;
	/**
	 * Final states of texts, each by itself, as many in one pass as it takes: side by side, without padding. `each` gets them in the order
	 * of the texts, (T, D) for the i-th: a view that is overwritten after it returns. The cache is overwritten.
	 */
	texts(texts: readonly ArrayLike<number>[], each: (i: number, states: Float32Array) => void, signal?: AbortSignal): Promise<void>;
	/** Of an encoder-decoder. */
	readonly encoder?: FastModel;
	/** Reads a source text, which all passes attend to from then on. The cache keeps nothing of what it held. @throws TongsaError 'unsupported'. */
	read(ids: ArrayLike<number>, signal?: AbortSignal): Promise<void>;
	/** Bytes that the cache holds of a token. */
	readonly tokenBytes: number;
	/** A copy of what the cache holds of the first `length` tokens. */
	save(length: number): Uint8Array;
	/** Puts back the first `length` tokens of a copy of `saved` ones. */
	restore(snapshot: Uint8Array, saved: number, length: number): void;
	/**
	 * A pass with listeners. x (T, D) is what the program starts from: rows with scale, types and positions. The cache is overwritten.
	 * @returns final states (rows.count, D) where they are wanted.
	 */
	hear(x: Float32Array, hearing: Hearing, signal?: AbortSignal): Promise<Float32Array | undefined>;
	/** Logits (n, V) of n states (n, D): final ones, or any layer's, which then pass the final norm. @throws TongsaError 'unsupported'. */
	logits(states: Float32Array, of: 'final' | 'any', signal?: AbortSignal): Promise<Float32Array>;
	close(): void;
}

/** Undefined: it can run on the kernels. */
export function fastObstacle(model: Transformer, capacity: number): string | undefined {
	return obstacle(model.config, capacity);
}

/** Other work of this thread has its turn when so much time has passed. */
const TURN_MS = 10;

/** @throws TongsaError 'unsupported' with the reason, 'too-large' with the bytes that are needed. */
export async function openFast(model: Transformer, options: FastOptions): Promise<FastModel> {
	const { config, views, weights } = model;
	const { capacity, signal, clock = TIMELESS } = options;
	const reason = fastObstacle(model, capacity);
	if (reason)
		throw new TongsaError('unsupported', 'the kernels cannot run this model', {
			file: model.name,
			got: reason,
			hint: 'Use precision exact',
		});
	const { variant, tokensAtOnce, stretches, kernels, parts, crew } = await assemble(model, options);
	try {
		const tensors: RopeTensors = {
			...(views.rope.factors && { factors: await readValues(views.rope.factors, signal) }),
			...(views.rope.short && { short: await readValues(views.rope.short, signal) }),
			...(views.rope.long && { long: await readValues(views.rope.long, signal) }),
		};
		const D = config.width;
		const left = options.memoryBudget - bytesOf(stretches).all;
		const encoder = model.encoder && (await openFast(model.encoder, { ...options, memoryBudget: left }));
		const angles = stretches.map(({ compiled }, i) => angleFiller(kernels[i]!, compiled, capacity, tensors));
		const entrance = createEntrance(model, kernels[0]!, stretches[0]!.reserved, stretches[0]!.compiled.input, capacity);
		const last = stretches.at(-1)!.compiled;
		const { floats } = kernels.at(-1)!;
		const states = (T: number): Float32Array => unpadded(floats, last.states, T, D);
		const logits = last.logits && floats.subarray(last.logits.at / 4, last.logits.at / 4 + views.output!.matrix.rows);
		const caches = stretches.map(({ compiled }, i): CacheMemory => ({ memory: kernels[i]!.memory, caches: compiled.caches }));
		let closed = false;
		let begun = clock.now();

		function turn(): Promise<void> | undefined {
			return clock.now() - begun > TURN_MS ? giveTurn() : undefined;
		}

		async function giveTurn(): Promise<void> {
			await clock.wait(0);
			begun = clock.now();
		}

		/** What every pass begins with. */
		async function ready(signal: AbortSignal | undefined): Promise<void> {
			checkOpen();
			if (crew.mended) await crew.mended;
			const due = turn();
			if (due) await due;
			signal?.throwIfAborted();
		}

		function checkOpen(): void {
			if (closed) throw new TongsaError('closed', 'the model was closed');
		}

		function check(T: number, first: number, want: Want): void {
			if (want === 'logits' && !logits) throw noLogits(model.name);
			if (T === 0) throw noTokens(model.name);
			if (first + T > capacity) throw longerThanCache(model.name, first + T, capacity);
		}

		/** Rotations of the positions before `end` may be needed from now on. */
		function fillAngles(end: number): void {
			for (let i = 0; i < angles.length; i++) angles[i]!(end);
		}

		const resultOf = (T: number, want: Want): Float32Array => (want === 'logits' ? logits! : states(want === 'states' ? T : 0));

		function atOnce(ids: ArrayLike<number>, first: number, want: Want): Float32Array | undefined {
			const T = ids.length;
			checkOpen();
			check(T, first, want);
			fillAngles(first + T);
			if (T > tokensAtOnce || crew.mended || !entrance.place(ids, 0, T, first)) return undefined;
			crew.run(T, first, want);
			return resultOf(T, want);
		}

		async function forward(ids: ArrayLike<number>, first: number, want: Want, signal?: AbortSignal): Promise<Float32Array> {
			const due = turn();
			if (due) await due;
			signal?.throwIfAborted();
			return atOnce(ids, first, want) ?? forwardInChunks(ids, first, want, signal);
		}

		/** Of a text that `atOnce` has checked: so many tokens at a time, with what must be waited for. */
		async function forwardInChunks(ids: ArrayLike<number>, first: number, want: Want, signal?: AbortSignal): Promise<Float32Array> {
			const T = ids.length;
			const all = want === 'states' && T > tokensAtOnce ? new Float32Array(T * D) : undefined;
			for (let from = 0, count = 0; from < T; from += count) {
				await ready(signal);
				// None is left for a pass of its own: one token goes through other kernels, whose sums are rounded otherwise.
				count = T - from === tokensAtOnce + 1 ? tokensAtOnce - 1 : Math.min(tokensAtOnce, T - from);
				if (!entrance.place(ids, from, count, first + from)) await entrance.finish(ids, from, count, signal);
				crew.run(count, first + from, want === 'logits' && from + count < T ? 'blocks' : want);
				all?.set(states(count), from * D);
			}
			return all ?? resultOf(T, want);
		}

		/** Final states of several texts in one pass, one text after another: (T, D), T being the tokens of them all. */
		async function sideBySide(texts: readonly ArrayLike<number>[], signal: AbortSignal | undefined): Promise<Float32Array> {
			await ready(signal);
			const ids = texts.flatMap((text) => Array.from(text));
			let t = 0;
			for (const text of texts) for (let p = 0; p < text.length; p++) crew.positions[t++] = p;
			if (!entrance.place(ids, 0, t, 0, crew.positions)) await entrance.finish(ids, 0, t, signal);
			crew.run(t, 0, 'states', true);
			return states(t);
		}

		return {
			capacity,
			get threads() {
				return crew.threads;
			},
			variant,
			memories: parts.length,
			bytes: bytesOf(stretches),
			forward,
			atOnce,
			turn,
			async texts(texts, each, signal) {
				for (const ids of texts) {
					check(ids.length, 0, 'states');
					fillAngles(ids.length);
				}
				const room = Math.min(TOKENS_AT_ONCE, capacity);
				for (let i = 0; i < texts.length; ) {
					const group = thatFit(texts, i, room);
					const made = group.length === 1 ? await forward(group[0]!, 0, 'states', signal) : await sideBySide(group, signal);
					let from = 0;
					for (const { length } of group) each(i++, made.subarray(from, (from += length * D)));
				}
			},
			...(encoder && { encoder }),
			async read(ids, signal) {
				if (!encoder) throw new TongsaError('unsupported', 'this model has no encoder', { file: model.name });
				const compiled = stretches.map((stretch) => stretch.compiled);
				await readSource({ encoder, crew, kernels, parts, compiled, tokensAtOnce, ready }, ids, signal);
			},
			tokenBytes: tokenBytes(caches),
			save: (length) => saveCache(caches, capacity, length),
			restore: (snapshot, saved, length) => restoreCache(caches, capacity, snapshot, saved, length),
			async hear(x, hearing, signal) {
				check(x.length / D, 0, 'states');
				fillAngles(x.length / D);
				const ears = { crew, kernels, parts: stretches.map(({ compiled }) => compiled), tokensAtOnce, ready: () => ready(signal) };
				return hear(ears, x, x.length / D, hearing);
			},
			logits: createLogits(model.name, crew, last, kernels.at(-1)!, {
				part: parts.length - 1,
				tokensAtOnce,
				width: D,
				vocabulary: views.output?.matrix.rows ?? 0,
				ready,
			}),
			close() {
				closed = true;
				encoder?.close();
				crew.stop();
				weights.drop();
			},
		};
	} catch (error) {
		crew.stop();
		throw error;
	}
}

/** Texts from the i-th on that have `room` tokens at most together; at least that one. */
function thatFit(texts: readonly ArrayLike<number>[], i: number, room: number): readonly ArrayLike<number>[] {
	let end = i + 1;
	for (let T = texts[i]!.length; end < texts.length && T + texts[end]!.length <= room; end++) T += texts[end]!.length;
	return texts.slice(i, end);
}
