// Filters of numbers.

import { attempt, parseFloatOf, toInteger } from './conversions.ts';
import { fail } from './failure.ts';
import { rounded, toFloat, truncated } from './numbers.ts';
import { type Filter, filter } from './runtime.ts';
import { isStr, raw } from './text.ts';
import { needCount, numberOf, truth, typeName, type Value } from './values.ts';

function fileSize(value: Value, binary: boolean): string {
	const bytes = parseFloatOf(value);
	const base = binary ? 1024 : 1000;
	if (bytes === 1) return '1 Byte';
	if (bytes < base) return `${truncated(bytes)} Bytes`;
	const prefixes = 'kMGTPEZY';
	let unit = base;
	let i = 0;
	for (; i < prefixes.length; i++) {
		unit = base ** (i + 2);
		if (bytes < unit) break;
	}
	const prefix = prefixes[Math.min(i, prefixes.length - 1)]!;
	return `${((base * bytes) / unit).toFixed(1)} ${binary ? `${prefix.toUpperCase()}iB` : `${prefix}B`}`;
}

export const NUMBER_FILTERS: Readonly<Record<string, Filter>> = {
	abs: filter('x', (_, [value]) => {
		const number = numberOf(value!);
		if (number === undefined) return fail('TypeError', `bad operand type for abs(): '${typeName(value!)}'`);
		return typeof number === 'bigint' ? (number < 0n ? -number : number) : Math.abs(number);
	}),
	int: filter('value, default=, base=', (_, [value, otherwise = 0n, base]) =>
		toInteger(value!, otherwise, base === undefined ? 10 : needCount(base)),
	),
	float: filter('value, default=', (_, [value, otherwise = 0]) =>
		attempt(
			(): Value => parseFloatOf(value!),
			['TypeError', 'ValueError'],
			() => otherwise,
		),
	),
	round: filter('value, precision=, method=', (_, [value, precision, method]) => {
		const way = method === undefined ? 'common' : isStr(method) ? raw(method) : '';
		if (!['common', 'ceil', 'floor'].includes(way)) fail('TemplateError', 'method must be common, ceil or floor');
		const number = numberOf(value!) ?? fail('TypeError', `type ${typeName(value!)} doesn't define __round__ method`);
		if (way === 'common') {
			if (precision === null) return typeof number === 'bigint' ? number : truncated(Number(rounded(number, 0)));
			return rounded(number, precision === undefined ? 0 : needCount(precision));
		}
		const digits = precision === undefined ? 0 : needCount(precision);
		const power = 10 ** digits;
		const scaled = toFloat(number) * power;
		if (!Number.isFinite(scaled)) return fail('OverflowError', 'cannot convert float infinity to integer');
		return (way === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled)) / power;
	}),
	filesizeformat: filter('value, binary=', (_, [value, binary]) => fileSize(value!, truth(binary ?? false))),
};
