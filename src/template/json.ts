// json.dumps, as the filter `tojson` of transformers has it: nothing escaped that JSON does not need escaped.

import { type Budget, fail } from './failure.ts';
import { floatText, integerText } from './print.ts';
import { changed, compareTexts, isStr, joined, raw, type Str, withSafe } from './text.ts';
import { Dict, inOrder, Tuple, typeName, type Value, wholeOf } from './values.ts';

export interface JsonStyle {
	readonly ascii: boolean;
	/** One step of indentation; null: all on one line. */
	readonly indent: string | null;
	readonly separators: readonly [string, string];
	readonly sortKeys: boolean;
}

export function toJson(value: Value, style: JsonStyle, budget: Budget): Str {
	const parts: Str[] = [];
	let length = 0;
	const push = (text: Str) => {
		parts.push(text);
		length += raw(text).length;
		budget.text(length > budget.bounds.characters ? length : raw(text).length);
	};
	const newline = (depth: number) => {
		if (style.indent !== null) push(`\n${style.indent.repeat(depth)}`);
	};
	/** [ or { with what is inside, each item by `write`. */
	const block = <T>(open: string, close: string, items: readonly T[], depth: number, write: (item: T) => void) => {
		if (items.length === 0) return push(open + close);
		budget.enter();
		push(open);
		for (const [i, item] of items.entries()) {
			if (i > 0) push(style.separators[0]);
			newline(depth + 1);
			write(item);
		}
		newline(depth);
		push(close);
		budget.leave();
	};
	const write = (value: Value, depth: number): void => {
		budget.spend(1);
		const scalar = scalarText(value, style.ascii);
		if (scalar !== undefined) push(scalar);
		else if (Array.isArray(value) || value instanceof Tuple) {
			block('[', ']', Array.isArray(value) ? value : value.items, depth, (item) => write(item, depth + 1));
		} else if (value instanceof Dict) {
			const entries = Array.from(value.entries());
			if (style.sortKeys) entries.sort(([a], [b]) => (isStr(a) && isStr(b) ? compareTexts(raw(a), raw(b)) : inOrder('<', a, b) ? -1 : 1));
			block('{', '}', entries, depth, ([key, item]) => {
				push(keyText(key, style.ascii));
				push(style.separators[1]);
				write(item, depth + 1);
			});
		} else fail('TypeError', `Object of type ${typeName(value)} is not JSON serializable`);
	};
	write(value, 0);
	return joined(parts);
}

const floatJson = (value: number) =>
	Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity';

function scalarText(value: Value, ascii: boolean): Str | undefined {
	if (value === null) return 'null';
	if (isStr(value)) return quoted(value, ascii);
	if (typeof value === 'boolean') return String(value);
	if (typeof value === 'bigint') return integerText(value);
	return typeof value === 'number' ? floatJson(value) : undefined;
}

function keyText(key: Value, ascii: boolean): Str {
	if (isStr(key)) return quoted(key, ascii);
	if (key === null || typeof key === 'boolean' || wholeOf(key) !== undefined || typeof key === 'number')
		return joined(['"', scalarText(key, ascii)!, '"']);
	return fail('TypeError', `keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

const ESCAPES: Readonly<Record<string, string>> = {
	'"': '\\"',
	'\\': '\\\\',
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
	'\f': '\\f',
	'\b': '\\b',
};
const escaped = (character: string) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

function quoted(text: Str, ascii: boolean): Str {
	const plain = raw(text);
	const inside = plain.replace(ascii ? /["\\]|[^\x20-\x7e]/g : /["\\\x00-\x1f]/g, escaped);
	return joined(['"', inside === plain ? withSafe(text, false) : withSafe(changed(text, inside), false), '"']);
}
