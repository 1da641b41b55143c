// Every refusal is a record: what went wrong, where, what was found, what is allowed, and the way out. The message is built from it.

/** The kinds of refusal that a caller can act on. */
export type ErrorCode =
	| 'not-found' // no such model, file, tensor, token
	| 'malformed' // bytes that break their format's rules
	| 'unsupported' // well-formed, but not something that Tongsa can do
	| 'out-of-range' // a number, id or length beyond its bound
	| 'wrong-shape' // an array whose dimensions do not fit
	| 'too-large' // more than the stated limit on memory, time or size
	| 'changed' // a file that is not the one that was opened
	| 'network' // no answer, or not the answer that was asked for
	| 'usage' // wrong words from the caller
	| 'closed' // used after close()
	| 'internal'; // our own defect

/** Where a refusal happened and what it was about. Every field is optional; those present are printed in this order. */
export interface ErrorDetail {
	/** Name of the file or source as the user knows it. */
	readonly file?: string;
	/** Tensor name. */
	readonly tensor?: string;
	/** Field or argument name, as the format's spec or the API spells it. */
	readonly field?: string;
	/** Byte offset in the file. */
	readonly byteOffset?: number;
	/** The value found. */
	readonly got?: string | number | bigint;
	/** The values allowed, or the bound and its reason. */
	readonly allowed?: string;
	/** What to do next, as something to paste where possible. */
	readonly hint?: string;
}

/**
 * The one error class that the library throws on purpose.
 *
 *     throw new TongsaError('malformed', 'tensor lies beyond the end of the file',
 *       { file: 'a.gguf', tensor: 'token_embd.weight', got: 4096, allowed: 'at most 1024 bytes' })
 *     // message: tensor lies beyond the end of the file (a.gguf, tensor token_embd.weight): got 4096, allowed at most 1024 bytes
 */
export class TongsaError extends Error {
	override readonly name = 'TongsaError';
	readonly code: ErrorCode;
	readonly what: string;
	readonly detail: ErrorDetail;

	constructor(code: ErrorCode, what: string, detail: ErrorDetail = {}, options?: ErrorOptions) {
		super(sentence(what, detail), options);
		this.code = code;
		this.what = what;
		this.detail = detail;
	}
}

/** Longest piece of a foreign value that a message repeats: a hostile file must not print a megabyte. */
const MAX_QUOTED = 120;
/** Longest path that a message repeats: those that a person can still read; a system's own bound is 4096. */
const MAX_PATH = 500;

/** How a message is worded: the names of its parts, and what becomes of the sentences in it. */
export interface Wording {
	readonly tensor: string;
	readonly field: string;
	readonly byteOffset: string;
	readonly got: string;
	readonly allowed: string;
	readonly say: (text: string) => string;
}

const ENGLISH: Wording = { tensor: 'tensor', field: 'field', byteOffset: 'byte', got: 'got', allowed: 'allowed', say: (text) => text };

/** A record as one line. Other languages are a surface's to give. */
export function sentence(what: string, d: ErrorDetail, words: Wording = ENGLISH): string {
	const place = [
		d.file === undefined ? undefined : quoted(d.file, MAX_PATH),
		d.tensor === undefined ? undefined : `${words.tensor} ${quoted(d.tensor)}`,
		d.field === undefined ? undefined : `${words.field} ${quoted(d.field)}`,
		d.byteOffset === undefined ? undefined : `${words.byteOffset} ${d.byteOffset}`,
	].filter((part) => part !== undefined);
	const facts = [
		d.got === undefined ? undefined : `${words.got} ${quoted(d.got)}`,
		d.allowed === undefined ? undefined : `${words.allowed} ${words.say(d.allowed)}`,
	].filter((part) => part !== undefined);
	return (
		words.say(what) +
		(place.length ? ` (${place.join(', ')})` : '') +
		(facts.length ? `: ${facts.join(', ')}` : '') +
		(d.hint ? `. ${words.say(d.hint)}` : '')
	);
}

/** Control characters, line separators, and the marks that turn the direction of text (Trojan Source, CVE-2021-42574). */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A foreign value on one printable line, cut at `most` characters. */
function quoted(value: string | number | bigint, most = MAX_QUOTED): string {
	const text = printable(String(value));
	return text.length > most ? `${text.slice(0, most)}…` : text;
}

function printable(text: string): string {
	return text.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
