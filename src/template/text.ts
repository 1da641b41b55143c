// Python's str: code points where JavaScript counts UTF-16 units, and which part of it a user wrote.
// Where a text comes from is kept through every operation, so that a user's "<|im_end|>" is told apart from the template's own.

/** A text that a user wrote in part, or that is not to be escaped again (Jinja's Markup). Others are plain strings. */
export class Text {
	readonly text: string;
	/** UTF-16 units that a user wrote: from, to, from, to, …, ascending and apart. */
	readonly user: readonly number[];
	readonly safe: boolean;

	constructor(text: string, user: readonly number[], safe = false) {
		this.text = text;
		this.user = user;
		this.safe = safe;
	}
}

export type Str = string | Text;

export const isStr = (value: unknown): value is Str => typeof value === 'string' || value instanceof Text;
export const raw = (text: Str): string => (typeof text === 'string' ? text : text.text);
export const isSafe = (text: Str): boolean => typeof text !== 'string' && text.safe;
/** A whole text of a user. */
export const fromUser = (text: string): Str => (text === '' ? text : new Text(text, [0, text.length]));
export const userParts = (text: Str): readonly number[] => (typeof text === 'string' ? [] : text.user);

function make(text: string, user: readonly number[], safe: boolean): Str {
	return user.length === 0 && !safe ? text : new Text(text, user, safe);
}

export const withSafe = (text: Str, safe: boolean): Str => make(raw(text), userParts(text), safe);

/** UTF-16 units from … to of it. */
export function cut(text: Str, from: number, to = raw(text).length): Str {
	if (typeof text === 'string') return text.slice(from, to);
	const user: number[] = [];
	for (let i = 0; i < text.user.length; i += 2) {
		const begin = Math.max(text.user[i]!, from);
		const end = Math.min(text.user[i + 1]!, to);
		if (begin < end) user.push(begin - from, end - from);
	}
	return make(text.text.slice(from, to), user, text.safe);
}

/** One after another. */
export function joined(parts: readonly Str[], safe = false): Str {
	let text = '';
	const user: number[] = [];
	for (const part of parts) {
		if (typeof part === 'string') {
			text += part;
			continue;
		}
		for (let i = 0; i < part.user.length; i += 2) {
			const begin = part.user[i]! + text.length;
			if (user.length > 0 && user[user.length - 1] === begin) user.pop();
			else user.push(begin);
			user.push(part.user[i + 1]! + text.length);
		}
		text += part.text;
	}
	return make(text, user, safe);
}

/** A text made of others in a way that keeps no places: the user's, if any of them is in part. */
export function derived(text: string, ...sources: readonly Str[]): Str {
	const theirs = text !== '' && sources.some((source) => typeof source !== 'string' && source.user.length > 0);
	return make(text, theirs ? [0, text.length] : [], sources.length > 0 && isSafe(sources[0]!));
}

/** As `derived`; places stay where the length did. */
export function changed(text: Str, to: string): Str {
	if (typeof text === 'string') return to;
	return to.length === text.text.length ? make(to, text.user, text.safe) : derived(to, text);
}

// ---- Code points ----

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
const hasPairs = (text: string) => ASTRAL.test(text);

/** Python's len. */
export function lengthOf(text: string): number {
	if (!hasPairs(text)) return text.length;
	return text.length - (text.match(PAIRS)?.length ?? 0);
}

/** The UTF-16 unit at which code point `point` begins, which may be the end. */
export function unitOf(text: string, point: number): number {
	if (!hasPairs(text)) return point;
	let unit = 0;
	for (let i = 0; i < point && unit < text.length; i++) unit += text.codePointAt(unit)! > 0xffff ? 2 : 1;
	return unit;
}

/** The number of the code point that begins at a UTF-16 unit. */
export const pointOf = (text: string, unit: number): number => lengthOf(text.slice(0, unit));

/** Its characters one by one. */
export function* characters(text: Str): Generator<Str> {
	const plain = raw(text);
	for (let unit = 0; unit < plain.length; ) {
		const next = unit + (plain.codePointAt(unit)! > 0xffff ? 2 : 1);
		yield cut(text, unit, next);
		unit = next;
	}
}

/** By code points, as Python orders texts: < 0, 0, > 0. */
export function compareTexts(a: string, b: string): number {
	if (a === b) return 0;
	const end = Math.min(a.length, b.length);
	for (let i = 0; i < end; i++) {
		const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
		if (x === y) continue;
		// A surrogate stands for a character beyond all others.
		const pair = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
		return pair(x) !== pair(y) ? (pair(x) ? 1 : -1) : x - y;
	}
	return a.length - b.length;
}

// ---- White space: str.isspace(), as a character class ----

export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACE_TEST = new RegExp(`^[${SPACE}]$`, 'u');
export const isSpace = (character: string): boolean => {
	const code = character.charCodeAt(0);
	return code < 128 ? (code >= 9 && code <= 13) || (code >= 28 && code <= 32) : SPACE_TEST.test(character);
};
/** str.splitlines(). */
export const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
