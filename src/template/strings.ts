// Methods of str. https://docs.python.org/3/library/stdtypes.html#string-methods

import { type Budget, fail } from './failure.ts';
import { type Method, method } from './signature.ts';
import { changed, characters, cut, derived, isSpace, isStr, joined, LINE_END, lengthOf, pointOf, raw, type Str, unitOf } from './text.ts';
import { itemsOf, needCount, Tuple, truth, typeName, type Value } from './values.ts';

const needText = (value: Value, what = 'argument'): Str =>
	isStr(value) ? value : fail('TypeError', `${what} must be str, not ${typeName(value)}`);

// ---- Cutting ----

/** Without the characters at its ends that are in `chars`; white space where there are none. */
export function stripped(text: Str, chars: Value | undefined, left: boolean, right: boolean): Str {
	const plain = raw(text);
	let taken: (character: string) => boolean = isSpace;
	if (chars !== undefined && chars !== null) {
		const set = new Set(raw(needText(chars, 'strip arg')));
		taken = (character) => set.has(character);
	}
	let from = 0;
	let to = plain.length;
	while (left && from < to) {
		const character = String.fromCodePoint(plain.codePointAt(from)!);
		if (!taken(character)) break;
		from += character.length;
	}
	while (right && to > from) {
		const pair = to - 2 >= from && plain.codePointAt(to - 2)! > 0xffff;
		const character = plain.slice(pair ? to - 2 : to - 1, to);
		if (!taken(character)) break;
		to -= character.length;
	}
	return from === 0 && to === plain.length ? text : cut(text, from, to);
}

