// Inference: what needs the transformer. Trace, logits, lens, sentence embeddings, generation. lazy-inference.ts loads it when first asked for.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { GENERATE, type GeneratedPiece, generate } from '../generation/generate.ts';
import { seededRandom } from '../generation/random.ts';
import type { Host } from '../host.ts';
import { attentionCell } from '../inspection/attention-cell.ts';
import { EditHooks } from '../inspection/edits.ts';
import { lens } from '../inspection/lens.ts';
import { logProbabilities } from '../inspection/log-probabilities.ts';
import { logits, topTokens } from '../inspection/logits.ts';
import { trace, traceBoth } from '../inspection/trace.ts';
import { checkOptions } from '../options.ts';
import { pointsOf } from '../spec/points.ts';
import type { EncodeOptions, Tokenizer } from '../tokenizer/types.ts';
import type { Engine, EngineInput, Precision, Sequence } from '../transformer/engine.ts';
import { type Transformer, tokensOf } from '../transformer/transformer.ts';
import { Engines } from './engines.ts';
import type { Generated } from './generation.ts';
import type { Interpreter } from './interpreter.ts';
import { CELL, COST, EDITS, LENS, LOGITS, PRECISION, PROMPT, RUN, SENTENCE, TRACE, UNEMBED, VECTORS } from './options.ts';
import { readPrompt } from './prompt.ts';
import { provenanceOf } from './provenance.ts';
import { sentenceVectors } from './sentence.ts';
import { TOOLS, toolCallsOf } from './tool-calls.ts';
import type { Model, ModelGenerateOptions, ModelInput, NextToken, OpenOptions, Prompt, RunOptions, WhichTokens } from './types.ts';

type Verbs =
	| 'points'
	| 'trace'
	| 'attentionCell'
	| 'logits'
	| 'unembed'
	| 'lens'
	| 'logProbabilities'
	| 'surprise'
	| 'sentence'
	| 'cost'
	| 'memory';

export interface Inference extends Pick<Model, Verbs> {
	generate: (...given: Parameters<Model['generate']>) => AsyncGenerator<GeneratedPiece, Omit<Generated, 'ids' | 'text'>>;
	close(): void;
}

