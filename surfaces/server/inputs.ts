// The limits on what requests bring: how many texts, how long, how many tokens. Looked at before anything is computed from them.

import type { Model } from '../../src/model.ts';
import type { EncodeOptions } from '../../src/tokenizer/types.ts';
import type { SentenceInput } from './batch.ts';
import { Refusal } from './refusal.ts';
import type { Service } from './service.ts';

/** Twice what a token of any language holds in the mean: a longer text has too many tokens, and is not tokenized to learn how many. */
const UNITS_PER_TOKEN = 8;

interface Limits {
	/** The most tokens; the server's limit for one request when absent. */
	readonly most?: number;
	readonly options?: EncodeOptions;
}

/**
 * Counts the tokens of texts and of ids, one after the other, and stops at the first that is too much.
 * @throws Refusal naming the parameter
 */
export function countTokens(
	service: Service,
	{ tokenizer }: Model,
	inputs: readonly SentenceInput[],
	param: string,
	{ most = service.settings['max-input-tokens'], options }: Limits = {},
): number {
	let total = 0;
	let units = 0;
	for (const input of inputs) {
		if (typeof input === 'string') units += input.length;
		checkUnits(units, param, most);
		total += typeof input === 'string' ? (tokenizer?.count(input, options) ?? 0) : input.length;
		checkTokens(total, param, most);
	}
	return total;
}

export function checkUnits(units: number, param: string, most: number): void {
	if (units > most * UNITS_PER_TOKEN) throw tooLong(param, `${units} characters`, most);
}

export function checkTokens(count: number, param: string, most: number): void {
	if (count > most) throw tooLong(param, `${count} tokens`, most);
}

function tooLong(param: string, got: string, most: number): Refusal {
	return new Refusal(400, `Invalid '${param}': ${got}, and this server takes at most ${most} tokens in one request.`, {
		param,
		code: 'context_length_exceeded',
	});
}

/** Texts that are too many, or empty. */
export function checkInputs({ settings }: Service, inputs: readonly SentenceInput[], param = 'input'): void {
	const most = settings['max-inputs'];
	if (inputs.length > most) {
		throw new Refusal(400, `Invalid '${param}': ${inputs.length} texts, and this server takes at most ${most} in one request.`, {
			param,
			code: 'invalid_value',
		});
	}
	const empty = inputs.findIndex((input) => input.length === 0);
	if (empty >= 0) {
		const which = `${param}[${empty}]`;
		throw new Refusal(400, `Invalid '${which}': it is empty.`, { param: which, code: 'invalid_value' });
	}
}
