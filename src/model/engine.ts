// The engine: what needs the transformer. Trace, lens, sentence vectors, generation. asked.ts loads it when first asked for.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { type Continuable, GENERATE, generate } from '../generation/generate.ts';
import { seededRandom } from '../generation/random.ts';
import type { Host } from '../host.ts';
import { attentionCell } from '../inspection/attention-cell.ts';
import { lens } from '../inspection/lens.ts';
import { surprise } from '../inspection/log-probabilities.ts';
import { lengthOf, type TraceInput, trace, traceBoth } from '../inspection/trace.ts';
import { checkOptions } from '../options.ts';
import { pointsOf } from '../spec/points.ts';
import type { EncodeOptions, Tokenizer } from '../tokenizer/types.ts';
import type { Input } from '../transformer/forward.ts';
import type { Transformer } from '../transformer/transformer.ts';
import type { Interpreter } from './interpreter.ts';
import { CELL, LENS, PRECISION, PROMPT, RUN, SENTENCE, TRACE, VECTORS } from './options.ts';
import { readPrompt } from './prompt.ts';
import { provenanceOf } from './provenance.ts';
import type { Runner } from './runner.ts';
import { openRunners } from './runners.ts';
import { sentenceVectors } from './sentence.ts';
import { TOOLS, toolCallsOf } from './tool-calls.ts';
import type { Model, ModelInput, OpenOptions, RunOptions } from './types.ts';

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
	const runners = openRunners(host, checkpoint, open);
	/** States of texts that nobody is going on with. */
	const idle = new Map<Runner, Continuable>();

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
		if (typeof input === 'object' && input !== null && 'vectors' in input) {
			checkOptions(input, VECTORS);
			return { ids: [], input: { vectors: input.vectors, ...source } };
		}
		const ids = interpreter.idsOf(input, options);
		return { ids, input: { ids, ...source } };
	}

	/** What a call inside the model needs: its tokens, and the runner that serves as many. `standard`: its precision where none is asked for. */
	async function prepared(input: ModelInput, options: RunOptions & EncodeOptions, standard: Runner['precision']) {
		const { precision = standard, signal } = options;
		const { ids, input: tokens } = inputOf(input, options);
		const model = await runners.transformer(signal);
		return { ids, tokens, model, run: await runners.inside(longest(model, tokens), precision, signal) };
	}

	/** Made last: it says what has been read. */
	const provenance = (ids: readonly number[], { precision }: Runner) => provenanceOf(checkpoint, { tokens: ids, precision });

	return {
		points: async () => pointsOf((await runners.transformer()).config),
		async trace(input, options) {
			checkOptions(options, TRACE);
			const { at, replace, both = false, maxValues, signal } = options;
			if (at.some((selector) => /^(?:final\.output|logits)$/.test(typeof selector === 'string' ? selector : selector.point)))
				needWhole('the last state');
			const { ids, tokens, model, run } = await prepared(input, options, 'exact');
			const ask = { at, ...(replace && { replace }), maxValues, signal };
			return run.inside(async (fast) => {
				const runs = both ? await traceBoth(model, tokens, { ...ask, fast }) : { after: await trace(model, tokens, { ...ask, fast }) };
				return {
					ids,
					points: Object.fromEntries(runs.after.points),
					...('before' in runs && { before: Object.fromEntries(runs.before.points) }),
					provenance: provenance(ids, run),
				};
			});
		},
		async attentionCell(input, cell, options = {}) {
			checkOptions(cell, CELL);
			checkOptions(options, RUN);
			const { ids, tokens, model, run } = await prepared(input, options, 'exact');
			const found = await run.inside((fast) => attentionCell(model, tokens, cell, { fast, signal: options.signal }));
			return { ...found, provenance: provenance(ids, run) };
		},
		async lens(input, options = {}) {
			checkOptions(options, LENS);
			needWhole('the lens');
			const { top, token, signal } = options;
			const { ids, tokens, model, run } = await prepared(input, options, 'fast');
			const asked = { ...(top !== undefined && { top }), ...(token !== undefined && { token }), signal };
			const layers = await run.inside((fast) => lens(model, tokens, { ...asked, fast }));
			const texts = layers.map(({ layer, top }) => ({ layer, top: top.map((one) => ({ ...one, text: interpreter.textOf(one.id) })) }));
			return { ids, layers: texts, provenance: provenance(ids, run) };
		},
		async surprise(input, options = {}) {
			checkOptions(options, RUN);
			needWhole('surprise');
			// Vectors have no next token to be surprised by: idsOf refuses them.
			const { ids, tokens, model, run } = await prepared(interpreter.idsOf(input, options), options, 'fast');
			const found = await run.inside((fast) => surprise(model, ids, { source: tokens.source, fast, signal: options.signal }));
			const texts = found.map((one) => ({ ...one, text: interpreter.textOf(one.id) }));
			return { tokens: texts, provenance: provenance(ids, run) };
		},
		async sentence(texts, options = {}) {
			checkOptions(options, SENTENCE);
			needWhole('a sentence vector');
			const { signal, precision = 'fast' } = options;
			const model = await runners.transformer(signal);
			return sentenceVectors(
				checkpoint,
				model,
				await runners.of(precision, signal),
				{ idsOf: interpreter.idsOf, tokenizer },
				texts,
				options,
			);
		},
		async *generate(prompt, options = {}) {
			checkOptions(options, { ...PRECISION, ...PROMPT, ...TOOLS, ...GENERATE });
			const { precision = 'fast', special, documents, templateSettings, ...rest } = options;
			const { tools: given, toolChoice, parallelToolCalls, genericToolCalls, newToolCallId, onToolCall, ...own } = rest;
			const tools = given && given.length > 0 && toolChoice !== 'none' ? given : undefined;
			const reading = {
				...(special && { special }),
				...(tools && { tools }),
				...(documents && { documents }),
				...(templateSettings && { templateSettings }),
			};
			needWhole('generation');
			const { signal } = own;
			const { ids, text: written } = await readPrompt({ host, checkpoint, tokenizer, interpreter }, prompt, reading, signal);
			const calls = tools && written !== undefined ? await toolCallsOf(checkpoint, tokenizer, written, options, signal) : undefined;
			const asked = { ...own, ...(calls?.constraint && { constraint: calls.constraint }) };
			const model = await runners.transformer(signal);
			needOutput(model);
			const random = seededRandom(options.seed ?? new DataView(host.random(new Uint8Array(4)).buffer).getUint32(0));
			const fitting = await runners.of(precision, signal);
			if (model.encoder) {
				const run = ids.length <= fitting.capacity ? fitting : await runners.of('exact', signal);
				const state = await run.language(ids, signal);
				const finish = yield* generate(state, tokenizer, [startTokenOf(model)], own, random);
				return { ...finish, provenance: provenance(ids, run) };
			}
			// The state is kept: a conversation's next turn begins with what was computed for this one.
			const run = fitting;
			const state = idle.get(run) ?? (await run.language());
			idle.delete(run);
			try {
				const answer = generate(state, tokenizer, ids, asked, random);
				const finish = yield* calls ? calls.events(answer) : answer;
				return { ...finish, provenance: provenance(ids, run) };
			} finally {
				idle.set(run, state);
			}
		},
		memory: runners.memory,
		close() {
			idle.clear();
			runners.close();
		},
	};
}

/** Tokens of a text, or of its source if that is longer. */
function longest(model: Transformer, input: TraceInput): number {
	return Math.max(lengthOf(model, input), input.source ? lengthOf(model, input.source) : 0);
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
