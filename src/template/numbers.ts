// Arithmetic as Python's: int without bounds, float, and what + * % mean for texts and lists.

import { type Budget, fail } from './failure.ts';
import { percent } from './format.ts';
import { escaped } from './markup.ts';
import type { BinaryOp } from './syntax.ts';
import { isSafe, isStr, joined, raw, type Str, withSafe } from './text.ts';
import { numberOf, Tuple, typeName, Undefined, type Value, wholeOf } from './values.ts';

/** Bits of the largest int: Python prints none of more than 4300 digits. */
const MAX_BITS = 2 ** 15;

export function bounded(value: bigint): bigint {
	if (value > LARGEST || value < -LARGEST) fail('OverflowError', `an int of more than ${MAX_BITS} bits`);
	return value;
}
const LARGEST = 2n ** BigInt(MAX_BITS);

/** int → float. @throws 'OverflowError'. */
export function toFloat(value: bigint | number): number {
	const float = Number(value);
	if (typeof value === 'bigint' && !Number.isFinite(float)) fail('OverflowError', 'int too large to convert to float');
	return float;
}

type Arithmetic = Exclude<BinaryOp, 'and' | 'or'>;

export function arithmetic(op: Arithmetic, a: Value, b: Value, budget: Budget): Value {
	if (a instanceof Undefined && !(op === '%' && isStr(a))) return a.fail();
	if (op === '%' && isStr(a)) return percent(a, b, budget);
	if (b instanceof Undefined) return b.fail();
	const [x, y] = [numberOf(a), numberOf(b)];
	if (x !== undefined && y !== undefined)
		return typeof x === 'bigint' && typeof y === 'bigint' ? whole(op, x, y) : float(op, toFloat(x), toFloat(y));
	if (op === '+') {
		if (isStr(a) && isStr(b)) return added(a, b, budget);
		if (Array.isArray(a) && Array.isArray(b)) return lists(a, b, budget);
		if (a instanceof Tuple && b instanceof Tuple) return new Tuple(lists(a.items, b.items, budget));
	}
	if (op === '*') {
		const [value, times] = wholeOf(b) !== undefined ? [a, wholeOf(b)!] : [b, wholeOf(a)];
		if (times !== undefined) {
			const repeated = multiplied(value, times, budget);
			if (repeated !== undefined) return repeated;
		}
	}
	const name = op === '**' ? '** or pow()' : op;
	return fail('TypeError', `unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`);
}

function added(a: Str, b: Str, budget: Budget): Str {
	budget.text(raw(a).length + raw(b).length);
	if (!isSafe(a) && !isSafe(b)) return joined([a, b]);
	return joined([isSafe(a) ? a : escaped(a), isSafe(b) ? b : escaped(b)], true);
}

function lists(a: readonly Value[], b: readonly Value[], budget: Budget): Value[] {
	budget.items(a.length + b.length);
	return [...a, ...b];
}

function multiplied(value: Value, times: bigint, budget: Budget): Value | undefined {
	const count = times < 0n ? 0 : times > 2n ** 31n ? 2 ** 31 : Number(times);
	if (isStr(value)) {
		budget.text(raw(value).length * count);
		return withSafe(joined(Array.from({ length: raw(value) === '' ? 0 : count }, () => value)), isSafe(value));
	}
	const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
	if (!items) return undefined;
	budget.items(items.length * count);
	const repeated: Value[] = [];
	for (let i = 0; i < (items.length === 0 ? 0 : count); i++) repeated.push(...items);
	return Array.isArray(value) ? repeated : new Tuple(repeated);
}

function whole(op: Arithmetic, a: bigint, b: bigint): Value {
	switch (op) {
		case '+':
			return bounded(a + b);
		case '-':
			return bounded(a - b);
		case '*':
			return bounded(a * b);
		case '/':
			if (b === 0n) return fail('ZeroDivisionError', 'division by zero');
			return quotient(a, b);
		case '//':
			if (b === 0n) return fail('ZeroDivisionError', 'integer division or modulo by zero');
			return a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
		case '%': {
			if (b === 0n) return fail('ZeroDivisionError', 'integer modulo by zero');
			const rest = a % b;
			return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
		}
		case '**': {
			if (b < 0n) return a === 0n ? fail('ZeroDivisionError', '0.0 cannot be raised to a negative power') : toFloat(a) ** toFloat(b);
			const bits = BigInt((a < 0n ? -a : a).toString(2).length);
			if (a !== 0n && a !== 1n && a !== -1n && (bits - 1n) * b > BigInt(MAX_BITS))
				fail('OverflowError', `an int of more than ${MAX_BITS} bits`);
			return a === 0n || a === 1n || a === -1n ? (b === 0n ? 1n : a === -1n && b % 2n === 0n ? 1n : a) : bounded(a ** b);
		}
		default:
			return op satisfies never;
	}
}

