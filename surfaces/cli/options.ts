// Arguments and options that several verbs have alike.

import type { OptionSpec } from './call.ts';

export const MODEL = { name: 'MODEL', completes: 'model' } as const;
export const TEXT = { name: 'TEXT', optional: true } as const;

export const FLAGS: Readonly<Record<string, OptionSpec>> = {
	special: { summary: 'add start and end flags as the model wants (the default)' },
	'no-special': { summary: 'add no flags; special text stays text' },
	'parse-special': { summary: 'special text in TEXT (<|im_end|>) becomes its token; with --no-special, without adding flags' },
};

export const IDS: Readonly<Record<string, OptionSpec>> = { ids: { value: '1,2,3', summary: 'token ids in place of TEXT' } };

export const PRECISION: Readonly<Record<string, OptionSpec>> = {
	precision: { value: 'P', choices: ['exact', 'fast'], summary: 'exact: weights decoded to float32; fast: integer products' },
};

export const CONTEXT: Readonly<Record<string, OptionSpec>> = {
	context: {
		value: 'N',
		summary: 'tokens that prompt and answer may have together (default 4096, or what the model was made for if less)',
	},
};

/** What a run of the transformer takes in. */
export const RUN: Readonly<Record<string, OptionSpec>> = {
	...IDS,
	...FLAGS,
	...PRECISION,
	source: { value: 'TEXT', summary: 'for a translation model: the text that its encoder reads' },
	'source-ids': { value: '1,2,3', summary: 'token ids in place of --source' },
};

/** Of what writes a conversation. */
export const TEMPLATE_SETTINGS: Readonly<Record<string, OptionSpec>> = {
	'chat-template-kwargs': { value: 'JSON', summary: 'settings that the chat template reads: {"enable_thinking": false}' },
};

export const SAMPLING: Readonly<Record<string, OptionSpec>> = {
	'max-tokens': { value: 'N', summary: 'the most tokens of an answer (default 256)' },
	temperature: {
		value: 'X',
		summary: 'draw by probability, sharper below 1, flatter above; without it the likeliest token is taken each time',
	},
	'top-k': { value: 'K', summary: 'draw from the K likeliest (temperature 1 unless given); 0 is as without it' },
	'top-p': { value: 'P', summary: 'draw from the likeliest that make up P of the probability' },
	'min-p': { value: 'P', summary: 'draw from those at least P times as likely as the likeliest; 0 is as without it' },
	typical: { value: 'P', summary: 'draw from those of about the expected surprise, P of the probability' },
	'repetition-penalty': { value: 'X', summary: 'divide the scores of what was said already (1 is none)' },
	'frequency-penalty': { value: 'X', summary: 'subtract for every time a token was said' },
	'presence-penalty': { value: 'X', summary: 'subtract once for a token that was said' },
	'logit-bias': { value: 'ID=X', many: true, summary: 'add X (-100 to 100) to the score of a token (repeatable)' },
	seed: { value: 'N', summary: 'the same seed gives the same draw; by chance when absent, and told in --json' },
	stop: { value: 'TEXT', many: true, summary: 'end the answer before this text (repeatable)' },
	schema: { value: 'FILE', summary: 'the answer is JSON that satisfies the JSON Schema in FILE' },
	'log-probabilities': { value: 'N', summary: 'log-probabilities of each token and of the N likeliest' },
	...CONTEXT,
	...PRECISION,
};
