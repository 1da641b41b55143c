// Filters of texts, and those that make texts of other values.

import { fail } from './failure.ts';
import { percent } from './format.ts';
import { toJson } from './json.ts';
import { escaped } from './markup.ts';
import { softStr, str } from './print.ts';
import { type Filter, filter, type Runtime } from './runtime.ts';
import { capitalized, centre, justified, replaced, STRING_METHODS, splitLines, stripped } from './strings.ts';
import { changed, cut, derived, isStr, joined, lengthOf, raw, SPACE, type Str, unitOf, withSafe } from './text.ts';
import { htmlText, percentEncoded, wrapped } from './texts.ts';
import { Dict, isIterable, itemsOf, lengthOfValue, needCount, Tuple, truth, typeName, Undefined, type Value } from './values.ts';

/** Of the value as a text. */
const ofText = (parameters: string, run: (text: Str, args: readonly (Value | undefined)[], runtime: Runtime) => Value): Filter =>
	filter(parameters, (runtime, [value, ...args]) => {
		const text = softStr(value!, runtime.budget);
		runtime.budget.text(raw(text).length);
		return run(text, args, runtime);
	});

/** A filter that a method of str does. */
const byMethod = (name: string) => ofText('s', (text, _, { budget }) => STRING_METHODS[name]!.run(text, [], budget));

const needText = (value: Value | undefined): Str =>
	value !== undefined && isStr(value) ? value : fail('TypeError', `expected a text, got '${typeName(value ?? null)}'`);
/** A text, or undefined's failure to be one. */
const textOnly = (value: Value): Str =>
	value instanceof Undefined ? value.fail() : isStr(value) ? value : fail('TypeError', `'${typeName(value)}' is no text`);

const WORD_START = new RegExp(`([-${SPACE}({\\[<]+)`, 'u');
const titled = (text: string) =>
	text
		.split(WORD_START)
		.map((item) => {
			const first = item === '' ? '' : String.fromCodePoint(item.codePointAt(0)!);
			return first.toUpperCase() + item.slice(first.length).toLowerCase();
		})
		.join('');

function indented(text: Str, width: Value, first: boolean, blank: boolean, runtime: Runtime): Str {
	const indention = isStr(width) ? width : ' '.repeat(Math.max(0, Math.min(needCount(width), 2 ** 20)));
	runtime.budget.text(raw(text).length);
	const lines = splitLines(joined([text, '\n']), false, runtime.budget);
	const parts: Str[] = [];
	let length = 0;
	for (const [i, line] of lines.entries()) {
		if (i > 0) parts.push('\n');
		if (i > 0 ? blank || raw(line) !== '' : first) parts.push(indention);
		parts.push(line);
		length += raw(indention).length + raw(line).length + 1;
		runtime.budget.text(length >> 3);
	}
	runtime.budget.text(length);
	return joined(parts, typeof text !== 'string' && text.safe);
}

function truncatedText(text: Str, length: number, kill: boolean, end: Str, leeway: number): Str {
	const size = lengthOf(raw(end));
	if (length < size) fail('TemplateError', `expected length >= ${size}, got ${length}`);
	if (leeway < 0) fail('TemplateError', `expected leeway >= 0, got ${leeway}`);
	if (lengthOf(raw(text)) <= length + leeway) return text;
	const short = cut(text, 0, unitOf(raw(text), length - size));
	const space = raw(short).lastIndexOf(' ');
	return joined([kill || space < 0 ? short : cut(short, 0, space), end]);
}

