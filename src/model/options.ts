// What the options of a model's calls may be. Those of generate, nearest and encode that lower floors know are checked there.

import { POOLING_NAMES } from '../embedding/pooling.ts';
import { ANY, listOf, needed, OBJECT, oneOf, type Rule, type Rules, TEXT, whole, YES_OR_NO } from '../options.ts';
import type { EncodeOptions } from '../tokenizer/types.ts';
import { SELECTOR } from '../transformer/select.ts';
import type {
	ChatOptions,
	CostOptions,
	LensOptions,
	LogitsOptions,
	Model,
	NearestOptions,
	OpenOptions,
	PromptOptions,
	RunOptions,
	SentenceOptions,
	TemplateOptions,
	TraceOptions,
	UnembedOptions,
} from './types.ts';

const EDIT: Rule = {
	holds: (edit) =>
		typeof edit === 'object' &&
		edit !== null &&
		'at' in edit &&
		SELECTOR.holds(edit.at) &&
		'with' in edit &&
		typeof edit.with === 'function',
	allowed: '{at: a point, with: a function}',
};

export const OPEN: Rules<OpenOptions> = { context: whole(1), prefixCache: whole(0), signal: ANY, onProgress: ANY };

/** The tokenizer checks them. */
const ENCODE: Rules<EncodeOptions> = { special: ANY, flags: ANY, plain: ANY, offsets: ANY };
const STOPPABLE = { signal: ANY };

export const EMBED: Rules<NonNullable<Parameters<Model['embed']>[1]>> = { ...ENCODE, ...STOPPABLE };

/** What is ANY here is checked where rows are compared. */
export const NEAREST: Rules<NearestOptions> = { table: oneOf(['input', 'output']), top: ANY, metric: ANY, without: ANY, ...STOPPABLE };

const CHAT: Rules<ChatOptions> = { tools: listOf(ANY), documents: listOf(ANY), templateSettings: OBJECT };
export const TEMPLATE: Rules<TemplateOptions> = { ...CHAT, generationPrompt: YES_OR_NO, ...STOPPABLE };
/** What a prompt is read with. */
export const PROMPT: Rules<PromptOptions> = { ...CHAT, special: oneOf(['add', 'none', 'parse']) };

export const PRECISION = { precision: oneOf(['exact', 'fast']) };

export const RUN: Rules<RunOptions & EncodeOptions> = { ...PRECISION, source: ANY, ...ENCODE, ...STOPPABLE };

export const TRACE: Rules<TraceOptions> = {
	...RUN,
	at: needed(listOf(SELECTOR)),
	replace: listOf(EDIT),
	both: YES_OR_NO,
	maxValues: whole(0),
};

export const VECTORS: Rules<{ readonly vectors: Float32Array }> = {
	vectors: needed({ holds: (value) => value instanceof Float32Array, allowed: 'a Float32Array of T·D values' }),
};

export const CELL: Rules<Parameters<Model['attentionCell']>[1]> = {
	layer: needed(whole()),
	head: needed(whole()),
	query: needed(whole()),
	key: needed(whole()),
	cross: YES_OR_NO,
	encoder: YES_OR_NO,
};

/** 'last', 'all' or positions. */
const TOKENS: Rule = {
	holds: (tokens) =>
		tokens === 'last' || tokens === 'all' || (Array.isArray(tokens) && tokens.length > 0 && tokens.every(Number.isInteger)),
	allowed: "'last', 'all' or a list of positions",
};

export const LENS: Rules<LensOptions> = { ...RUN, top: whole(1), token: whole(), tokens: TOKENS };

export const LOGITS: Rules<LogitsOptions> = { ...RUN, tokens: TOKENS, replace: listOf(EDIT) };

export const UNEMBED: Rules<UnembedOptions> = { ...PRECISION, of: oneOf(['any', 'final']), top: whole(1), ...STOPPABLE };

export const COST: Rules<CostOptions> = { tokens: whole(1), before: whole(0), context: whole(1), ...STOPPABLE };

export const EDITS = { replace: listOf(EDIT) };

export const SENTENCE: Rules<SentenceOptions> = {
	...PRECISION,
	pooling: oneOf(POOLING_NAMES),
	prompt: TEXT,
	promptName: TEXT,
	normalize: YES_OR_NO,
	dimensions: ANY, // against the model's width: sentence.ts
	...STOPPABLE,
};