/** Rounded once, as Python's int / int. */
function quotient(a: bigint, b: bigint): number {
	const safe = (value: bigint) => value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= -BigInt(Number.MAX_SAFE_INTEGER);
	if (safe(a) && safe(b)) return Number(a) / Number(b);
	// 64 bits of the quotient and whether more follow: enough for one rounding.
	const negative = a < 0n !== b < 0n;
	const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
	const shift = y.toString(2).length - x.toString(2).length + 64;
	const [n, d] = shift > 0 ? [x << BigInt(shift), y] : [x, y << BigInt(-shift)];
	const digits = n / d + n / d + (n % d === 0n ? 0n : 1n);
	const result = Number(digits) * 2 ** (-shift - 1);
	if (!Number.isFinite(result)) fail('OverflowError', 'integer division result too large for a float');
	return negative ? -result : result;
}

function float(op: Arithmetic, a: number, b: number): number {
	switch (op) {
		case '+':
			return a + b;
		case '-':
			return a - b;
		case '*':
			return a * b;
		case '/':
			return b === 0 ? fail('ZeroDivisionError', 'float division by zero') : a / b;
		case '//':
			return b === 0 ? fail('ZeroDivisionError', 'float floor division by zero') : divided(a, b)[0];
		case '%':
			return b === 0 ? fail('ZeroDivisionError', 'float modulo') : divided(a, b)[1];
		case '**': {
			if (a === 0 && b < 0) return fail('ZeroDivisionError', '0.0 cannot be raised to a negative power');
			if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b))
				return fail('TypeError', 'complex numbers are not known here');
			// One to any power, as C's pow.
			const result = a === 1 || b === 0 ? 1 : a === -1 && !Number.isFinite(b) && !Number.isNaN(b) ? 1 : a ** b;
			if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
				fail('OverflowError', "(34, 'Numerical result out of range')");
			return result;
		}
		default:
			return op satisfies never;
	}
}

/** Floor and rest of floats. CPython, Objects/floatobject.c, _float_div_mod. */
function divided(a: number, b: number): [number, number] {
	let rest = a % b;
	let div = (a - rest) / b;
	if (rest !== 0) {
		if (b < 0 !== rest < 0) {
			rest += b;
			div -= 1;
		}
	} else rest = b < 0 ? -0 : 0;
	if (div === 0) return [a / b < 0 ? -0 : 0, rest];
	let floor = Math.floor(div);
	if (div - floor > 0.5) floor += 1;
	return [floor, rest];
}

export function negated(value: Value): Value {
	const number = numberOf(value);
	if (number !== undefined) return -number;
	return value instanceof Undefined ? value.fail() : fail('TypeError', `bad operand type for unary -: '${typeName(value)}'`);
}

export function positive(value: Value): Value {
	return (
		numberOf(value) ?? (value instanceof Undefined ? value.fail() : fail('TypeError', `bad operand type for unary +: '${typeName(value)}'`))
	);
}

/** float → int, towards zero. */
export function truncated(value: number): bigint {
	if (Number.isNaN(value)) return fail('ValueError', 'cannot convert float NaN to integer');
	if (!Number.isFinite(value)) return fail('OverflowError', 'cannot convert float infinity to integer');
	return BigInt(Math.trunc(value));
}

/** round(value, digits): to the nearest, of two to the even one, counted on the exact value. */
export function rounded(value: bigint | number, digits: number): bigint | number {
	if (typeof value === 'bigint') {
		if (digits >= 0) return value;
		if (digits < -10_000) return 0n;
		const unit = 10n ** BigInt(-digits);
		return halfEven(value, unit) * unit;
	}
	if (!Number.isFinite(value) || value === 0 || digits > 323) return value;
	if (digits < -309) return value < 0 ? -0 : 0;
	const [numerator, denominator] = ratio(value);
	const power = 10n ** BigInt(Math.abs(digits));
	const units = digits >= 0 ? halfEven(numerator * power, denominator) : halfEven(numerator, denominator * power);
	const result = Number(`${units}e${-digits}`);
	return units === 0n && value < 0 ? -0 : result;
}

function halfEven(n: bigint, d: bigint): bigint {
	const [x, sign] = n < 0n ? [-n, -1n] : [n, 1n];
	const floor = x / d;
	const twice = (x % d) * 2n;
	return sign * (twice > d || (twice === d && floor % 2n === 1n) ? floor + 1n : floor);
}

/** A float as an exact fraction. */
export function ratio(value: number): [bigint, bigint] {
	let denominator = 1n;
	let numerator = value;
	while (!Number.isInteger(numerator)) {
		numerator *= 2;
		denominator *= 2n;
	}
	return [BigInt(numerator), denominator];
}
