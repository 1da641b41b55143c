// The engine: what needs the transformer. Trace, lens, sentence vectors, generation. asked.ts loads it when first asked for.

import { openModelTransformer } from '../architectures/index.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { type Continuable, generate } from '../generation/generate.ts';
import { seededRandom } from '../generation/random.ts';
import type { Host } from '../host.ts';
import type { EncodeOptions, Tokenizer } from '../tokenizer/types.ts';
import type { Input } from '../transformer/forward.ts';
import { pointsOf } from '../transformer/points.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { attentionCell } from '../unembedding/inspect.ts';
import { lens } from '../unembedding/lens.ts';
import { surprise } from '../unembedding/surprise.ts';
import { lengthOf, trace, traceBoth } from '../unembedding/trace.ts';
import { conversation } from './chat-template.ts';
import type { Interpreter } from './interpreter.ts';
import { provenanceOf } from './provenance.ts';
import { exactRunner, fastRunner, type Runner, whyNotFast } from './runner.ts';
import { sentenceVectors } from './sentence.ts';
import { type Shared, shared } from './shared.ts';
import type { ChatMessage, Model, ModelInput, OpenOptions, Prompt, RunOptions } from './types.ts';

export type Engine = Pick<Model, 'points' | 'trace' | 'attentionCell' | 'lens' | 'surprise' | 'sentence' | 'generate' | 'memory'> & {
	close(): void;
};