export const TEXT_FILTERS: Readonly<Record<string, Filter>> = {
	upper: byMethod('upper'),
	lower: byMethod('lower'),
	capitalize: ofText('s', (text) => capitalized(text)),
	title: ofText('s', (text) => changed(text, titled(raw(text)))),
	trim: ofText('value, chars=', (text, [chars]) => stripped(text, chars, true, true)),
	string: filter('value', ({ budget }, [value]) => softStr(value!, budget)),
	center: ofText('value, width=', (text, [width], { budget }) => justified(text, width ?? 80n, undefined, centre, budget)),
	replace: filter('s, old, new, count=', ({ budget }, [value, old, by, count]) =>
		replaced(
			str(value!, budget),
			str(old!, budget),
			str(by!, budget),
			count === undefined || count === null ? -1 : needCount(count),
			budget,
		),
	),
	indent: filter('s, width=, first=, blank=', (runtime, [value, width, first, blank]) =>
		indented(textOnly(value!), width ?? 4n, truth(first ?? false), truth(blank ?? false), runtime),
	),
	truncate: filter('s, length=, killwords=, end=, leeway=', ({ budget }, [value, length, kill, end, leeway]) => {
		if (!isStr(value!)) return lengthOfValue(value!) <= 260 ? value! : fail('TypeError', 'only texts can be truncated');
		budget.text(raw(value).length);
		return truncatedText(
			value,
			length === undefined ? 255 : needCount(length),
			truth(kill ?? false),
			needText(end ?? '...'),
			leeway === undefined || leeway === null ? 5 : needCount(leeway),
		);
	}),
	wordcount: ofText('s', (text) => BigInt(raw(text).match(/[\p{L}\p{N}\p{M}_]+/gu)?.length ?? 0)),
	wordwrap: filter('s, width=, break_long_words=, wrapstring=, break_on_hyphens=', ({ budget }, [value, width, long, wrap, hyphens]) => {
		const text = textOnly(value!);
		budget.text(raw(text).length * 4);
		const rules = { width: width === undefined ? 79 : needCount(width), long: truth(long ?? true), hyphens: truth(hyphens ?? true) };
		return derived(
			splitLines(text, false, budget)
				.map((line) => wrapped(raw(line), rules).join(raw(needText(wrap ?? '\n'))))
				.join(raw(needText(wrap ?? '\n'))),
			text,
		);
	}),
	striptags: ofText('value', (text) => withSafe(changed(text, htmlText(raw(text))), false)),
	escape: ofText('s', escaped),
	e: ofText('s', escaped),
	forceescape: filter('value', ({ budget }, [value]) => escaped(str(value!, budget))),
	safe: filter('value', ({ budget }, [value]) => withSafe(str(value!, budget), true)),
	urlencode: filter('value', ({ budget }, [value]) => {
		const encoded = (item: Value, query: boolean) => {
			const text = str(item, budget);
			budget.text(raw(text).length * 3);
			return changed(text, percentEncoded(raw(text), query));
		};
		if (isStr(value!) || !isIterable(value!)) return encoded(value!, false);
		const pairs = value instanceof Dict ? Array.from(value.entries()) : Array.from(itemsOf(value!), (pair) => Array.from(itemsOf(pair)));
		if (pairs.some(({ length }) => length !== 2)) fail('ValueError', 'too many or not enough values to unpack (expected 2)');
		return joined(pairs.flatMap(([key, item], i) => [...(i > 0 ? ['&'] : []), encoded(key!, true), '=', encoded(item!, true)]));
	}),
	xmlattr: filter('d, autospace=', ({ budget }, [value, space]) => {
		if (!(value instanceof Dict)) return fail('AttributeError', `'${typeName(value!)}' object has no attribute 'items'`);
		const items: Str[] = [];
		for (const [key, item] of value.entries()) {
			if (item === null || item instanceof Undefined) continue;
			if (/[\s/>=]/.test(raw(needText(key)))) fail('ValueError', 'Invalid character in attribute name');
			if (items.length > 0 || truth(space ?? true)) items.push(' ');
			items.push(withSafe(escaped(softStr(key, budget)), false), '="', withSafe(escaped(softStr(item, budget)), false), '"');
		}
		return joined(items);
	}),
	format: {
		any({ budget }, [value, ...args], kwargs) {
			if (args.length > 0 && kwargs.size > 0) fail('TemplateError', "can't handle positional and keyword arguments at the same time");
			const values = kwargs.size > 0 ? new Dict(Array.from(kwargs, ([key, item]) => [key, item] as const)) : new Tuple(args);
			return percent(softStr(value!, budget), values, budget);
		},
	},
	tojson: filter('x, ensure_ascii=, indent=, separators=, sort_keys=', ({ budget }, [value, ascii, indent, separators, sort]) => {
		const step =
			indent === undefined || indent === null
				? null
				: isStr(indent)
					? raw(indent)
					: ' '.repeat(Math.max(0, Math.min(needCount(indent), 1000)));
		const given =
			separators === undefined || separators === null ? undefined : Array.from(itemsOf(separators), (item) => raw(needText(item)));
		if (given && given.length !== 2) fail('ValueError', 'separators are two texts');
		const style = {
			ascii: truth(ascii ?? false),
			indent: step,
			separators: (given ?? [step === null ? ', ' : ',', ': ']) as [string, string],
			sortKeys: truth(sort ?? false),
		};
		return toJson(value!, style, budget);
	}),
};