/** Splits at `separator`, at white space where there is none; at most `most` times, from the right if so. */
function split(text: Str, separator: Value | undefined, most: Value | undefined, fromRight: boolean, budget: Budget): Value[] {
	const limit = most === undefined ? -1 : needCount(most);
	const plain = raw(text);
	const ranges: [number, number][] = [];
	if (separator === undefined || separator === null) {
		const words = Array.from(plain.matchAll(WORDS), ({ index, 0: word }): [number, number] => [index, index + word.length]);
		const kept = limit < 0 || words.length <= limit ? words.length : limit;
		// What is not split keeps its white space inside and at the far end.
		if (kept === words.length) ranges.push(...words);
		else if (fromRight) ranges.push([0, words[words.length - kept - 1]![1]], ...words.slice(words.length - kept));
		else ranges.push(...words.slice(0, kept), [words[kept]![0], plain.length]);
	} else {
		const mark = raw(needText(separator, 'sep'));
		if (mark === '') fail('ValueError', 'empty separator');
		const places: number[] = [];
		if (fromRight) {
			for (
				let at = plain.lastIndexOf(mark);
				at >= 0 && places.length !== limit;
				at = at >= mark.length ? plain.lastIndexOf(mark, at - mark.length) : -1
			)
				places.unshift(at);
		} else
			for (let at = plain.indexOf(mark); at >= 0 && places.length !== limit; at = plain.indexOf(mark, at + mark.length)) places.push(at);
		let from = 0;
		for (const place of places) {
			ranges.push([from, place]);
			from = place + mark.length;
		}
		ranges.push([from, plain.length]);
	}
	budget.items(ranges.length);
	return ranges.map(([from, to]) => cut(text, from, to));
}
const WORDS = /[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

export function splitLines(text: Str, keepEnds: boolean, budget: Budget): Str[] {
	const plain = raw(text);
	const lines: Str[] = [];
	let from = 0;
	for (const { index, 0: end } of plain.matchAll(LINE_END)) {
		lines.push(cut(text, from, keepEnds ? index + end.length : index));
		from = index + end.length;
	}
	if (from < plain.length) lines.push(cut(text, from));
	budget.items(lines.length);
	return lines;
}

export function replaced(text: Str, old: Str, by: Str, most: number, budget: Budget): Str {
	const [plain, mark] = [raw(text), raw(old)];
	const parts: Str[] = [];
	let from = 0;
	let count = 0;
	if (mark === '') {
		for (const character of characters(text)) {
			if (most >= 0 && count >= most) break;
			parts.push(by, character);
			from += raw(character).length;
			count++;
		}
		if (most < 0 || count < most) parts.push(by);
		else parts.push(cut(text, from));
	} else {
		for (let at = plain.indexOf(mark); at >= 0 && (most < 0 || count < most); at = plain.indexOf(mark, from)) {
			parts.push(cut(text, from, at), by);
			from = at + mark.length;
			count++;
		}
		if (count === 0) return text;
		parts.push(cut(text, from));
	}
	budget.items(parts.length);
	budget.text(plain.length + count * (raw(by).length - mark.length));
	return joined(parts, typeof text !== 'string' && text.safe);
}

// ---- Finding ----

/** A part of a text by start and end, as find and its kind take them: UTF-16 units, and whether there is such a part. */
function part(text: string, start: Value | undefined, end: Value | undefined): readonly [number, number, boolean] {
	const length = lengthOf(text);
	const place = (value: Value | undefined, otherwise: number) => {
		if (value === undefined || value === null) return otherwise;
		const index = needCount(value);
		return index < 0 ? Math.max(0, index + length) : index;
	};
	const [from, to] = [place(start, 0), Math.min(place(end, length), length)];
	return [unitOf(text, Math.min(from, length)), unitOf(text, to), from <= to];
}

function find(text: Str, what: Value, start: Value | undefined, end: Value | undefined, last: boolean): bigint {
	const plain = raw(text);
	const [from, to, there] = part(plain, start, end);
	if (!there) return -1n;
	const inside = plain.slice(from, to);
	const at = last ? inside.lastIndexOf(raw(needText(what, 'find() argument 1'))) : inside.indexOf(raw(needText(what, 'find() argument 1')));
	return at < 0 ? -1n : BigInt(pointOf(plain, from + at));
}

function finds(last: boolean, must: boolean): Method<Str> {
	return method('sub, start=, end= /', (text, [what, start, end]) => {
		const at = find(text, what!, start, end, last);
		return at < 0n && must ? fail('ValueError', 'substring not found') : at;
	});
}

function edge(atStart: boolean): Method<Str> {
	const name = atStart ? 'startswith' : 'endswith';
	return method('prefix, start=, end= /', (text, [what, start, end]) => {
		const [from, to, there] = part(raw(text), start, end);
		const inside = raw(text).slice(from, to);
		const fits = (mark: Value) => {
			const text = raw(needText(mark, `${name} first arg`));
			return there && (atStart ? inside.startsWith(text) : inside.endsWith(text));
		};
		return what instanceof Tuple ? what.items.some(fits) : fits(what!);
	});
}

function partition(fromRight: boolean): Method<Str> {
	return method('sep /', (text, [separator]) => {
		const mark = needText(separator!);
		if (raw(mark) === '') fail('ValueError', 'empty separator');
		const at = fromRight ? raw(text).lastIndexOf(raw(mark)) : raw(text).indexOf(raw(mark));
		if (at < 0) return new Tuple(fromRight ? ['', '', text] : [text, '', '']);
		const end = at + raw(mark).length;
		return new Tuple([cut(text, 0, at), cut(text, at, end), cut(text, end)]);
	});
}

// ---- Letters ----

const TITLE: Readonly<Record<string, string>> = { Ǆ: 'ǅ', ǆ: 'ǅ', Ǉ: 'ǈ', ǉ: 'ǈ', Ǌ: 'ǋ', ǌ: 'ǋ', Ǳ: 'ǲ', ǳ: 'ǲ' };

/** The form that a letter has at the head of a word: of several letters the first alone is large. */
function titleCase(character: string): string {
	if (TITLE[character]) return TITLE[character]!;
	const [first = '', ...rest] = character.toUpperCase();
	return first + rest.join('').toLowerCase();
}

const firstOf = (text: string) => String.fromCodePoint(text.codePointAt(0)!);

export function capitalized(text: Str): Str {
	const plain = raw(text);
	if (plain === '') return text;
	const first = firstOf(plain);
	return changed(text, titleCase(first) + plain.slice(first.length).toLowerCase());
}

const CASED = /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u;

function title(text: Str): Str {
	let inWord = false;
	let result = '';
	for (const character of raw(text)) {
		result += inWord ? character.toLowerCase() : titleCase(character);
		inWord = CASED.test(character);
	}
	return changed(text, result);
}

function isTitle(text: string): boolean {
	let inWord = false;
	let any = false;
	for (const character of text) {
		const large = /[\p{Uppercase}\p{Lt}]/u.test(character);
		if (large === inWord && (large || /\p{Lowercase}/u.test(character))) return false;
		inWord = large || /\p{Lowercase}/u.test(character);
		any ||= inWord;
	}
	return any;
}

const swapCase = (text: string) =>
	Array.from(text, (c) => (/\p{Uppercase}/u.test(c) ? c.toLowerCase() : /\p{Lowercase}/u.test(c) ? c.toUpperCase() : c)).join('');

/** Numeric_Type=Digit beside decimal digits. */
const DIGIT = '\\p{Nd}²³¹፩-፱᧚⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒';
const every = (characters: string) => {
	const test = new RegExp(`^(?:${characters})+$`, 'u');
	return method<Str>('', (text) => test.test(raw(text)));
};

const changes = (change: (text: string) => string) =>
	method<Str>('', (text, _, budget) => {
		budget.text(raw(text).length);
		return changed(text, change(raw(text)));
	});

// ---- Width ----

export function justified(
	text: Str,
	width: Value,
	fill: Value | undefined,
	left: (missing: number, width: number) => number,
	budget: Budget,
): Str {
	const size = needCount(width);
	const missing = size - lengthOf(raw(text));
	const filler = fill === undefined ? ' ' : needText(fill, 'The fill character');
	if (lengthOf(raw(filler)) !== 1) fail('TypeError', 'The fill character must be exactly one character long');
	if (missing <= 0) return text;
	budget.text(size);
	const before = left(missing, size);
	const repeat = (count: number): Str => derived(raw(filler).repeat(count), filler);
	return joined([repeat(before), text, repeat(missing - before)]);
}

/** Half of what is missing; of an odd number the larger half goes left where the width is odd. CPython, unicode_center. */
export const centre = (missing: number, width: number): number => (missing >> 1) + (missing & width & 1);

const justifies = (left: (missing: number, width: number) => number) =>
	method<Str>('width, fill= /', (text, [width, fill], budget) => justified(text, width!, fill, left, budget));

function zeroFilled(text: Str, width: Value, budget: Budget): Str {
	const missing = needCount(width) - lengthOf(raw(text));
	if (missing <= 0) return text;
	budget.text(needCount(width));
	const sign = /^[-+]/.test(raw(text)) ? 1 : 0;
	return joined([cut(text, 0, sign), '0'.repeat(missing), cut(text, sign)]);
}

function tabsExpanded(text: string, size: number, budget: Budget): string {
	let column = 0;
	let result = '';
	for (const character of text) {
		if (character === '\t') {
			const spaces = size > 0 ? size - (column % size) : 0;
			budget.text(spaces);
			result += ' '.repeat(spaces);
			column += spaces;
		} else {
			result += character;
			column = character === '\n' || character === '\r' ? 0 : column + 1;
		}
	}
	return result;
}

/** 'sep'.join(items). */
export function joinedBy(separator: Str, items: Iterable<Value>, budget: Budget): Str {
	const parts: Str[] = [];
	let length = 0;
	let index = 0;
	for (const item of items) {
		if (!isStr(item)) return fail('TypeError', `sequence item ${index}: expected str instance, ${typeName(item)} found`);
		if (index++ > 0) parts.push(separator);
		parts.push(item);
		length += raw(item).length + raw(separator).length;
		budget.text(length);
	}
	budget.items(parts.length);
	return joined(parts, typeof separator !== 'string' && separator.safe);
}

export const STRING_METHODS: Readonly<Record<string, Method<Str>>> = {
	capitalize: method('', capitalized),
	casefold: changes((text) => text.toUpperCase().toLowerCase()),
	center: justifies(centre),
	count: method('sub, start=, end= /', (text, [what, start, end]) => {
		const [from, to, there] = part(raw(text), start, end);
		if (!there) return 0n;
		const mark = raw(needText(what!, 'must be str'));
		const inside = raw(text).slice(from, to);
		if (mark === '') return BigInt(lengthOf(inside) + 1);
		let count = 0n;
		for (let at = inside.indexOf(mark); at >= 0; at = inside.indexOf(mark, at + mark.length)) count++;
		return count;
	}),
	encode: method('encoding=, errors=', () => fail('TypeError', 'bytes are not known here')),
	endswith: edge(false),
	expandtabs: method('tabsize=', (text, [size], budget) =>
		changed(text, tabsExpanded(raw(text), size === undefined ? 8 : needCount(size), budget)),
	),
	find: finds(false, false),
	index: finds(false, true),
	isalnum: every('[\\p{L}\\p{N}]'),
	isalpha: every('\\p{L}'),
	isascii: method('', (text) => /^[\x00-\x7f]*$/.test(raw(text))),
	isdecimal: every('\\p{Nd}'),
	isdigit: every(`[${DIGIT}]`),
	isidentifier: method('', (text) => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(raw(text))),
	islower: method('', (text) => /\p{Lowercase}/u.test(raw(text)) && !/[\p{Uppercase}\p{Lt}]/u.test(raw(text))),
	isnumeric: every('\\p{N}'),
	isprintable: method('', (text) => !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(raw(text))),
	isspace: method('', (text) => raw(text) !== '' && raw(stripped(text, undefined, true, false)) === ''),
	istitle: method('', (text) => isTitle(raw(text))),
	isupper: method('', (text) => /\p{Uppercase}/u.test(raw(text)) && !/[\p{Lowercase}\p{Lt}]/u.test(raw(text))),
	join: method('items /', (text, [items], budget) => joinedBy(text, itemsOf(items!), budget)),
	ljust: justifies(() => 0),
	lower: changes((text) => text.toLowerCase()),
	lstrip: method('chars= /', (text, [chars]) => stripped(text, chars, true, false)),
	partition: partition(false),
	removeprefix: method('prefix /', (text, [prefix]) => {
		const mark = raw(needText(prefix!));
		return raw(text).startsWith(mark) ? cut(text, mark.length) : text;
	}),
	removesuffix: method('suffix /', (text, [suffix]) => {
		const mark = raw(needText(suffix!));
		return mark !== '' && raw(text).endsWith(mark) ? cut(text, 0, raw(text).length - mark.length) : text;
	}),
	replace: method('old, new, count= /', (text, [old, by, count], budget) =>
		replaced(
			text,
			needText(old!, 'replace() argument 1'),
			needText(by!, 'replace() argument 2'),
			count === undefined ? -1 : needCount(count),
			budget,
		),
	),
	rfind: finds(true, false),
	rindex: finds(true, true),
	rjust: justifies((missing) => missing),
	rpartition: partition(true),
	rsplit: method('sep=, maxsplit=', (text, [separator, most], budget) => split(text, separator, most, true, budget)),
	rstrip: method('chars= /', (text, [chars]) => stripped(text, chars, false, true)),
	split: method('sep=, maxsplit=', (text, [separator, most], budget) => split(text, separator, most, false, budget)),
	splitlines: method('keepends=', (text, [keep], budget) => splitLines(text, keep !== undefined && truth(keep), budget)),
	startswith: edge(true),
	strip: method('chars= /', (text, [chars]) => stripped(text, chars, true, true)),
	swapcase: changes(swapCase),
	title: method('', title),
	upper: changes((text) => text.toUpperCase()),
	zfill: method('width /', (text, [width], budget) => zeroFilled(text, width!, budget)),
};