export function openEngine(
	host: Host,
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	interpreter: Interpreter,
	blocks: Model['blocks'],
	open: OpenOptions,
): Engine {
	const opened = new Map<'transformer', Shared<Transformer>>();
	const runners = new Map<Runner['precision'], Shared<Runner>>();
	/** States of texts that nobody is going on with. */
	const idle = new Map<Runner, Continuable>();

	async function transformer(signal?: AbortSignal): Promise<Transformer> {
		if (checkpoint.tensors.size === 0) {
			throw new TongsaError('unsupported', 'this is a dictionary alone, without weights: there is nothing to run', {
				file: checkpoint.name,
				hint: 'The models with weights: tongsa models',
			});
		}
		const begin = () => openModelTransformer(checkpoint, { memoryBudget: host.memoryBudget, ...(signal && { signal }) });
		return shared(opened, 'transformer', signal, begin);
	}

	/** Fast where the kernels can; exact where they cannot, or where it is asked for. */
	async function runner(precision: Runner['precision'], signal?: AbortSignal): Promise<Runner> {
		const model = await transformer(signal);
		const chosen = precision === 'fast' && whyNotFast(model, open.context) === undefined ? 'fast' : 'exact';
		return shared(runners, chosen, signal, async () => (chosen === 'fast' ? fastRunner(host, model, open, signal) : exactRunner(model)));
	}

	/** The runner for a text of T tokens: one that is longer than the kernels' cache is computed exactly, as is what happens inside a translation. */
	async function runnerFor(T: number, precision: Runner['precision'], signal?: AbortSignal): Promise<Runner> {
		const chosen = await runner((await transformer(signal)).encoder ? 'exact' : precision, signal);
		return T <= chosen.capacity ? chosen : runner('exact', signal);
	}

	/** For everything that reads last states: those of a cut model mean nothing. */
	function needWhole(what: string): void {
		if (blocks.here === blocks.whole) return;
		throw new TongsaError('unsupported', `${what} needs the whole model, and this file holds its first blocks only`, {
			file: checkpoint.name,
			got: `${blocks.here} of ${blocks.whole} blocks`,
			hint: `Fetch the whole model with tongsa pull, or open its own file`,
		});
	}

	function inputOf(
		input: ModelInput,
		options: RunOptions & EncodeOptions,
	): { readonly ids: readonly number[]; readonly input: Input & { source?: Input } } {
		const source = options.source === undefined ? {} : { source: { ids: interpreter.idsOf(options.source) } };
		if (typeof input === 'object' && 'vectors' in input) return { ids: [], input: { vectors: input.vectors, ...source } };
		const ids = interpreter.idsOf(input, options);
		return { ids, input: { ids, ...source } };
	}

	const provenance = (ids: readonly number[], more: Parameters<typeof provenanceOf>[1] = {}) =>
		provenanceOf(checkpoint, { tokens: ids, precision: 'exact', ...more });

	async function promptIds(prompt: Prompt, signal: AbortSignal | undefined): Promise<readonly number[]> {
		if (typeof prompt === 'string') return interpreter.idsOf(prompt, { special: 'add' });
		if (!isConversation(prompt)) return prompt;
		return (await conversation(host, checkpoint, tokenizer, interpreter, prompt, { ...(signal && { signal }) })).ids;
	}

	return {
		points: async () => pointsOf((await transformer()).config),
		async trace(input, options) {
			const { at, replace, both = false, signal, precision = 'exact' } = options;
			if (at.some((selector) => /^(?:final\.output|logits)$/.test(typeof selector === 'string' ? selector : selector.point)))
				needWhole('the last state');
			const { ids, input: tokens } = inputOf(input, options);
			const model = await transformer(signal);
			const run = await runnerFor(lengthOf(model, tokens), precision, signal);
			const ask = { at, ...(replace && { replace }), signal };
			return run.inside(async (fast) => {
				const runs = both ? await traceBoth(model, tokens, { ...ask, fast }) : { after: await trace(model, tokens, { ...ask, fast }) };
				return {
					ids,
					points: Object.fromEntries(runs.after.points),
					...('before' in runs && { before: Object.fromEntries(runs.before.points) }),
					provenance: provenance(ids, { precision: run.precision }),
				};
			});
		},
		async attentionCell(input, cell, options = {}) {
			const { signal, precision = 'exact' } = options;
			const model = await transformer(signal);
			const { ids, input: tokens } = inputOf(input, options);
			const run = await runnerFor(lengthOf(model, tokens), precision, signal);
			const found = await run.inside((fast) => attentionCell(model, tokens, cell, { fast, signal }));
			return { ...found, provenance: provenance(ids, { precision: run.precision }) };
		},
		async lens(input, options = {}) {
			needWhole('the lens');
			const { top, token, signal, precision = 'fast' } = options;
			const { ids, input: tokens } = inputOf(input, options);
			const model = await transformer(signal);
			const run = await runnerFor(lengthOf(model, tokens), precision, signal);
			const asked = { ...(top !== undefined && { top }), ...(token !== undefined && { token }), signal };
			const layers = await run.inside((fast) => lens(model, tokens, { ...asked, fast }));
			const texts = layers.map(({ layer, top }) => ({ layer, top: top.map((one) => ({ ...one, text: interpreter.textOf(one.id) })) }));
			return { ids, layers: texts, provenance: provenance(ids, { precision: run.precision }) };
		},
		async surprise(input, options = {}) {
			needWhole('surprise');
			const ids = interpreter.idsOf(input, options);
			const source = options.source === undefined ? undefined : { ids: interpreter.idsOf(options.source) };
			const { signal, precision = 'fast' } = options;
			const model = await transformer(signal);
			const run = await runnerFor(ids.length, precision, signal);
			const tokens = await run.inside((fast) => surprise(model, ids, { source, fast, signal }));
			const texts = tokens.map((one) => ({ ...one, text: interpreter.textOf(one.id) }));
			return { tokens: texts, provenance: provenance(ids, { precision: run.precision }) };
		},
		async sentence(texts, options = {}) {
			needWhole('a sentence vector');
			const { signal, precision = 'fast' } = options;
			const model = await transformer(signal);
			return sentenceVectors(checkpoint, model, await runner(precision, signal), { idsOf: interpreter.idsOf, tokenizer }, texts, options);
		},
		async *generate(prompt, options = {}) {
			needWhole('generation');
			const { signal, precision = 'fast' } = options;
			const ids = await promptIds(prompt, signal);
			const model = await transformer(signal);
			needOutput(model);
			const random = seededRandom(options.seed ?? new DataView(host.random(new Uint8Array(4)).buffer).getUint32(0));
			const fitting = await runner(precision, signal);
			if (model.encoder) {
				const run = ids.length <= fitting.capacity ? fitting : await runner('exact', signal);
				const state = await run.language(ids, signal);
				const finish = yield* generate(state, tokenizer, [startTokenOf(model)], options, random);
				return { ...finish, provenance: provenance(ids, { precision: run.precision }) };
			}
			// The state is kept: a conversation's next turn begins with what was computed for this one.
			const run = fitting;
			const state = idle.get(run) ?? (await run.language());
			idle.delete(run);
			try {
				const finish = yield* generate(state, tokenizer, ids, options, random);
				return { ...finish, provenance: provenance(ids, { precision: run.precision }) };
			} finally {
				idle.set(run, state);
			}
		},
		memory: async () => (await runners.get('fast')?.promise)?.memory,
		close() {
			idle.clear();
			for (const { promise } of runners.values())
				void promise.then(
					(run) => run.close(),
					() => {},
				);
			runners.clear();
			void opened.get('transformer')?.promise.then(
				({ weights, encoder }) => {
					weights.drop();
					encoder?.weights.drop();
				},
				() => {},
			);
			opened.clear();
		},
	};
}

function isConversation(prompt: readonly number[] | readonly ChatMessage[]): prompt is readonly ChatMessage[] {
	return typeof prompt[0] === 'object';
}

/** An encoder of sentences reads and does not speak. */
function needOutput({ config, name }: Transformer): void {
	if (config.logits) return;
	throw new TongsaError('unsupported', 'this model has no output table: it makes states and no tokens', {
		file: name,
		hint: 'Ask for a sentence vector',
	});
}

function startTokenOf({ config, name }: Transformer): number {
	if (config.startToken !== undefined) return config.startToken;
	throw new TongsaError('unsupported', 'the file does not say what a translation starts with', {
		file: name,
		field: 'decoder_start_token_id',
	});
}
