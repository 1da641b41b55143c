// Python's values, as a template sees them: int is bigint, float is number, None is null, list is an array, str is a string or Text.

import { type Budget, fail } from './failure.ts';
import { characters, compareTexts, isStr, lengthOf, raw, type Str } from './text.ts';

export type Value = null | boolean | bigint | number | Str | Value[] | Tuple | Dict | Undefined | Thing;

export class Tuple {
	readonly items: readonly Value[];
	/** Names of its places, where they have some. */
	readonly names: readonly string[];
	constructor(items: readonly Value[], names: readonly string[] = []) {
		this.items = items;
		this.names = names;
	}
}

/** A dict: in the order in which keys came, 1, 1.0 and True the same key. */
export class Dict {
	readonly #entries = new Map<string, [Value, Value]>();

	constructor(pairs: Iterable<readonly [Value, Value]> = []) {
		for (const [key, value] of pairs) this.set(key, value);
	}

	get size(): number {
		return this.#entries.size;
	}

	get(key: Value): Value | undefined {
		return this.#entries.get(hashKey(key))?.[1];
	}

	has(key: Value): boolean {
		return this.#entries.has(hashKey(key));
	}

	/** A key that is there keeps its place. */
	set(key: Value, value: Value): void {
		const hash = hashKey(key);
		const entry = this.#entries.get(hash);
		if (entry) entry[1] = value;
		else this.#entries.set(hash, [key, value]);
	}

	entries(): Iterable<readonly [Value, Value]> {
		return this.#entries.values();
	}

