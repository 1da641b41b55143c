// Model: one opened interpreter, as the library, the command line, the server and the studio see it.

import type { Pooling } from '../embedding/pooling.ts';
import type { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import type { GenerateOptions } from '../generation/generate.ts';
import type { ToolOptions } from '../generation/tools/types.ts';
import type { Progress } from '../host.ts';
import type { AttentionCell, CellPlace } from '../inspection/attention-cell.ts';
import type { Edit } from '../inspection/trace.ts';
import type { Point } from '../spec/points.ts';
import type { EncodeOptions, SpecialMode, Tokenizer } from '../tokenizer/types.ts';
import type { Cost } from '../transformer/cost/cost.ts';
import type { EngineMemory, Precision } from '../transformer/engine.ts';
import type { TracedPoint } from '../transformer/hooks.ts';
import type { Selector } from '../transformer/select.ts';
import type { Generation } from './generation.ts';
import type { Provenance } from './provenance.ts';

export interface OpenOptions {
	/** Calls off what the opening itself reads; calls on the model have signals of their own. */
	readonly signal?: AbortSignal;
	/** Told of downloads, and of weights as they are laid out for the kernels by the first call that needs them. */
	readonly onProgress?: (progress: Progress) => void;
	/** Tokens that the fast path's cache is made for (default 4096, or what the model was made for if that is less). */
	readonly context?: number;
	/**
	 * Bytes of keys and values that are kept of conversations that others have followed (default 512 MiB, or an eighth of the memory if that
	 * is less; 0: none): whoever comes back finds the beginning of his text computed. The fast path only.
	 */
	readonly prefixCache?: number;
}

interface Cancellable {
	/** Calls it off: the promise is then rejected with the signal's reason, and the model goes on working. */
	readonly signal?: AbortSignal;
}

/** Token ids, as `tokenizer.encode` gives them or as a list. */
export type TokenIds = readonly number[] | Uint32Array;

/** The embedding matrix of a text. */
export interface Embedding {
	/** [T, D]. */
	readonly shape: readonly [number, number];
	/** T·D values, row-major. */
	readonly data: Float32Array;
	/** T ids, flags included. */
	readonly ids: readonly number[];
	/** Text of each token; empty when the model has no tokenizer. */
	readonly tokens: readonly string[];
	readonly provenance: Provenance;
}

export interface Match {
	readonly id: number;
	/** Empty when the model has no tokenizer, or no token of this id. */
	readonly text: string;
	/** Cosine in −1…1, or dot product. */
	readonly score: number;
}

export interface NearestOptions extends Cancellable {
	/** How many matches (default 10). */
	readonly top?: number;
	/** Default 'cosine'. */
	readonly metric?: 'cosine' | 'dot';
	/** Which table: the one that text enters by (default), or the one that it leaves by. The same in a tied model. */
	readonly table?: 'input' | 'output';
	/** Ids to leave out (a word's own id, say). */
	readonly without?: readonly number[];
}

/** What is known of the interpreter's table before a row of it is read. */
export interface TableFacts {
	/** D. */
	readonly width: number;
	/** V. */
	readonly rows: number;
	/** How its numbers lie in the file: 'Q8_0', 'BF16', … */
	readonly dtype: string;
	/** Whether the same table stands at the entrance and at the exit. */
	readonly tied: boolean;
}

/** What passes through the transformer: a text, ids, or in place of tokens T rows of D values, row-major. */
export type ModelInput = string | TokenIds | { readonly vectors: Float32Array };

export interface RunOptions extends Cancellable {
	/**
	 * 'exact': weights decoded to float32, the definition (the default of trace and attentionCell). 'fast': integer products, where the
	 * kernels can and the text fits their cache (the default elsewhere). `provenance.precision` says what a result stands on.
	 */
	readonly precision?: Precision;
	/** For an encoder-decoder: the text that its encoder reads. */
	readonly source?: string | TokenIds;
}

export interface TraceOptions extends RunOptions, EncodeOptions {
	/** Points by name ('blocks.*.output') or by typed selector ({ point: 'attention.weights', layer: 12, head: 3, token: -1 }). */
	readonly at: readonly Selector[];
	/**
	 * Values that are replaced on the way, in this order. A selector with a head or a token hands over, and replaces, that slice alone.
	 */
	readonly replace?: readonly Edit[];
	/** Also the run without the replacements: `before`. */
	readonly both?: boolean;
	/** The most values that a run may give (default: any number); what would be more is refused before anything is computed. */
	readonly maxValues?: number;
}

export interface Traced {
	/** T ids; empty where vectors went in. */
	readonly ids: readonly number[];
	/** By the point's name: shape and row-major values. */
	readonly points: Readonly<Record<string, TracedPoint>>;
	/** The same points of the run without the replacements, where `both` asks for it. */
	readonly before?: Readonly<Record<string, TracedPoint>>;
	readonly provenance: Provenance;
}

/** Which tokens of a text: the last, all of them, or those at some positions, negative ones from the end. */
export type WhichTokens = 'last' | 'all' | readonly number[];

/** A token that may come next. */
export interface NextToken {
	readonly id: number;
	/** Empty when the model has no tokenizer. */
	readonly text: string;
	readonly probability: number;
}

export interface LensOptions extends RunOptions, EncodeOptions {
	/** How many a layer (default 10). */
	readonly top?: number;
	/** The one token whose states are read (default: the last). */
	readonly token?: number;
	/** Several at once, in one run. */
	readonly tokens?: WhichTokens;
}

export interface LensLayerReading {
	readonly layer: number;
	/** The most probable next tokens, best first. */
	readonly top: readonly NextToken[];
}

export interface LensReading {
	/** T ids; empty where vectors went in. */
	readonly ids: readonly number[];
	/** L + 1 of them, of the last token that was asked for: from what block 0 receives (layer −1) to the last block's output. */
	readonly layers: readonly LensLayerReading[];
	/** The same of each token that was asked for. */
	readonly tokens: readonly { readonly position: number; readonly layers: readonly LensLayerReading[] }[];
	readonly provenance: Provenance;
}

export interface LogitsOptions extends RunOptions, EncodeOptions {
	/** Whose logits (default 'last'). */
	readonly tokens?: WhichTokens;
	/** As in TraceOptions. */
	readonly replace?: readonly Edit[];
}

export interface Logits {
	/** T ids; empty where vectors went in. */
	readonly ids: readonly number[];
	/** [n, V]: one row for each token that was asked for. */
	readonly shape: readonly [number, number];
	/** n·V values, row-major. */
	readonly logits: Float32Array;
	readonly provenance: Provenance;
}

export interface UnembedOptions extends Cancellable {
	/** 'any' (default): states of any layer, which pass the final norm first; 'final': they have passed it (the point final.output). */
	readonly of?: 'any' | 'final';
	/** Also the so many most probable tokens of each. */
	readonly top?: number;
	readonly precision?: Precision;
}

export interface Unembedded {
	/** [n, V]. */
	readonly shape: readonly [number, number];
	readonly logits: Float32Array;
	/** n lists, best first; empty ones without `top`. */
	readonly top: readonly (readonly NextToken[])[];
	readonly provenance: Provenance;
}

export interface CostOptions extends Cancellable {
	/** T (default 1). */
	readonly tokens?: number;
	/** Tokens before them (default 0). */
	readonly before?: number;
	/** Tokens that the cache is made for, as in OpenOptions. */
	readonly context?: number;
}

export interface ModelCost extends Cost {
	/** Bytes that the kernels would take; absent where they cannot run the model. */
	readonly memory?: EngineMemory;
}

/** Options of generate: those of the sampler and the stop rules, and what is replaced in the model while it writes. */
export interface ModelGenerateOptions extends GenerateOptions, Omit<PromptOptions, 'tools'>, ToolOptions {
	readonly precision?: Precision;
	/** As in TraceOptions, in every step. A selector's token is a position in the whole text; negative ones count from a step's end. */
	readonly replace?: readonly Edit[];
}

export interface SentenceOptions extends Cancellable {
	/** Of T states: their mean, the first ('cls'), the last, … in place of all that the model's own files say. */
	readonly pooling?: Pooling;
	/** What stands before every text (default: as the model's own files say), or the name under which those files have it. Ids get none. */
	readonly prompt?: string;
	readonly promptName?: string;
	/** Length 1 (default: as the model's own files say; yes where they are silent). */
	readonly normalize?: boolean;
	/** Keep only the first so many of the D values, and normalise again (Matryoshka models: Kusupati et al. 2022, arXiv 2205.13147). */
	readonly dimensions?: number;
	/** As in RunOptions; default 'fast'. */
	readonly precision?: Precision;
}

export interface SentenceVectors {
	/** One vector a text: D values, or `dimensions`. */
	readonly vectors: readonly Float32Array[];
	/** Tokens that went in, a text. */
	readonly tokens: readonly number[];
	/** Whether a text was longer than the model takes, and was cut. Never silently: callers show it. */
	readonly truncated: readonly boolean[];
	readonly provenance: Provenance;
}

/** A message, as OpenAI's API and Hugging Face's templates write it. Whatever else stands in it, the template may read. */
export interface ChatMessage {
	/** As the model's template names them: mostly 'system', 'user', 'assistant' and 'tool'. */
	readonly role: string;
	/** A text; or its parts, where the template takes them: {type: 'text', text: '…'}. */
	readonly content?: string | readonly unknown[] | null;
	readonly name?: string;
	/** Of an assistant: {id, type: 'function', function: {name, arguments}}. Templates want the arguments as an object. */
	readonly tool_calls?: readonly unknown[];
	/** Of a tool's result. */
	readonly tool_call_id?: string;
	/** An assistant's thinking, which templates know by either name. */
	readonly reasoning_content?: string;
	readonly thinking?: string;
}

/** What a conversation's template is given beside the messages. JSON, plain or as parseExactJson gives it. */
export interface ChatOptions {
	/** What the model may call, as its template writes it down. */
	readonly tools?: readonly unknown[];
	/** Texts to answer from, for templates that read them: {title, text}. */
	readonly documents?: readonly unknown[];
	/** Settings that the template names itself: {enable_thinking: false}. llama.cpp and vLLM call them chat_template_kwargs. */
	readonly templateSettings?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
}

export interface TemplateOptions extends ChatOptions, Cancellable {
	/** Opens the model's own turn at the end (default true). */
	readonly generationPrompt?: boolean;
}

/** How a prompt is read. */
export interface PromptOptions extends ChatOptions {
	/** Of a prompt that is a text: 'parse' for one that carries its own special tokens (default 'add'). */
	readonly special?: SpecialMode;
}

/** A conversation as the model's own chat template writes it: the prompt's text and its ids. */
export interface Conversation {
	readonly text: string;
	readonly ids: readonly number[];
	readonly provenance: Provenance;
}

/** A text or ids to go on from, or a conversation that the model's own chat template turns into text. */
export type Prompt = string | TokenIds | readonly ChatMessage[];

/**
 * Every call may throw TongsaError 'usage' for an option or an id that cannot be, 'closed' after close(), and what reading throws: 'changed'
 * for a file that is another by now, 'network'.
 */
export interface Model {
	/** As it was asked for, or the files' own. */
	readonly name: string;
	/** The opened files: metadata, and each tensor's dtype, shape and place. */
	readonly checkpoint: Checkpoint;
	/** general.architecture or model_type; undefined where the file names none. */
	readonly architecture: string | undefined;
	/** Absent when the file carries none; every verb then still takes ids. */
	readonly tokenizer: Tokenizer | undefined;
	/** Absent when the file is a vocabulary alone, or its table cannot be read. */
	readonly table: TableFacts | undefined;
	/** Why there is no tokenizer, no table: what the verbs that need one throw. */
	readonly problems: { readonly tokenizer?: TongsaError; readonly table?: TongsaError };
	/** Blocks in this file, and in the model that it was cut from. */
	readonly blocks: { readonly here: number; readonly whole: number };
	/** The chat template's Jinja source, where the model has one; `tools`: the one that it has for them, if it has one. */
	chatTemplate(tools?: boolean): Promise<string | undefined>;
	/** @throws TongsaError 'unsupported' without a template, 'malformed' where it refuses the messages, 'too-large' where it does not end. */
	template(messages: readonly ChatMessage[], options?: TemplateOptions): Promise<Conversation>;
	/**
	 * The rows of the table for a text or for ids: nothing else of the weights is read.
	 * @throws TongsaError 'unsupported' without a table, or for text without a tokenizer; 'out-of-range' for an id without a row.
	 */
	embed(input: string | TokenIds, options?: EncodeOptions & Cancellable): Promise<Embedding>;
	/**
	 * A word (its row, or the mean of its tokens' rows) or a vector of D values → the nearest rows of the whole table, exact, best first.
	 * @throws TongsaError 'wrong-shape' for a vector of another width, 'usage' for an empty word and for a vector that is not finite, or has no
	 * direction (cosine).
	 */
	nearest(
		query: string | ArrayLike<number>,
		options?: NearestOptions,
	): Promise<{ readonly matches: readonly Match[]; readonly provenance: Provenance }>;
	/** Every point that trace can hear, in the order of the data. @throws TongsaError 'unsupported' for an unknown architecture. */
	points(): Promise<readonly Point[]>;
	/**
	 * One run with listeners: any subset of the points at the cost of that subset; any of them may be replaced. Shapes: `points()`.
	 *
	 *     const { points } = await model.trace('I love you', { at: ['blocks.0.attention.weights'] }) // [H, T, T]
	 *
	 * @throws TongsaError 'not-found' for a point that the model has not, 'out-of-range' for a layer, head or token, 'wrong-shape' for a
	 * replacement of another size, 'too-large' for more than `maxValues`, 'unsupported' where the file lacks what the point needs.
	 */
	trace(input: ModelInput, options: TraceOptions): Promise<Traced>;
	/**
	 * Attention's arithmetic for one query and one key of one head, in numbers that add up; of an encoder-decoder also of its attention to
	 * the encoder (`cross: true`), and within the encoder (`encoder: true`). Negative numbers count from the end.
	 *
	 *     const { scaled, weight } = await model.attentionCell('I love you', { layer: -1, head: 0, query: -1, key: 0 })
	 *
	 * @throws TongsaError 'out-of-range' for a layer, head or position, 'unsupported' for `cross` or `encoder` of a model without one.
	 */
	attentionCell(
		input: ModelInput,
		cell: CellPlace,
		options?: RunOptions & EncodeOptions,
	): Promise<AttentionCell & { readonly provenance: Provenance }>;
	/**
	 * Logits (n, V) of some tokens of a text: a score for every token of the vocabulary to come next. Of the last one alone by default, and
	 * nothing is computed for the others beyond what it needs. @throws TongsaError 'unsupported' without an output table, 'too-large'.
	 */
	logits(input: ModelInput, options?: LogitsOptions): Promise<Logits>;
	/**
	 * States (n, D), of any layer or the final ones → logits (n, V): the table read the other way round.
	 * @throws TongsaError 'wrong-shape' for values that are no rows of D, 'unsupported' without an output table.
	 */
	unembed(states: Float32Array, options?: UnembedOptions): Promise<Unembedded>;
	/**
	 * Each layer's states, of the last token or of several in one run, read as words by the final norm and the output table. nostalgebraist
	 * 2020, "the logit lens". @throws TongsaError 'unsupported' for a model that is not whole.
	 */
	lens(input: ModelInput, options?: LensOptions): Promise<LensReading>;
	/**
	 * Log-probability (natural logarithm) of each token of a text, given those before it, and its rank: how many tokens were thought more
	 * probable. The first token has neither. @throws TongsaError 'unsupported' for a model that is not whole.
	 */
	logProbabilities(
		input: string | TokenIds,
		options?: RunOptions & EncodeOptions,
	): Promise<{
		readonly tokens: readonly { readonly id: number; readonly text: string; readonly logProbability?: number; readonly rank?: number }[];
		readonly provenance: Provenance;
	}>;
	/** Another name of logProbabilities. */
	surprise: Model['logProbabilities'];
	/**
	 * Texts (or ids) → one vector each: last states (T, D) pooled as the model's own files say, unless told otherwise.
	 * @throws TongsaError 'usage' for a text without tokens, 'out-of-range' for dimensions beyond D, 'unsupported' for a model that is not whole.
	 */
	sentence(texts: string | readonly (string | TokenIds)[], options?: SentenceOptions): Promise<SentenceVectors>;
	/**
	 * Pieces as they come; `text` of each is what it adds, in whole characters. `await answer.text()` is all of it, `answer.result` says how it ended.
	 *
	 *     for await (const { text } of model.generate('Once upon a time', { maxTokens: 50 })) process.stdout.write(text)
	 *
	 * @throws TongsaError 'too-large' for a prompt beyond the context, 'usage' for an empty one or a sampler setting out of range,
	 * 'unsupported' for a schema that cannot be enforced, a conversation without a chat template, or a model that is not whole.
	 */
	generate(prompt: Prompt, options?: ModelGenerateOptions): Generation;
	/**
	 * What a run of T tokens would cost, from the header alone: products, bytes of weights that are read, and the memory that the kernels would
	 * take. @throws TongsaError 'unsupported' for a file without weights or of an unknown architecture.
	 */
	cost(options?: CostOptions): Promise<ModelCost>;
	/** Bytes that the kernels hold: weights as laid for the kernels, keys and values in halves, all. Undefined before it is first used. */
	memory(): Promise<EngineMemory | undefined>;
	/** Bytes read from the model's files so far. */
	readonly bytesRead: number;
	/** Ends its threads and gives files and memory back. */
	close(): Promise<void>;
}
