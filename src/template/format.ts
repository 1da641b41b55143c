// '%s' % x, '{}'.format(x) and the format specification that both share.
// https://docs.python.org/3/library/string.html#format-specification-mini-language

import { type Budget, fail } from './failure.ts';
import { floatText, integerText, pointText, repr, str } from './print.ts';
import { cut, derived, isStr, joined, lengthOf, raw, type Str, unitOf } from './text.ts';
import { Dict, type Kwargs, numberOf, Thing, Tuple, typeName, Undefined, type Value, wholeOf } from './values.ts';

/** Widest field, and most digits behind a point: what a text may have is bounded anyway. */
const MAX_WIDTH = 2 ** 20;
const MAX_PRECISION = 100;

interface Spec {
	readonly fill: string;
	readonly align: string;
	readonly sign: string;
	readonly alternate: boolean;
	readonly width: number;
	readonly grouping: string;
	readonly precision: number | undefined;
	readonly type: string;
}

// ---- Numbers as digits ----

/** A float with a type of e, f, g or %, without its sign. */
export function floatDigits(value: number, type: string, precision: number, alternate: boolean): string {
	const upper = type !== type.toLowerCase();
	const text = (() => {
		const size = Math.abs(value);
		if (Number.isNaN(size)) return 'nan';
		if (!Number.isFinite(size)) return type === '%' ? 'inf%' : 'inf';
		switch (type.toLowerCase()) {
			case 'e':
				return exponentText(size, precision, alternate);
			case 'f':
				return point(fixed(size, precision), alternate);
			case '%':
				return `${point(fixed(size * 100, precision), alternate)}%`;
			default: {
				const digits = precision === 0 ? 1 : precision;
				const exponent = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1]);
				if (exponent < -4 || exponent >= digits) {
					const [mantissa, power] = exponentText(size, digits - 1, alternate).split('e') as [string, string];
					return `${alternate ? mantissa : shortened(mantissa)}e${power}`;
				}
				const text = fixed(size, digits - 1 - exponent);
				return alternate ? point(text, true) : shortened(text);
			}
		}
	})();
	return upper ? text.toUpperCase() : text;
}

/** toFixed writes exponents from 1e21 on. */
const fixed = (value: number, precision: number): string =>
	value < 1e21 ? halfEvenFixed(value, precision) : `${BigInt(value)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`;

