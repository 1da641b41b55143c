// What the server answers when it refuses: status, and the error object of the API that the client speaks.
// Shape: OpenAI's ErrorResponse (https://github.com/openai/openai-openapi); Ollama's is {"error": "…"}.

import type { z } from '@hono/zod-openapi';
import { type ErrorCode, TongsaError } from '../../src/errors.ts';

export interface ErrorBody {
	readonly error: {
		readonly message: string;
		readonly type: 'invalid_request_error' | 'rate_limit_error' | 'server_error';
		readonly param: string | null;
		readonly code: string | null;
	};
}

export interface RefusalDetail {
	/** The parameter's name, as the request spells it. */
	readonly param?: string;
	readonly code?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that has its status already. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
	readonly status: number;
	readonly detail: RefusalDetail;

	constructor(status: number, message: string, detail: RefusalDetail = {}) {
		super(message);
		this.status = status;
		this.detail = detail;
	}
}

/** What the library's refusals are in HTTP. Those that only the request can cause are 400; those of the files and of ours are 5xx. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
	'not-found': 400,
	malformed: 400,
	unsupported: 400,
	'out-of-range': 400,
	'wrong-shape': 400,
	'too-large': 400,
	usage: 400,
	changed: 503,
	closed: 503,
	network: 502,
	internal: 500,
};

/** Any error as a refusal; of our own defects the client learns only that there was one. */
export function refusalOf(error: unknown): Refusal {
	if (error instanceof Refusal) return error;
	if (error instanceof TongsaError)
		return new Refusal(STATUS[error.code], withoutFolders(error), { code: codeOf(error), ...paramOf(error) });
	if (error instanceof DOMException && error.name === 'TimeoutError') {
		const headers = { 'x-should-retry': 'false' }; // OpenAI's clients would ask the same again
		return new Refusal(408, 'The request took longer than the server allows.', { code: 'timeout', headers });
	}
	// Nobody reads it; the number is nginx's for a client that left.
	if (error instanceof DOMException && error.name === 'AbortError') return new Refusal(499, error.message, { code: 'aborted' });
	if (error instanceof RangeError && error.message.includes('call stack')) {
		return new Refusal(400, 'The JSON is nested too deeply.', { code: 'invalid_request' });
	}
	return new Refusal(500, 'The server failed on this request. Its log says why.', { code: 'internal' });
}

/** What the library calls as requests do. */
const PARAMETERS = new Set(['at', 'dimensions', 'vector']);
const paramOf = ({ detail: { field } }: TongsaError) => (field !== undefined && PARAMETERS.has(field) ? { param: field } : {});

/** Clients look for OpenAI's own code when a text is too long. */
const codeOf = ({ code, what }: TongsaError): string =>
	code === 'too-large' && what.includes('context') ? 'context_length_exceeded' : code.replaceAll('-', '_');

/** The same sentence with the file by its base name: where it lies is nobody's business. */
function withoutFolders({ code, what, detail }: TongsaError): string {
	const { file } = detail;
	return new TongsaError(code, what, { ...detail, ...(file !== undefined && { file: file.split(/[\\/]/).at(-1)! }) }).message;
}

export function errorBody({ status, message, detail }: Refusal): ErrorBody {
	const type = status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error';
	return { error: { message, type, param: detail.param ?? null, code: detail.code ?? null } };
}

/** A request that its schema does not take: the first thing that is wrong with it, by name. */
export function invalid(error: Pick<z.ZodError, 'issues'>): Refusal {
	const issue = deepest(error.issues[0]!);
	const path = issue.path.map(String);
	if (issue.code === 'unrecognized_keys') {
		const param = pathText([...path, issue.keys[0]!]);
		return new Refusal(400, `Unknown parameter: '${param}'.`, { param, code: 'unknown_parameter' });
	}
	const param = pathText(path);
	const unsupported = issue.code === 'custom' && issue.params?.unsupported === true;
	const message = param === '' ? issue.message : `Invalid '${param}': ${issue.message}`;
	return new Refusal(400, message, { ...(param && { param }), code: unsupported ? 'unsupported_parameter' : 'invalid_value' });
}

/** Of a union, the branch that came furthest. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
	if (issue.code !== 'invalid_union') return issue;
	const inner = issue.errors.flatMap((issues) => issues.slice(0, 1)).sort((a, b) => b.path.length - a.path.length)[0];
	return inner && inner.path.length > 0 ? deepest({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue) : issue;
}

/** ['messages', '0', 'content'] → 'messages[0].content', as OpenAI writes it. */
const pathText = (path: readonly string[]): string =>
	path.reduce((text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : text ? `${text}.${key.slice(0, 100)}` : key.slice(0, 100)), '');
