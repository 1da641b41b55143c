// int(x) and float(x): texts and numbers → numbers.

import { fail } from './failure.ts';
import { toFloat, truncated } from './numbers.ts';
import { stripped } from './strings.ts';
import { isStr, raw } from './text.ts';
import { numberOf, typeName, Undefined, type Value } from './values.ts';

const INTEGERS: Readonly<Record<number, RegExp>> = {
	2: /^[-+]?(?:0b_?)?[01]+(?:_[01]+)*$/i,
	8: /^[-+]?(?:0o_?)?[0-7]+(?:_[0-7]+)*$/i,
	10: /^[-+]?\p{Nd}+(?:_\p{Nd}+)*$/u,
	16: /^[-+]?(?:0x_?)?[\da-f]+(?:_[\da-f]+)*$/i,
};

/** int(text, base). @throws 'ValueError'. */
function parseInteger(text: string, base: number): bigint {
	const trimmed = raw(stripped(text, undefined, true, true));
	const known = base === 0 ? (/^[-+]?0[box]/i.exec(trimmed)?.[0].slice(-1).toLowerCase() ?? 'd') : undefined;
	const radix = known === undefined ? base : { b: 2, o: 8, x: 16, d: 10 }[known]!;
	const wrong = (): never => fail('ValueError', `invalid literal for int() with base ${base}`);
	if (trimmed.length > 4300) return wrong();
	const rule = INTEGERS[radix];
	const negative = trimmed.startsWith('-');
	const bare = trimmed.replace(/^[-+]/, '').replaceAll('_', '');
	let value: bigint;
	if (rule) {
		if (!rule.test(trimmed) || (base === 0 && radix === 10 && /^0+[1-9]/.test(bare))) return wrong();
		const digits = bare.replace(/^0[box]/i, '');
		value = BigInt((radix === 10 ? '' : { 2: '0b', 8: '0o', 16: '0x' }[radix]!) + (radix === 10 ? asciiDigits(digits) : digits));
	} else {
		if (radix < 2 || radix > 36) fail('ValueError', 'int() base must be >= 2 and <= 36, or 0');
		value = 0n;
		for (const digit of bare.toLowerCase()) {
			const worth = '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(digit);
			if (worth < 0 || worth >= radix || bare === '') return wrong();
			value = value * BigInt(radix) + BigInt(worth);
		}
		if (bare === '') return wrong();
	}
	return negative ? -value : value;
}

/** Digits of any script. */
const asciiDigits = (text: string): string =>
	text.replace(/[^\x00-\x7f]/gu, (digit) => {
		let zero = digit.codePointAt(0)!;
		const first = zero;
		while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && first - zero < 9) zero--;
		return String(first - zero);
	});

const FLOAT = /^[-+]?(?:(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:e[-+]?\d+(?:_\d+)*)?|inf(?:inity)?|nan)$/i;

/** float(value). @throws 'ValueError', 'TypeError', 'OverflowError'. */
export function parseFloatOf(value: Value): number {
	if (isStr(value)) {
		const text = asciiDigits(raw(stripped(value, undefined, true, true)));
		if (!FLOAT.test(text) || !/[\dn]/i.test(text) || /^[-+]?\.?e|^[-+]?\.$/i.test(text))
			return fail('ValueError', `could not convert string to float`);
		const bare = text.replaceAll('_', '').toLowerCase();
		if (bare.includes('n'))
			return bare.includes('nan') ? Number.NaN : bare.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
		return Number(bare);
	}
	const number = numberOf(value);
	if (number !== undefined) return toFloat(number);
	return value instanceof Undefined
		? value.fail()
		: fail('TypeError', `float() argument must be a string or a real number, not '${typeName(value)}'`);
}

/** Runs what may fail as Python's conversions do. */
export function attempt<T>(run: () => T, kinds: readonly string[], otherwise: () => T): T {
	try {
		return run();
	} catch (error) {
		if (kinds.includes((error as { kind?: string }).kind ?? '')) return otherwise();
		throw error;
	}
}

/** As the filter `int`: never fails but for undefined. */
export function toInteger(value: Value, otherwise: Value, base: number): Value {
	const whole = (): Value => {
		if (isStr(value)) return parseInteger(raw(value), base);
		const number = numberOf(value);
		if (number === undefined)
			return value instanceof Undefined ? value.fail() : fail('TypeError', `int() argument must be a string or a real number`);
		return typeof number === 'bigint' ? number : truncated(number);
	};
	return attempt(whole, ['TypeError', 'ValueError'], () =>
		attempt(
			(): Value => truncated(parseFloatOf(value)),
			['TypeError', 'ValueError', 'OverflowError'],
			() => otherwise,
		),
	);
}
