// Refusals of what is too much.

import { Refusal } from './refusal.ts';

export function tooManyTokens(param: string, got: number | string, most: number, unit = 'tokens'): Refusal {
	return new Refusal(400, `Invalid '${param}': ${got} ${unit}, and this server takes at most ${most} tokens in one request.`, {
		param,
		code: 'context_length_exceeded',
	});
}

export function tooManyValues(param: string, got: number, most: number): Refusal {
	return new Refusal(400, `Invalid '${param}': the answer would hold ${got} numbers, and this server gives at most ${most}.`, {
		param,
		code: 'too_large',
	});
}
