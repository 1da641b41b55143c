// What requests bring → ids, held to the limits: how many texts, how long, how many tokens. Each text is tokenized once.

import type { EncodeOptions } from '../../src/tokenizer/types.ts';
import type { SentenceInput } from './batch.ts';
import { tooManyTokens } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { Lease } from './registry.ts';
import type { Asked, Service } from './service.ts';

/** Twice what a token of any language holds in the mean: a longer text has too many tokens, and is not tokenized to learn how many. */
const UNITS_PER_TOKEN = 8;

interface Limits {
	/** The most tokens; the server's limit for one request when absent. */
	readonly most?: number;
	readonly options?: EncodeOptions;
}

/**
 * Texts → their ids; ids as they are. Without a tokenizer a text stays one: the model refuses it.
 * @throws Refusal naming the parameter
 */
export async function idsOf(
	service: Service,
	c: Asked,
	lease: Lease,
	inputs: readonly SentenceInput[],
	param: string,
	{ most = service.settings['max-input-tokens'], options }: Limits = {},
): Promise<readonly SentenceInput[]> {
	const { tokenizer } = lease.model;
	const texts = inputs.filter((input) => typeof input === 'string');
	const given = checkIds(lease, inputs, param, most);
	const units = checkUnits(texts, param, most);
	if (!tokenizer || texts.length === 0) return inputs;
	const task = { texts, most: most - given, param, ...(options && { options }) };
	const ids = await service.texts.run('ids', lease, task, units, c.var);
	let next = 0;
	return inputs.map((input) => (typeof input === 'string' ? ids[next++]! : input));
}

/** @returns how many ids were given. @throws Refusal for one that the model has not, and for too many */
function checkIds({ model: { tokenizer, table } }: Lease, inputs: readonly SentenceInput[], param: string, most: number): number {
	const size = Math.max(table?.rows ?? 0, tokenizer?.size ?? 0);
	let given = 0;
	for (const input of inputs) {
		if (typeof input === 'string') continue;
		given += input.length;
		if (given > most) throw tooManyTokens(param, given, most);
		const beyond = input.find((id) => id >= size);
		if (beyond === undefined) continue;
		throw new Refusal(400, `Invalid '${param}': the model has no token ${beyond}; its ids go from 0 to ${size - 1}.`, {
			param,
			code: 'out_of_range',
		});
	}
	return given;
}

/** @returns the length of all texts. @throws Refusal for more than `most` tokens can be */
export function checkUnits(texts: readonly string[], param: string, most: number): number {
	const units = texts.reduce((sum, text) => sum + text.length, 0);
	if (units > most * UNITS_PER_TOKEN) throw tooManyTokens(param, units, most, 'characters');
	return units;
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
