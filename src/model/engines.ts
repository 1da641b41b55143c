// Which engine serves a call: the transformer and its engines are opened when first asked for, once for all who ask at a time.

import { openModelTransformer } from '../architectures/index.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import type { Host } from '../host.ts';
import { contextLengthOf } from '../spec/context.ts';
import { costOf } from '../transformer/cost/cost.ts';
import type { Engine, EngineMemory, Precision } from '../transformer/engine.ts';
import { kernelMemory } from '../transformer/kernels/assemble.ts';
import { KernelEngine } from '../transformer/kernels/engine.ts';
import { kernelObstacle } from '../transformer/kernels/model.ts';
import { ReferenceEngine } from '../transformer/reference/engine.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { type Flight, singleFlight } from './single-flight.ts';
import type { CostOptions, ModelCost, OpenOptions } from './types.ts';

/** Tokens that a cache is made for when nobody says: a long conversation, and a few hundred megabytes for a model of a billion weights. */
const DEFAULT_CONTEXT = 4096;
/** Bytes of other conversations' keys and values that are kept when nobody says, and the part of the memory that they may be at most. */
const DEFAULT_PREFIX_BYTES = 512 * 2 ** 20;
const PREFIX_SHARE = 1 / 8;
/** Float32 weights that the reference keeps between calls: models of some 250 million weights. Of larger ones it holds a block at a time. */
const REFERENCE_BYTES = 2 ** 30;

export class Engines {
	readonly #host: Host;
	readonly #checkpoint: Checkpoint;
	readonly #open: OpenOptions;
	readonly #transformers = new Map<'transformer', Flight<Transformer>>();
	readonly #engines = new Map<Precision, Flight<Engine>>();

	constructor(host: Host, checkpoint: Checkpoint, open: OpenOptions) {
		this.#host = host;
		this.#checkpoint = checkpoint;
		this.#open = open;
	}

	/** @throws TongsaError 'unsupported' for a file without weights, or of an unknown architecture. */
	async transformer(signal?: AbortSignal): Promise<Transformer> {
		const checkpoint = this.#checkpoint;
		if (checkpoint.tensors.size === 0) {
			throw new TongsaError('unsupported', 'this is a vocabulary alone, without weights: there is nothing to run', {
				file: checkpoint.name,
				hint: 'The models with weights: tongsa models',
			});
		}
		const memoryBudget = Math.min(this.#host.memoryBudget, REFERENCE_BYTES);
		const begin = () => openModelTransformer(checkpoint, { memoryBudget, ...(signal && { signal }) });
		return singleFlight(this.#transformers, 'transformer', signal, begin);
	}

	/**
	 * The kernels where they can run the model, the reference where they cannot or where it is asked for. Where nobody has said how large the
	 * cache is to be, the first text that needs it makes it large enough for its own `tokens`.
	 */
	async of(precision: Precision, signal?: AbortSignal, tokens = 0): Promise<Engine> {
		const model = await this.transformer(signal);
		const capacity = this.#capacity(model, tokens);
		const chosen = precision === 'fast' && kernelObstacle(model, capacity) === undefined ? 'fast' : 'exact';
		return singleFlight(this.#engines, chosen, signal, async () =>
			chosen === 'fast' ? this.#openKernels(model, capacity, signal) : new ReferenceEngine(model, this.#host),
		);
	}

	/**
	 * The one for a run of T tokens: one that is longer than the kernels' cache is computed by the reference.
	 * @throws TongsaError 'too-large' for one that is longer than the model was made for.
	 */
	async forRun(T: number, precision: Precision, signal?: AbortSignal): Promise<Engine> {
		const { config, name } = await this.transformer(signal);
		const most = Math.max(contextLengthOf(config), this.#open.context ?? 0);
		if (T > most) throw longerThanModel(name, T, most);
		const engine = await this.of(precision, signal, T);
		return T <= engine.capacity ? engine : this.of('exact', signal);
	}

	/** From the header alone. */
	async cost({ tokens = 1, before = 0, context, signal }: CostOptions): Promise<ModelCost> {
		const model = await this.transformer(signal);
		const capacity = this.#capacity(model, context ?? before + tokens);
		const cost = await costOf(model.config, model.views, { tokens, before });
		if (kernelObstacle(model, capacity) !== undefined) return cost;
		return { ...cost, memory: await kernelMemory(model, capacity, this.#host.memoryBudget) };
	}

	/** Tokens that the kernels' cache is made for. */
	#capacity({ config }: Transformer, tokens: number): number {
		const { context = Math.max(DEFAULT_CONTEXT, tokens) } = this.#open;
		return Math.min(context, contextLengthOf(config));
	}

	/** What the kernels hold; undefined before they are opened. */
	async memory(): Promise<EngineMemory | undefined> {
		return (await this.#engines.get('fast')?.promise)?.memory;
	}

	close(): void {
		for (const { promise } of this.#engines.values()) whenOpened(promise, (engine) => engine.close());
		for (const { promise } of this.#transformers.values()) {
			whenOpened(promise, ({ weights, encoder }) => {
				weights.drop();
				encoder?.weights.drop();
			});
		}
		this.#engines.clear();
		this.#transformers.clear();
	}

	#openKernels(model: Transformer, capacity: number, signal?: AbortSignal): Promise<Engine> {
		const host = this.#host;
		const { onProgress, prefixCache = Math.min(DEFAULT_PREFIX_BYTES, host.memoryBudget * PREFIX_SHARE) } = this.#open;
		return KernelEngine.open(model, {
			capacity,
			prefixCache,
			memoryBudget: host.memoryBudget,
			threads: host.threads,
			canSleep: host.canSleep ?? true,
			clock: host,
			...(host.startWorker && { startWorker: () => host.startWorker!() }),
			...(host.optimise && { optimise: host.optimise }),
			...(signal && { signal }),
			...(onProgress && { onProgress: (done: number, total: number) => onProgress({ stage: 'repack', done, total, unit: 'tensors' }) }),
		});
	}
}

function longerThanModel(file: string, T: number, most: number): TongsaError {
	return new TongsaError('too-large', 'the text is longer than the model was made for, and nothing is cut in silence', {
		file,
		got: `${T} tokens`,
		allowed: `at most ${most}`,
		hint: 'Give a part of it, or open the model with a larger context',
	});
}

/** What failed to open needs no closing. */
function whenOpened<T>(promise: Promise<T>, close: (one: T) => void): void {
	void promise.then(close, () => {});
}
