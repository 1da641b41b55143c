// str() and repr(): values as Python prints them.

import { type Budget, fail } from './failure.ts';
import { derived, isStr, joined, raw, type Str, withSafe } from './text.ts';
import { Callable, Dict, type Thing, Tuple, Undefined, type Value, View } from './values.ts';

/** str(value). */
export function str(value: Value, budget: Budget): Str {
	if (isStr(value)) return typeof value === 'string' || !value.safe ? value : withSafe(value, false);
	if (value instanceof Undefined) return '';
	return repr(value, budget);
}

/** str(value), of which Markup stays Markup. */
export const softStr = (value: Value, budget: Budget): Str => (isStr(value) ? value : str(value, budget));

export function repr(value: Value, budget: Budget): Str {
	budget.spend(1);
	if (value === null) return 'None';
	if (isStr(value)) {
		const quoted = quotedText(value);
		budget.text(raw(quoted).length);
		return typeof value !== 'string' && value.safe ? joined(['Markup(', withSafe(quoted, false), ')']) : quoted;
	}
	switch (typeof value) {
		case 'boolean':
			return value ? 'True' : 'False';
		case 'bigint':
			return integerText(value);
		case 'number':
			return floatText(value);
	}
	budget.enter();
	const print = (item: Value): Str => repr(item, budget);
	let text: Str;
	if (Array.isArray(value)) text = row('[', value.map(print), ']');
	else if (value instanceof Tuple) text = row('(', value.items.map(print), value.items.length === 1 ? ',)' : ')');
	else if (value instanceof Dict)
		text = row(
			'{',
			Array.from(value.entries(), ([key, item]) => joined([print(key), ': ', print(item)])),
			'}',
		);
	else if (value instanceof Undefined) text = 'Undefined';
	else text = thing(value, print);
	budget.leave();
	budget.text(raw(text).length);
	return text;
}

const row = (open: string, items: readonly Str[], close: string): Str =>
	joined([open, ...items.flatMap((item, i) => (i > 0 ? [', ', item] : [item])), close]);

function thing(value: Thing, print: (value: Value) => Str): Str {
	if (value.repr) return value.repr(print);
	if (value instanceof View) {
		const items: Str[] = [];
		for (const iterator = value.iterate(); ; ) {
			const { value: item, done } = iterator.next();
			if (done) break;
			items.push(print(item));
		}
		return row(`${value.type}([`, items, '])');
	}
	if (value instanceof Callable) return `<built-in method ${value.name}>`;
	return `<${value.type} object>`;
}

/** int → text. Python refuses more than 4300 digits: it would take long. */
export function integerText(value: bigint): string {
	const text = value.toString();
	if (text.length > 4301) fail('ValueError', 'Exceeds the limit (4300 digits) for integer string conversion');
	return text;
}

/** float → the shortest text that gives it back: 1.0, 1e+16, 1e-05, inf. */
export function floatText(value: number): string {
	if (Number.isNaN(value)) return 'nan';
	if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
	if (Object.is(value, -0)) return '-0.0';
	const [digits, power] = value.toExponential().split('e') as [string, string];
	const exponent = Number(power);
	if (exponent < -4 || exponent >= 16) return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
	const text = value.toString(); // JavaScript's own exponents begin beyond these bounds
	return text.includes('.') ? text : `${text}.0`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
/** Not str.isprintable(), or to be escaped. */
const ESCAPED = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** A text in quotes: double ones where it has single ones only. */
function quotedText(text: Str): Str {
	const plain = raw(text);
	const quote = plain.includes("'") && !plain.includes('"') ? '"' : "'";
	let inside = plain.replace(ESCAPED, (character) => ESCAPES[character] ?? pointText(character.codePointAt(0)!));
	if (quote === "'") inside = inside.replaceAll("'", "\\'");
	return joined([quote, inside === plain ? withSafe(text, false) : withSafe(derived(inside, text), false), quote]);
}

export function pointText(point: number): string {
	const hex = point.toString(16);
	if (point < 0x100) return `\\x${hex.padStart(2, '0')}`;
	return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