/** toFixed takes the greater of two that are as near; Python the even one. Only values that are exact in binary lie between two. */
function halfEvenFixed(value: number, precision: number): string {
	const text = value.toFixed(precision);
	const more = value.toFixed(Math.min(100, precision + 30)).slice(text.length + (precision === 0 ? 1 : 0));
	if (!/^50*$/.test(more)) return text;
	const last = text.replace('.', '').at(-1)!;
	if ('02468'.includes(last)) return text;
	const scaled = BigInt(text.replace('.', '')) - 1n;
	const digits = scaled.toString().padStart(precision + 1, '0');
	return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

function exponentText(value: number, precision: number, alternate: boolean): string {
	const [mantissa, power] = value.toExponential(precision).split('e') as [string, string];
	const exponent = Number(power);
	return `${point(mantissa, alternate)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

const point = (text: string, always: boolean) => (always && !text.includes('.') ? `${text}.` : text);
const shortened = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const RADIX: Readonly<Record<string, readonly [number, string]>> = { b: [2, '0b'], o: [8, '0o'], x: [16, '0x'], X: [16, '0X'] };

/** Digits in groups from the right. */
function grouped(digits: string, separator: string, size: number): string {
	const [, whole, rest] = /^([\da-fA-F]*)(.*)$/s.exec(digits)!;
	const groups: string[] = [];
	for (let end = whole!.length; end > 0; end -= size) groups.unshift(whole!.slice(Math.max(0, end - size), end));
	return groups.join(separator) + rest;
}

// ---- {:spec} ----

function parseSpec(text: string): Spec {
	const match = /^(?:([\s\S])?([<>=^]))?([-+ ]?)(z?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([\s\S]?)$/u.exec(text);
	if (!match) return fail('ValueError', `Invalid format specifier '${text}'`);
	const [, fill, align = '', sign = '', , alternate, zero, width = '', grouping = '', precision, type = ''] = match;
	const spec = {
		fill: fill ?? (zero && align === '' ? '0' : zero && fill === undefined ? '0' : ' '),
		align: align || (zero ? '=' : ''),
		sign,
		alternate: alternate !== '',
		width: Number(width || 0),
		grouping,
		precision: precision === undefined ? undefined : Number(precision),
		type,
	};
	if (spec.width > MAX_WIDTH || (spec.precision ?? 0) > MAX_WIDTH) fail('ValueError', 'Too many decimal digits in format string');
	return spec;
}

/** format(value, spec). */
export function formatted(value: Value, spec: string, budget: Budget): Str {
	if (spec === '') return str(value, budget);
	if (value instanceof Undefined) return fail('TypeError', 'unsupported format string passed to Undefined.__format__');
	const rules = parseSpec(spec);
	const number = numberOf(value);
	if (isStr(value)) return formatText(value, rules, budget);
	if (number === undefined) return fail('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
	if (typeof value === 'boolean' && (rules.type === '' || rules.type === 's')) {
		if (rules.type === 's') fail('ValueError', "Unknown format code 's' for object of type 'int'");
	}
	return formatNumber(number, rules, budget);
}

function formatText(value: Str, rules: Spec, budget: Budget): Str {
	if (rules.type !== '' && rules.type !== 's') fail('ValueError', `Unknown format code '${rules.type}' for object of type 'str'`);
	if (rules.sign) fail('ValueError', 'Sign not allowed in string format specifier');
	if (rules.alternate) fail('ValueError', 'Alternate form (#) not allowed in string format specifier');
	if (rules.align === '=' && rules.fill !== '0') fail('ValueError', "'=' alignment not allowed in string format specifier");
	if (rules.grouping) fail('ValueError', `Cannot specify '${rules.grouping}' with 's'.`);
	const text = rules.precision === undefined ? value : cut(value, 0, unitOf(raw(value), Math.min(rules.precision, lengthOf(raw(value)))));
	return padded(text, '', { ...rules, align: rules.align === '=' || rules.align === '' ? '<' : rules.align }, budget);
}

function formatNumber(value: bigint | number, rules: Spec, budget: Budget): Str {
	const { type, precision, grouping, alternate } = rules;
	let digits: string;
	let prefix = '';
	const negative = value < 0 || Object.is(value, -0);
	if (typeof value === 'bigint' && (type === '' || 'bcdoxXn'.includes(type))) {
		if (precision !== undefined) fail('ValueError', 'Precision not allowed in integer format specifier');
		const size = negative ? -value : value;
		if (type === 'c') {
			if (rules.sign) fail('ValueError', "Sign not allowed with integer format specifier 'c'");
			if (size > 0x10ffffn || negative) fail('OverflowError', '%c arg not in range(0x110000)');
			return padded(String.fromCodePoint(Number(size)), '', { ...rules, align: rules.align || '<' }, budget);
		}
		const [radix, mark] = RADIX[type] ?? [10, ''];
		if (grouping === ',' && radix !== 10) fail('ValueError', `Cannot specify ',' with '${type}'.`);
		if (grouping && type === 'n') fail('ValueError', `Cannot specify '${grouping}' with 'n'.`);
		digits = radix === 10 ? integerText(size) : size.toString(radix);
		if (type === 'X') digits = digits.toUpperCase();
		if (grouping) digits = grouped(digits, grouping, radix === 10 ? 3 : 4);
		if (alternate) prefix = mark;
	} else {
		if (type !== '' && !'eEfFgGn%'.includes(type)) {
			fail('ValueError', `Unknown format code '${type}' for object of type '${typeof value === 'bigint' ? 'int' : 'float'}'`);
		}
		if ((precision ?? 0) > MAX_PRECISION) fail('ValueError', 'precision too large');
		const float = Number(value);
		if (type === '' && precision === undefined) digits = floatText(Math.abs(float));
		else if (type === '') {
			// As g, but with a digit behind the point.
			digits = floatDigits(float, 'g', precision!, alternate);
			if (/^\d+$/.test(digits))
				digits =
					digits.length < precision! || precision === 0
						? `${digits}.0`
						: floatDigits(float, 'e', Math.max(0, precision! - 1), alternate).replace(/\.?0+e/, 'e');
		} else digits = floatDigits(float, type === 'n' ? 'g' : type, precision ?? 6, alternate);
		if (grouping) digits = grouped(digits, grouping, 3);
	}
	const sign = negative && !(Number.isNaN(Number(value)) as boolean) ? '-' : rules.sign === '+' ? '+' : rules.sign === ' ' ? ' ' : '';
	if (rules.grouping && rules.align === '=' && rules.fill === '0') {
		const size = RADIX[type] ? 4 : 3;
		for (let bare = digits.replaceAll(grouping, ''); sign.length + prefix.length + digits.length < rules.width; ) {
			bare = `0${bare}`;
			const next = grouped(bare, grouping, size);
			digits = next;
		}
	}
	return padded(digits, sign + prefix, { ...rules, align: rules.align || '>' }, budget);
}

function padded(text: Str, lead: string, { fill, align, width }: Spec, budget: Budget): Str {
	const missing = width - lengthOf(raw(text)) - lead.length;
	budget.text(Math.max(missing, 0) + raw(text).length);
	if (missing <= 0) return joined([lead, text]);
	if (align === '=') return joined([lead, fill.repeat(missing), text]);
	const left = align === '<' ? 0 : align === '>' ? missing : missing >> 1;
	return joined([fill.repeat(left), lead, text, fill.repeat(missing - left)]);
}

// ---- '{}'.format(…) ----

/** How a field's .name and [index] are looked up: the sandbox's way. */
export interface Lookup {
	attribute(value: Value, name: string): Value;
	item(value: Value, key: Value): Value;
}

/** str.format. `args` and `kwargs` are what it was called with. */
export function braceFormat(template: Str, args: readonly Value[], kwargs: Kwargs, lookup: Lookup, budget: Budget): Str {
	let automatic = 0;
	const expand = (template: Str, depth: number): Str => {
		if (depth > 3) fail('ValueError', 'Max string recursion exceeded');
		const text = raw(template);
		const parts: Str[] = [];
		for (let at = 0; at < text.length; ) {
			const next = text.slice(at).search(/[{}]/);
			if (next < 0) {
				parts.push(cut(template, at));
				break;
			}
			const brace = at + next;
			parts.push(cut(template, at, brace));
			if (text[brace + 1] === text[brace]) {
				parts.push(cut(template, brace, brace + 1));
				at = brace + 2;
				continue;
			}
			if (text[brace] === '}') fail('ValueError', "Single '}' encountered in format string");
			const end = closing(text, brace);
			parts.push(field(text.slice(brace + 1, end), depth));
			at = end + 1;
		}
		const result = joined(parts);
		budget.text(raw(result).length);
		return result;
	};
	const field = (text: string, depth: number): Str => {
		const [, name, conversion, spec = ''] =
			/^((?:\[[^\]]*\]|[^[!:])*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(text) ?? fail('ValueError', "expected '}' before end of string");
		let value = named(name!);
		if (conversion !== undefined) {
			if (conversion === 'r') value = repr(value, budget);
			else if (conversion === 's') value = str(value, budget);
			else if (conversion === 'a') value = ascii(repr(value, budget));
			else fail('ValueError', `Unknown conversion specifier ${conversion}`);
		}
		return formatted(value, raw(expand(spec, depth + 1)), budget);
	};
	const named = (path: string): Value => {
		const [, first, rest] = /^([^.[]*)([\s\S]*)$/.exec(path)!;
		let value: Value;
		if (first === '' || /^\d+$/.test(first!)) {
			if (first === '' ? automatic < 0 : automatic > 0) {
				fail(
					'ValueError',
					`cannot switch from ${first === '' ? 'manual field specification to automatic field numbering' : 'automatic field numbering to manual field specification'}`,
				);
			}
			const index = first === '' ? automatic++ : Number(first);
			if (first !== '') automatic = -1;
			if (index >= args.length) fail('LookupError', `Replacement index ${index} out of range for positional args tuple`);
			value = args[index]!;
		} else {
			const given = kwargs.get(first!);
			if (given === undefined) return fail('LookupError', `'${first}'`);
			value = given;
		}
		const steps = /\.([^.[]+)|\[([^\]]+)\]/gy;
		let done = 0;
		for (let step = steps.exec(rest!); step; step = steps.exec(rest!)) {
			done = steps.lastIndex;
			if (step[1] !== undefined) value = lookup.attribute(value, step[1]);
			else value = lookup.item(value, /^\d+$/.test(step[2]!) ? BigInt(step[2]!) : step[2]!);
		}
		if (done !== rest!.length) fail('ValueError', 'Empty attribute in format string');
		return value;
	};
	return expand(template, 1);
}

/** Where the field that begins at `brace` ends. */
function closing(text: string, brace: number): number {
	let open = 0;
	for (let at = brace; at < text.length; at++) {
		if (text[at] === '{') open++;
		else if (text[at] === '}' && --open === 0) return at;
	}
	return fail('ValueError', brace + 1 === text.length ? "Single '{' encountered in format string" : "expected '}' before end of string");
}

/** ascii(): what lies beyond is escaped. */
const ascii = (text: Str): Str =>
	derived(
		raw(text).replace(/[^\x00-\x7f]/gu, (character) => pointText(character.codePointAt(0)!)),
		text,
	);

// ---- '%' ----

const PERCENT = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S])?/gu;

/** template % values. */
export function percent(template: Str, values: Value, budget: Budget): Str {
	const text = raw(template);
	const positional = values instanceof Tuple ? values.items : [values];
	let used = 0;
	let byName = false;
	const next = (): Value => {
		if (used >= positional.length) return fail('TypeError', 'not enough arguments for format string');
		return positional[used++]!;
	};
	const size = (given: string | undefined): number | undefined => {
		if (given === undefined) return undefined;
		const number = given === '*' ? Number(wholeOf(next()) ?? fail('TypeError', '* wants int')) : Number(given || 0);
		return Math.abs(number) <= MAX_WIDTH ? number : fail('ValueError', 'width too big');
	};
	const parts: Str[] = [];
	let at = 0;
	PERCENT.lastIndex = 0;
	for (let match = PERCENT.exec(text); match; match = PERCENT.exec(text)) {
		const [whole, name, flags = '', width, precision, type] = match;
		const end = match.index + whole.length;
		PERCENT.lastIndex = end;
		parts.push(cut(template, at, match.index));
		at = end;
		if (type === undefined) return fail('ValueError', 'incomplete format');
		let source: (() => Value) | undefined;
		if (name !== undefined) {
			if (!(values instanceof Dict)) return fail('TypeError', 'format requires a mapping');
			byName = true;
			const found = values.get(name);
			source = () => found ?? fail('LookupError', `'${name}'`);
		}
		const fieldWidth = size(width);
		const fieldPrecision = precision === undefined ? undefined : size(precision);
		if (type === '%') {
			parts.push('%');
			continue;
		}
		parts.push(percentField((source ?? next)(), flags, fieldWidth ?? 0, fieldPrecision, type, budget));
		PERCENT.lastIndex = end;
	}
	parts.push(cut(template, at));
	// What has items by key is not counted.
	const keyed =
		Array.isArray(values) ||
		values instanceof Dict ||
		values instanceof Undefined ||
		(values instanceof Thing && values.item !== undefined);
	if (!byName && used < positional.length && !keyed) {
		fail('TypeError', 'not all arguments converted during string formatting');
	}
	const result = joined(parts, typeof template !== 'string' && template.safe);
	budget.text(raw(result).length);
	return result;
}

function percentField(value: Value, flags: string, width: number, precision: number | undefined, type: string, budget: Budget): Str {
	const left = flags.includes('-') || width < 0;
	const rules = {
		fill: flags.includes('0') && !left && !'rsac'.includes(type) ? '0' : ' ',
		align: left ? '<' : flags.includes('0') && !'rsac'.includes(type) ? '=' : '>',
		sign: '',
		alternate: flags.includes('#'),
		width: Math.abs(width),
		grouping: '',
		precision,
		type,
	};
	if ('rsac'.includes(type)) {
		let text: Str;
		if (type === 'c') {
			const whole = wholeOf(value);
			if (whole !== undefined)
				text = String.fromCodePoint(
					whole >= 0n && whole <= 0x10ffffn ? Number(whole) : fail('OverflowError', '%c arg not in range(0x110000)'),
				);
			else text = isStr(value) && lengthOf(raw(value)) === 1 ? value : fail('TypeError', '%c requires int or char');
		} else text = type === 's' ? str(value, budget) : type === 'r' ? repr(value, budget) : ascii(repr(value, budget));
		if (precision !== undefined && type !== 'c') text = cut(text, 0, unitOf(raw(text), Math.min(precision, lengthOf(raw(text)))));
		return padded(text, '', rules, budget);
	}
	if (value instanceof Undefined) return value.fail();
	const number = numberOf(value);
	if (number === undefined || !'diuoxXeEfFgG'.includes(type)) {
		if (!'diuoxXeEfFgG'.includes(type)) return fail('ValueError', `unsupported format character '${type}'`);
		return fail('TypeError', `%${type} format: a real number is required, not ${typeName(value)}`);
	}
	let digits: string;
	let prefix = '';
	if ('diuoxX'.includes(type)) {
		if (typeof number === 'number' && 'oxX'.includes(type)) return fail('TypeError', `%${type} format: an integer is required, not float`);
		const whole =
			typeof number === 'bigint'
				? number
				: Number.isFinite(number)
					? BigInt(Math.trunc(number))
					: fail('OverflowError', 'cannot convert float infinity to integer');
		const [radix, mark] = RADIX[type] ?? [10, ''];
		digits = (whole < 0n ? -whole : whole).toString(radix).padStart(Math.min(precision ?? 0, MAX_WIDTH), '0');
		if (type === 'X') digits = digits.toUpperCase();
		if (rules.alternate) prefix = mark;
		prefix = (whole < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + prefix;
	} else {
		if ((precision ?? 0) > MAX_PRECISION) return fail('ValueError', 'precision too large');
		const float = Number(number);
		digits = floatDigits(float, type, precision ?? 6, rules.alternate);
		prefix = float < 0 || Object.is(float, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
	}
	return padded(digits, prefix, rules, budget);
}
