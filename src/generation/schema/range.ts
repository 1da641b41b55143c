// `minimum`, `maximum` and their like → the numbers that they leave.

import { NEVER, type Node } from './nodes.ts';
import { decimalOf, isPossible, type NumberRule, numberNode } from './number.ts';
import { malformed, type Schema, unsupported } from './read.ts';

/** Digits before and after the point: as many as a float64 holds, so that no number goes on for ever. */
const DIGITS = 15;
/** Of a bound: beyond it the arithmetic is no longer for nothing. */
const MAX_DIGITS = 60;

export function numberOf(given: Schema, path: string, integer: boolean): Node {
	const limit = (keyword: string): readonly [bigint, number] | undefined => {
		const value = given[keyword];
		if (value === undefined) return undefined;
		if (typeof value !== 'bigint' && (typeof value !== 'number' || !Number.isFinite(value)))
			throw malformed(`${path}.${keyword}`, value, 'a number');
		const [digits, places] = typeof value === 'bigint' ? [value, 0] : decimalOf(value);
		if (places > MAX_DIGITS || String(digits).length > MAX_DIGITS) throw unsupported(path, `${keyword} ${value}`, `${MAX_DIGITS} digits`);
		return [digits, places];
	};
	const minimum = limit('minimum');
	const maximum = limit('maximum');
	const above = limit('exclusiveMinimum');
	const below = limit('exclusiveMaximum');
	const multiple = limit('multipleOf');
	if (multiple && multiple[0] <= 0n) throw malformed(`${path}.multipleOf`, given.multipleOf, 'a number above 0');

	const all = [minimum, maximum, above, below, multiple].filter((one) => one !== undefined);
	const places = Math.max(integer ? 0 : DIGITS, ...all.map(([, count]) => count));
	/** In units of 10^-places. */
	const scaled = ([digits, count]: readonly [bigint, number]) => digits * 10n ** BigInt(places - count);
	const lows = [...(minimum ? [scaled(minimum)] : []), ...(above ? [scaled(above) + 1n] : [])];
	const highs = [...(maximum ? [scaled(maximum)] : []), ...(below ? [scaled(below) - 1n] : [])];
	const low = lows.reduce<bigint | undefined>((a, b) => (a !== undefined && a > b ? a : b), undefined);
	const high = highs.reduce<bigint | undefined>((a, b) => (a !== undefined && a < b ? a : b), undefined);

	// An integer is counted in ones.
	const unit = integer ? 10n ** BigInt(places) : 1n;
	const step = multiple && scaled(multiple);
	const widest = Math.max(0, ...[low, high].map((one) => (one === undefined ? 0 : String(one).replace('-', '').length - places)));
	const rule: NumberRule = {
		decimals: integer ? 0 : places,
		digits: Math.max(DIGITS, widest),
		...(low !== undefined && { low: ceilDivide(low, unit) }),
		...(high !== undefined && { high: -ceilDivide(-high, unit) }),
		...(step && { multiple: step / commonDivisor(step, unit) }),
	};
	return isPossible(rule) ? numberNode(rule) : NEVER;
}

function ceilDivide(value: bigint, by: bigint): bigint {
	const quotient = value / by;
	return value > 0n && quotient * by !== value ? quotient + 1n : quotient;
}

function commonDivisor(a: bigint, b: bigint): bigint {
	return b === 0n ? a : commonDivisor(b, a % b);
}
