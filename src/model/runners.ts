// Which runner serves a call: the transformer and its runners are opened when first asked for, once for all who ask at a time.

import { openModelTransformer } from '../architectures/index.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { contextLengthOf } from '../generation/language.ts';
import type { Host } from '../host.ts';
import type { MemoryBytes } from '../transformer/kernels/divide.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { DEFAULT_CONTEXT, exactRunner, fastRunner, type Runner, whyNotFast } from './runner.ts';
import { type Shared, shared } from './shared.ts';
import type { OpenOptions } from './types.ts';

export interface Runners {
	/** @throws TongsaError 'unsupported' for a file without weights, or of an unknown architecture. */
	transformer(signal?: AbortSignal): Promise<Transformer>;
	/** Fast where the kernels can; exact where they cannot, or where it is asked for. */
	of(precision: Runner['precision'], signal?: AbortSignal): Promise<Runner>;
	/**
	 * The one for what happens inside a text of T tokens: one that is longer than the kernels' cache is computed exactly.
	 * @throws TongsaError 'too-large' for one that is longer than the model was made for.
	 */
	inside(T: number, precision: Runner['precision'], signal?: AbortSignal): Promise<Runner>;
	/** What the fast one holds; undefined before it is opened. */
	memory(): Promise<MemoryBytes | undefined>;
	close(): void;
}

export function openRunners(host: Host, checkpoint: Checkpoint, open: OpenOptions): Runners {
	const transformers = new Map<'transformer', Shared<Transformer>>();
	const runners = new Map<Runner['precision'], Shared<Runner>>();

	async function transformer(signal?: AbortSignal): Promise<Transformer> {
		if (checkpoint.tensors.size === 0) {
			throw new TongsaError('unsupported', 'this is a dictionary alone, without weights: there is nothing to run', {
				file: checkpoint.name,
				hint: 'The models with weights: tongsa models',
			});
		}
		const begin = () => openModelTransformer(checkpoint, { memoryBudget: host.memoryBudget, ...(signal && { signal }) });
		return shared(transformers, 'transformer', signal, begin);
	}

	/** Where nobody has said how large the cache is to be, the first text that needs it makes it large enough for its own `tokens`. */
	async function of(precision: Runner['precision'], signal?: AbortSignal, tokens = 0): Promise<Runner> {
		const model = await transformer(signal);
		const own = open.context === undefined && tokens > DEFAULT_CONTEXT ? { ...open, context: tokens } : open;
		const chosen = precision === 'fast' && whyNotFast(model, own.context) === undefined ? 'fast' : 'exact';
		return shared(runners, chosen, signal, async () => (chosen === 'fast' ? fastRunner(host, model, own, signal) : exactRunner(model)));
	}

	return {
		transformer,
		of,
		async inside(T, precision, signal) {
			const model = await transformer(signal);
			const most = Math.max(contextLengthOf(model), open.context ?? 0);
			if (T > most) throw longerThanModel(model.name, T, most);
			const chosen = await of(precision, signal, T);
			return T <= chosen.capacity ? chosen : of('exact', signal);
		},
		memory: async () => (await runners.get('fast')?.promise)?.memory,
		close() {
			for (const { promise } of runners.values()) whenOpened(promise, (runner) => runner.close());
			for (const { promise } of transformers.values()) {
				whenOpened(promise, ({ weights, encoder }) => {
					weights.drop();
					encoder?.weights.drop();
				});
			}
			runners.clear();
			transformers.clear();
		},
	};
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