export function openInference(
	host: Host,
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	interpreter: Interpreter,
	blocks: Model['blocks'],
	open: OpenOptions,
): Inference {
	const engines = new Engines(host, checkpoint, open);
	/** Sequences of texts that nobody is going on with. */
	const idle = new Map<Engine, Sequence>();

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
	): { readonly ids: readonly number[]; readonly input: EngineInput } {
		const source = options.source === undefined ? {} : { source: { ids: interpreter.idsOf(options.source) } };
		if (typeof input === 'object' && input !== null && 'vectors' in input) {
			checkOptions(input, VECTORS);
			return { ids: [], input: { vectors: input.vectors, ...source } };
		}
		const ids = interpreter.idsOf(input, options);
		return { ids, input: { ids, ...source } };
	}

	/** What a call inside the model needs: its tokens, and the engine that serves as many. `standard`: its precision where none is asked for. */
	async function prepared(given: ModelInput, options: RunOptions & EncodeOptions, standard: Precision) {
		const { precision = standard, signal } = options;
		const { ids, input } = inputOf(given, options);
		const { config } = await engines.transformer(signal);
		const engine = await engines.forRun(longest(config, input), precision, signal);
		return { ids, input, engine };
	}

	/** Made last: it says what has been read. */
	const provenance = (ids: readonly number[], { precision }: Engine) => provenanceOf(checkpoint, { tokens: ids, precision });
	const withText = (tokens: readonly Omit<NextToken, 'text'>[]): NextToken[] =>
		tokens.map((token) => ({ ...token, text: interpreter.textOf(token.id) }));

	const verbs: Inference = {
		points: async () => pointsOf((await engines.transformer()).config),
		async trace(given, options) {
			checkOptions(options, TRACE);
			const { at, replace, both = false, maxValues, signal } = options;
			if (at.some((selector) => /^(?:final\.output|logits)$/.test(typeof selector === 'string' ? selector : selector.point)))
				needWhole('the last state');
			const { ids, input, engine } = await prepared(given, options, 'exact');
			const ask = { at, ...(replace && { replace }), maxValues, signal };
			const runs = both ? await traceBoth(engine, input, ask) : { after: await trace(engine, input, ask) };
			return {
				ids,
				points: Object.fromEntries(runs.after.points),
				...('before' in runs && { before: Object.fromEntries(runs.before.points) }),
				provenance: provenance(ids, engine),
			};
		},
		async attentionCell(given, cell, options = {}) {
			checkOptions(cell, CELL);
			checkOptions(options, RUN);
			const { ids, input, engine } = await prepared(given, options, 'exact');
			return { ...(await attentionCell(engine, input, cell, { signal: options.signal })), provenance: provenance(ids, engine) };
		},
		async logits(given, options = {}) {
			checkOptions(options, LOGITS);
			needWhole('the last state');
			const { tokens = 'last', replace, signal } = options;
			const { ids, input, engine } = await prepared(given, options, 'fast');
			const made = await logits(engine, input, { tokens: positions(tokens), replace, signal });
			const V = engine.model.config.vocabulary;
			return { ids, shape: [made.length / V, V], logits: made, provenance: provenance(ids, engine) };
		},
		async unembed(states, options = {}) {
			checkOptions(options, UNEMBED);
			checkOptions({ vectors: states }, VECTORS);
			needWhole('the last state');
			const { of = 'any', top, precision = 'fast', signal } = options;
			const engine = await engines.of(precision, signal);
			const { config } = engine.model;
			const width = of === 'any' ? config.width : config.embedding.width;
			if (states.length === 0 || states.length % width !== 0) {
				const allowed = `rows of ${width} values`;
				throw new TongsaError('wrong-shape', 'these are no states of this model', { got: `${states.length} values`, allowed });
			}
			const made = await engine.logits(states, of, { signal });
			const V = config.vocabulary;
			const lists = Array.from({ length: made.length / V }, (_, i) =>
				top === undefined ? [] : withText(topTokens(made.subarray(i * V, (i + 1) * V), top)),
			);
			return { shape: [made.length / V, V], logits: made, top: lists, provenance: provenance([], engine) };
		},
		async lens(given, options = {}) {
			checkOptions(options, LENS);
			needWhole('the lens');
			const { top, token = -1, tokens = [token], signal } = options;
			const { ids, input, engine } = await prepared(given, options, 'fast');
			const wanted = positions(tokens);
			const found = await lens(engine, input, { top, tokens: wanted, signal });
			const T = tokensOf(input, engine.model.config);
			const readings = found.map((layers, i) => {
				const position = wanted?.[i] ?? i;
				return { position: position < 0 ? T + position : position, layers: layers.map((one) => ({ ...one, top: withText(one.top) })) };
			});
			return { ids, layers: readings.at(-1)!.layers, tokens: readings, provenance: provenance(ids, engine) };
		},
		async logProbabilities(given, options = {}) {
			checkOptions(options, RUN);
			needWhole('log-probabilities');
			// Vectors have no next token to be compared with: idsOf refuses them.
			const { ids, input, engine } = await prepared(interpreter.idsOf(given, options), options, 'fast');
			const found = await logProbabilities(engine, ids, { source: input.source, signal: options.signal });
			const texts = found.map((one) => ({ ...one, text: interpreter.textOf(one.id) }));
			return { tokens: texts, provenance: provenance(ids, engine) };
		},
		surprise: (...given) => verbs.logProbabilities(...given),
		async sentence(texts, options = {}) {
			checkOptions(options, SENTENCE);
			needWhole('a sentence vector');
			const { signal, precision = 'fast' } = options;
			const engine = await engines.of(precision, signal);
			return sentenceVectors(checkpoint, engine, { idsOf: interpreter.idsOf, tokenizer }, texts, options);
		},
		async *generate(prompt: Prompt, options: ModelGenerateOptions = {}) {
			checkOptions(options, { ...PRECISION, ...GENERATE, ...PROMPT, ...TOOLS, ...EDITS });
			const { precision = 'fast', replace = [], special, documents, templateSettings, ...rest } = options;
			const { tools: given, toolChoice, parallelToolCalls: _, genericToolCalls: __, newToolCallId: ___, onToolCall: ____, ...own } = rest;
			const tools = given && given.length > 0 && toolChoice !== 'none' ? given : undefined;
			const reading = {
				...(special && { special }),
				...(tools && { tools }),
				...(documents && { documents }),
				...(templateSettings && { templateSettings }),
			};
			needWhole('generation');
			const { signal } = own;
			const { ids, text } = await readPrompt({ host, checkpoint, tokenizer, interpreter }, prompt, reading, signal);
			const calls = tools && text !== undefined ? await toolCallsOf(checkpoint, tokenizer, text, options, signal) : undefined;
			const asked = { ...own, ...(calls?.constraint && { constraint: calls.constraint }) };
			const model = await engines.transformer(signal);
			needOutput(model);
			const random = seededRandom(options.seed ?? new DataView(host.random(new Uint8Array(4)).buffer).getUint32(0));
			const fitting = await engines.of(precision, signal);
			const hooks = replace.length > 0 ? new EditHooks(model.config, replace, model.encoder ? ids.length : 0) : undefined;
			if (model.encoder) {
				const engine = ids.length <= fitting.capacity ? fitting : await engines.of('exact', signal);
				const sequence = await engine.sequence({ source: ids, hooks, signal });
				const finish = yield* generate(sequence, tokenizer, [startTokenOf(model)], own, random);
				return { ...finish, provenance: provenance(ids, engine) };
			}
			// A sequence is kept: a conversation's next turn begins with what was computed for this one. One with edits is of no use to another.
			const sequence = (!hooks && idle.get(fitting)) || (await fitting.sequence({ hooks }));
			if (!hooks) idle.delete(fitting);
			try {
				const answer = generate(sequence, tokenizer, ids, asked, random);
				const finish = yield* calls ? calls.events(answer) : answer;
				return { ...finish, provenance: provenance(ids, fitting) };
			} finally {
				if (!hooks) idle.set(fitting, sequence);
			}
		},
		async cost(options = {}) {
			checkOptions(options, COST);
			return engines.cost(options);
		},
		memory: () => engines.memory(),
		close() {
			idle.clear();
			engines.close();
		},
	};
	return verbs;
}

/** Positions of some tokens; undefined: all. */
function positions(tokens: WhichTokens): readonly number[] | undefined {
	return tokens === 'all' ? undefined : tokens === 'last' ? [-1] : tokens;
}

/** Tokens of a text, or of its source if that is longer. */
function longest(config: Transformer['config'], input: EngineInput): number {
	return Math.max(tokensOf(input, config), input.source ? tokensOf(input.source, config) : 0);
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