	*keys(): Generator<Value> {
		for (const [key] of this.#entries.values()) yield key;
	}

	*values(): Generator<Value> {
		for (const [, value] of this.#entries.values()) yield value;
	}
}

/** What a name or an attribute gives that is not there: empty where it is printed, an error where it is used. */
export class Undefined {
	readonly message: string;
	readonly kind: 'UndefinedError' | 'SecurityError';
	constructor(message: string, kind: 'UndefinedError' | 'SecurityError' = 'UndefinedError') {
		this.message = message;
		this.kind = kind;
	}

	fail(): never {
		return fail(this.kind, this.message);
	}
}

export type Kwargs = ReadonlyMap<string, Value>;

/** Any other object: what it answers depends on what it is. */
export abstract class Thing {
	abstract readonly type: string;
	attribute?(name: string): Value | undefined;
	length?(): number;
	iterate?(): Iterator<Value>;
	/** `thing[key]` */
	item?(key: Value): Value;
	contains?(value: Value): boolean;
	call?(args: readonly Value[], kwargs: Kwargs, budget: Budget): Value;
	equals?(other: Value): boolean;
	/** What it prints as; by default as Python prints what has no text of its own, without an address. */
	repr?(print: (value: Value) => Str): Str;
}

/** A function of the language. */
export class Callable extends Thing {
	readonly type = 'builtin_function_or_method';
	readonly name: string;
	readonly #run: (args: readonly Value[], kwargs: Kwargs, budget: Budget) => Value;

	constructor(name: string, run: (args: readonly Value[], kwargs: Kwargs, budget: Budget) => Value) {
		super();
		this.name = name;
		this.#run = run;
	}

	override call(args: readonly Value[], kwargs: Kwargs, budget: Budget): Value {
		return this.#run(args, kwargs, budget);
	}
}

/** What a filter gives item by item, once. */
export class Generated extends Thing {
	readonly type = 'generator';
	readonly #items: Iterator<Value>;

	constructor(items: Iterator<Value>) {
		super();
		this.#items = items;
	}

	override iterate(): Iterator<Value> {
		return this.#items;
	}
}

/** dict.keys(), .values(), .items(). */
export class View extends Thing {
	readonly type: string;
	readonly dict: Dict;
	readonly #items: () => Iterator<Value>;

	constructor(kind: 'keys' | 'values' | 'items', dict: Dict) {
		super();
		this.type = `dict_${kind}`;
		this.dict = dict;
		this.#items =
			kind === 'items'
				? function* () {
						for (const [key, value] of dict.entries()) yield new Tuple([key, value]);
					}
				: () => dict[kind]();
	}

	override length(): number {
		return this.dict.size;
	}

	override iterate(): Iterator<Value> {
		return this.#items();
	}
}

export class Range extends Thing {
	readonly type = 'range';
	readonly start: bigint;
	readonly stop: bigint;
	readonly step: bigint;
	readonly size: number;

	constructor(start: bigint, stop: bigint, step: bigint) {
		super();
		const distance = step > 0n ? stop - start : start - stop;
		const stride = step > 0n ? step : -step;
		const size = distance > 0n ? (distance + stride - 1n) / stride : 0n;
		// As Jinja's sandbox.
		if (size > 100_000n) fail('OverflowError', 'Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).');
		this.start = start;
		this.stop = stop;
		this.step = step;
		this.size = Number(size);
	}

	at(index: number): bigint {
		return this.start + BigInt(index) * this.step;
	}

	override length(): number {
		return this.size;
	}

	override *iterate(): Generator<Value> {
		for (let i = 0; i < this.size; i++) yield this.at(i);
	}

	override item(key: Value): Value {
		const index = indexOf(key, this.size, 'range object');
		return this.at(index);
	}

	override repr(): Str {
		return `range(${this.start}, ${this.stop}${this.step === 1n ? '' : `, ${this.step}`})`;
	}

	override equals(other: Value): boolean {
		if (!(other instanceof Range) || other.size !== this.size) return false;
		return this.size === 0 || (other.start === this.start && (this.size === 1 || other.step === this.step));
	}
}

// ---- What values are ----

export function typeName(value: Value): string {
	if (value === null) return 'NoneType';
	if (isStr(value)) return typeof value !== 'string' && value.safe ? 'Markup' : 'str';
	switch (typeof value) {
		case 'boolean':
			return 'bool';
		case 'bigint':
			return 'int';
		case 'number':
			return 'float';
		default:
			if (Array.isArray(value)) return 'list';
			if (value instanceof Tuple) return 'tuple';
			if (value instanceof Dict) return 'dict';
			return value instanceof Undefined ? 'Undefined' : value.type;
	}
}

export function truth(value: Value): boolean {
	if (value === null || value instanceof Undefined) return false;
	if (isStr(value)) return raw(value) !== '';
	if (typeof value !== 'object') return Boolean(value);
	if (Array.isArray(value)) return value.length > 0;
	if (value instanceof Tuple) return value.items.length > 0;
	if (value instanceof Dict) return value.size > 0;
	return value.length ? value.length() > 0 : true;
}

/** A number, with True as 1; undefined for what is none. */
export const numberOf = (value: Value): bigint | number | undefined =>
	typeof value === 'bigint' || typeof value === 'number' ? value : typeof value === 'boolean' ? BigInt(value) : undefined;

/** A whole number; undefined for what is none. */
export const wholeOf = (value: Value): bigint | undefined =>
	typeof value === 'bigint' ? value : typeof value === 'boolean' ? BigInt(value) : undefined;

export function needWhole(value: Value): bigint {
	return (
		wholeOf(value) ??
		(value instanceof Undefined ? value.fail() : fail('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`))
	);
}

/** As a JavaScript number for counts and widths, cut at ±2^31. */
export function needCount(value: Value): number {
	const whole = needWhole(value);
	return Number(whole > 2n ** 31n ? 2n ** 31n : whole < -(2n ** 31n) ? -(2n ** 31n) : whole);
}

/** A place in a sequence, counted from its end where negative. @throws 'LookupError', 'TypeError'. */
export function indexOf(key: Value, length: number, what: string): number {
	const whole = wholeOf(key) ?? fail('TypeError', `${what} indices must be integers or slices, not ${typeName(key)}`);
	const index = whole < 0n ? whole + BigInt(length) : whole;
	if (index < 0n || index >= BigInt(length)) fail('LookupError', `${what} index out of range`);
	return Number(index);
}

/** What two equal keys share. @throws 'TypeError' for lists and dicts. */
function hashKey(key: Value): string {
	if (key === null) return 'n';
	if (isStr(key)) return `s${raw(key)}`;
	const number = numberOf(key);
	if (typeof number === 'bigint') return `i${number}`;
	if (typeof number === 'number') return Number.isInteger(number) ? `i${BigInt(number)}` : `f${number}`;
	if (key instanceof Tuple) return `t${key.items.map((item) => hashKey(item).replace(/[\\,]/g, '\\$&')).join(',')},`;
	if (key instanceof Undefined) return 'u';
	if (key instanceof Thing && !(key instanceof View)) return `o${identity(key)}`;
	return fail('TypeError', `unhashable type: '${typeName(key)}'`);
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;
function identity(thing: object): number {
	let known = identities.get(thing);
	if (known === undefined) identities.set(thing, (known = ++lastIdentity));
	return known;
}

/** @throws 'TypeError' for what cannot be a key. */
export const needHashable = (key: Value): string => hashKey(key);

// ---- Sequences ----

export function lengthOfValue(value: Value): number {
	if (isStr(value)) return lengthOf(raw(value));
	if (Array.isArray(value)) return value.length;
	if (value instanceof Tuple) return value.items.length;
	if (value instanceof Dict) return value.size;
	if (value instanceof Undefined) return 0;
	if (value instanceof Thing && value.length) return value.length();
	return fail('TypeError', `object of type '${typeName(value)}' has no len()`);
}

export const isIterable = (value: Value): boolean =>
	isStr(value) ||
	Array.isArray(value) ||
	value instanceof Tuple ||
	value instanceof Dict ||
	value instanceof Undefined ||
	(value instanceof Thing && value.iterate !== undefined);

export function iterate(value: Value): Iterator<Value> {
	if (isStr(value)) return characters(value);
	if (Array.isArray(value)) return value[Symbol.iterator]();
	if (value instanceof Tuple) return value.items[Symbol.iterator]();
	if (value instanceof Dict) return value.keys();
	if (value instanceof Undefined) return [][Symbol.iterator]();
	if (value instanceof Thing && value.iterate) return value.iterate();
	return fail('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** Items that JavaScript's `for` can walk. */
export const itemsOf = (value: Value): Iterable<Value> => ({ [Symbol.iterator]: () => iterate(value) });

/** list(value). */
export function listOf(value: Value, budget: Budget): Value[] {
	const items: Value[] = [];
	for (const item of itemsOf(value)) {
		items.push(item);
		if ((items.length & 63) === 0) budget.items(64);
	}
	budget.items(items.length & 63);
	return items;
}

// ---- Comparing ----

export function same(a: Value, b: Value): boolean {
	if (a === b && typeof a !== 'number') return true;
	if (isStr(a)) return isStr(b) && raw(a) === raw(b);
	const [x, y] = [numberOf(a), numberOf(b)];
	// biome-ignore lint/suspicious/noDoubleEquals: bigint and number, compared exactly
	if (x !== undefined) return y !== undefined && x == y;
	if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
	if (a instanceof Tuple) return b instanceof Tuple && sameItems(a.items, b.items);
	if (a instanceof Dict) {
		if (!(b instanceof Dict) || a.size !== b.size) return false;
		for (const [key, value] of a.entries()) {
			const other = b.get(key);
			if (other === undefined || !same(value, other)) return false;
		}
		return true;
	}
	if (a instanceof Undefined) return b instanceof Undefined;
	return a instanceof Thing && (a.equals?.(b) ?? false);
}

const sameItems = (a: readonly Value[], b: readonly Value[]): boolean => a.length === b.length && a.every((item, i) => same(item, b[i]!));

export type Order = '<' | '<=' | '>' | '>=';

/** @throws 'TypeError' for what has no order. */
export function inOrder(op: Order, a: Value, b: Value): boolean {
	if (a instanceof Undefined) return a.fail();
	if (b instanceof Undefined) return b.fail();
	const [x, y] = [numberOf(a), numberOf(b)];
	if (x !== undefined && y !== undefined) return op === '<' ? x < y : op === '<=' ? x <= y : op === '>' ? x > y : x >= y;
	let sign: number | undefined;
	if (isStr(a) && isStr(b)) sign = compareTexts(raw(a), raw(b));
	const [s, t] = [sequence(a), sequence(b)];
	if (s && t && Array.isArray(a) === Array.isArray(b)) {
		const at = s.findIndex((item, i) => i >= t.length || !same(item, t[i]!));
		if (at >= 0 && at < t.length) return inOrder(op, s[at]!, t[at]!);
		sign = s.length - t.length;
	}
	if (sign === undefined) return fail('TypeError', `'${op}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
	return op === '<' ? sign < 0 : op === '<=' ? sign <= 0 : op === '>' ? sign > 0 : sign >= 0;
}

const sequence = (value: Value): readonly Value[] | undefined =>
	Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;

/** value in container. */
export function contains(container: Value, value: Value): boolean {
	if (isStr(container)) {
		if (isStr(value)) return raw(container).includes(raw(value));
		return fail('TypeError', `'in <string>' requires string as left operand, not ${typeName(value)}`);
	}
	if (container instanceof Dict) return container.has(value);
	if (container instanceof Thing && container.contains) return container.contains(value);
	if (container instanceof View && container.type === 'dict_keys') return container.dict.has(value);
	if (!isIterable(container)) return fail('TypeError', `argument of type '${typeName(container)}' is not iterable`);
	for (const item of itemsOf(container)) if (same(item, value)) return true;
	return false;
}
