// What requests bring → ids, held to the limits: how many texts, how long, how many tokens. Each text is tokenized once.

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
 * Texts → their ids; ids as they are. Stops at the first that is too much. Without a tokenizer a text stays one: the model refuses it.
 * @throws Refusal naming the parameter
 */
export function idsOf(
	service: Service,
	{ tokenizer, table }: Model,
	inputs: readonly SentenceInput[],
	param: string,
	{ most = service.settings['max-input-tokens'], options }: Limits = {},
): readonly SentenceInput[] {
	const add = counted(param, most);
	const size = Math.max(table?.rows ?? 0, tokenizer?.size ?? 0);
	return inputs.map((input) => {
		if (typeof input !== 'string') {
			const beyond = add.tokens(input).find((id) => id >= size);
			if (beyond === undefined) return input;
			throw new Refusal(400, `Invalid '${param}': the model has no token ${beyond}; its ids go from 0 to ${size - 1}.`, {
				param,
				code: 'out_of_range',
			});
		}
		add.text(input);
		return tokenizer ? add.tokens(Array.from(tokenizer.encode(input, options).ids)) : input;
	});
}

/** Adds up what one request brings, and refuses what is too much: a text before it is tokenized, its tokens after. */
export function counted(param: string, most: number) {
	let units = 0;
	let total = 0;
	const tooLong = (got: string) =>
		new Refusal(400, `Invalid '${param}': ${got}, and this server takes at most ${most} tokens in one request.`, {
			param,
			code: 'context_length_exceeded',
		});
	return {
		text(text: string): void {
			units += text.length;
			if (units > most * UNITS_PER_TOKEN) throw tooLong(`${units} characters`);
		},
		tokens<T extends ArrayLike<unknown>>(tokens: T): T {
			total += tokens.length;
			if (total > most) throw tooLong(`${total} tokens`);
			return tokens;
		},
		get total(): number {
			return total;
		},
	};
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
