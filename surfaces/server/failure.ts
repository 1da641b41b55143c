// An error as a record: classes do not pass between threads.

import { type ErrorCode, type ErrorDetail, TongsaError } from '../../src/errors.ts';
import { Refusal, type RefusalDetail } from './refusal.ts';

export type Failure =
	| { readonly kind: 'refused'; readonly code: ErrorCode; readonly what: string; readonly detail: ErrorDetail }
	| { readonly kind: 'refusal'; readonly status: number; readonly message: string; readonly detail: RefusalDetail }
	| { readonly kind: 'aborted' }
	| { readonly kind: 'defect'; readonly message: string; readonly stack: string };

export function failureOf(error: unknown, signal?: AbortSignal): Failure {
	if (error instanceof TongsaError) return { kind: 'refused', code: error.code, what: error.what, detail: error.detail };
	if (error instanceof Refusal) return { kind: 'refusal', status: error.status, message: error.message, detail: error.detail };
	if (signal?.aborted) return { kind: 'aborted' };
	return { kind: 'defect', message: String((error as Error)?.message ?? error), stack: String((error as Error)?.stack ?? '') };
}

export function errorOf(failure: Failure, signal?: AbortSignal): unknown {
	switch (failure.kind) {
		case 'refused':
			return new TongsaError(failure.code, failure.what, failure.detail);
		case 'refusal':
			return new Refusal(failure.status, failure.message, failure.detail);
		case 'aborted':
			return signal?.reason ?? new DOMException('aborted', 'AbortError');
		case 'defect':
			return Object.assign(new Error(failure.message), { stack: failure.stack });
		default:
			return failure satisfies never;
	}
}
