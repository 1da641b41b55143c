// What a template is given: JSON → Python's values. Keys keep their order, integers their digits, and 1.0 stays a float, where JavaScript's own
// JSON.parse loses all three.

import { TongsaError } from '../errors.ts';
import { fromUser, type Str } from './text.ts';
import { Dict, type Value } from './values.ts';

/** Lists inside lists: as many as Python's json reads. */
const MAX_DEPTH = 900;

/** A float that JavaScript cannot tell from an integer: 1.0. */
export class Float {
	readonly value: number;
	constructor(value: number) {
		this.value = value;
	}
}

/** JSON as it was written. Plain JavaScript values are taken in its place, as far as they say the same. */
export type ExactJson =
	| null
	| undefined
	| boolean
	| number
	| bigint
	| string
	| Float
	| readonly ExactJson[]
	| ReadonlyMap<string, ExactJson>
	| { readonly [key: string]: ExactJson };

/**
 * JSON text → values with keys in order (Map), integers beyond 2^53 (bigint) and floats without a fraction (Float). Of a key that is there
 * twice the last value counts, as in Python.
 *
 *     parseExactJson('{"2": 1.0, "1": 12345678901234567890}') // Map { '2' → Float(1), '1' → 12345678901234567890n }
 *
 * @throws TongsaError 'malformed' with the place.
 */
export function parseExactJson(text: string): ExactJson {
	let at = 0;
	const wrong = (what: string): never => {
		throw new TongsaError('malformed', `not JSON: ${what}`, { byteOffset: at, got: text.slice(at, at + 20) });
	};
	const space = () => {
		while (at < text.length && ' \n\r\t'.includes(text[at]!)) at++;
	};
	const string = (): string => {
		STRING.lastIndex = at;
		const found = STRING.exec(text)?.[0] ?? wrong('no whole string');
		at += found.length;
		return found.includes('\\') ? (JSON.parse(found) as string) : found.slice(1, -1);
	};
	const value = (depth: number): ExactJson => {
		if (depth > MAX_DEPTH) return wrong(`more than ${MAX_DEPTH} lists inside each other`);
		space();
		const first = text[at];
		if (first === '"') return string();
		if (first === '{' || first === '[') {
			const close = first === '{' ? '}' : ']';
			const items: ExactJson[] = [];
			const entries = new Map<string, ExactJson>();
			at++;
			space();
			for (let more = text[at] !== close; more; ) {
				if (first === '[') items.push(value(depth + 1));
				else {
					space();
					if (text[at] !== '"') wrong('a name was expected');
					const key = string();
					space();
					if (text[at++] !== ':') wrong('a colon was expected');
					entries.set(key, value(depth + 1));
				}
				space();
				more = text[at] === ',';
				if (more) at++;
			}
			if (text[at] !== close) wrong(`, or ${close} was expected`);
			at++;
			return first === '[' ? items : entries;
		}
		for (const [word, meaning] of WORDS) {
			if (!text.startsWith(word, at)) continue;
			at += word.length;
			return meaning;
		}
		NUMBER.lastIndex = at;
		const [number, fraction] = NUMBER.exec(text) ?? wrong('a value was expected');
		at += number!.length;
		if (fraction === undefined) {
			if (number!.length > 4300) wrong('an integer of more than 4300 digits');
			const small = Number(number);
			return Number.isSafeInteger(small) && !Object.is(small, -0) ? small : BigInt(number!);
		}
		const float = Number(number);
		return Number.isInteger(float) ? new Float(float) : float;
	};
	const result = value(0);
	space();
	return at < text.length ? wrong('something follows the value') : result;
}

/** The same as plain objects and numbers: what JavaScript says exactly. Integers beyond 2^53 stay bigint. */
export function plainJson(json: ExactJson): unknown {
	if (json instanceof Float) return json.value;
	if (json instanceof Map)
		return Object.fromEntries(Array.from(json as ReadonlyMap<string, ExactJson>, ([name, value]) => [name, plainJson(value)]));
	return Array.isArray(json) ? (json as readonly ExactJson[]).map(plainJson) : json;
}

const STRING = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)((?:\.\d+)?(?:[eE][-+]?\d+)|\.\d+)?/y;
/** With those that Python's json also reads. */
const WORDS: readonly (readonly [string, ExactJson])[] = [
	['null', null],
	['true', true],
	['false', false],
	['NaN', Number.NaN],
	['Infinity', Number.POSITIVE_INFINITY],
	['-Infinity', Number.NEGATIVE_INFINITY],
];

/** Marks which texts a user wrote: those below `key` of an object, at any depth. */
export type Trust = (key: string) => boolean;

/** Keys whose texts are the caller's words for what a thing is, not somebody's text. */
export const CALLERS: Trust = (key) => key === 'role' || key === 'type';

/**
 * @param trusted undefined: everything is trusted. Otherwise texts are a user's, but for those under keys that it names.
 * @throws TongsaError 'usage' for what is no JSON.
 */
export function toValue(json: unknown, trusted?: Trust): Value {
	const convert = (json: unknown, own: boolean, depth: number): Value => {
		if (depth > MAX_DEPTH)
			throw new TongsaError('too-large', 'a value nested too deep', { allowed: `${MAX_DEPTH} lists inside each other` });
		switch (typeof json) {
			case 'string':
				return own || !trusted ? json : (fromUser(json) as Str);
			case 'boolean':
			case 'bigint':
				return json;
			case 'number':
				return Number.isInteger(json) && !Object.is(json, -0) ? BigInt(json) : json;
			case 'object': {
				if (json === null) return null;
				if (json instanceof Float) return json.value;
				if (Array.isArray(json)) return json.map((item) => convert(item, own, depth + 1));
				const entries = json instanceof Map ? (json as Map<string, unknown>).entries() : Object.entries(json);
				const dict = new Dict();
				for (const [key, value] of entries) {
					if (value !== undefined) dict.set(String(key), convert(value, trusted?.(String(key)) ?? true, depth + 1));
				}
				return dict;
			}
			case 'undefined':
				return null;
			default:
				throw new TongsaError('usage', 'a value that JSON does not have', { got: typeof json });
		}
	};
	return convert(json, !trusted, 0);
}
