// Refusals in Anthropic's words. https://docs.anthropic.com/en/api/errors

import type { Refusal } from '../refusal.ts';

const TYPES: Readonly<Record<number, string>> = {
	401: 'authentication_error',
	403: 'permission_error',
	404: 'not_found_error',
	413: 'request_too_large',
	429: 'rate_limit_error',
	503: 'overloaded_error',
	408: 'timeout_error',
};

export function anthropicError({ status, message }: Refusal) {
	const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
	return { type: 'error', error: { type, message } };
}
