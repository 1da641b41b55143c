// value.name and value[key], as Jinja's immutable sandbox allows them: names that begin with _, and methods that change a list or a dict, are
// there but may not be used. jinja2/sandbox.py.

import { type Budget, fail } from './failure.ts';
import { braceFormat, type Lookup } from './format.ts';
import { ratio } from './numbers.ts';
import { floatText, repr } from './print.ts';
import { bind, type Method, method } from './signature.ts';
import { STRING_METHODS } from './strings.ts';
import { cut, isStr, joined, lengthOf, raw, type Str, unitOf } from './text.ts';
import {
	Callable,
	Dict,
	indexOf,
	itemsOf,
	type Kwargs,
	needCount,
	same,
	Thing,
	Tuple,
	typeName,
	Undefined,
	type Value,
	View,
	wholeOf,
} from './values.ts';

function indexIn(items: readonly Value[], value: Value, start: Value | undefined, stop: Value | undefined, what: string): bigint {
	const place = (given: Value | undefined, otherwise: number) => {
		const index = given === undefined ? otherwise : needCount(given);
		return index < 0 ? Math.max(0, index + items.length) : index;
	};
	const at = items.findIndex((item, i) => i >= place(start, 0) && i < place(stop, items.length) && same(item, value));
	return at < 0 ? fail('ValueError', `${what}.index(x): x not in ${what}`) : BigInt(at);
}

const sequenceMethods = (what: 'list' | 'tuple'): Readonly<Record<string, Method<readonly Value[]>>> => ({
	count: method('value /', (items, [value]) => BigInt(items.filter((item) => same(item, value!)).length)),
	index: method('value, start=, stop= /', (items, [value, start, stop]) => indexIn(items, value!, start, stop, what)),
});

const LIST_METHODS: Readonly<Record<string, Method<readonly Value[]>>> = {
	...sequenceMethods('list'),
	copy: method('', (items, _, budget) => {
		budget.items(items.length);
		return [...items];
	}),
};
const TUPLE_METHODS = sequenceMethods('tuple');
const LIST_CHANGES = new Set(['append', 'clear', 'pop', 'reverse', 'insert', 'sort', 'extend', 'remove']);
const DICT_CHANGES = new Set(['clear', 'pop', 'popitem', 'setdefault', 'update']);

const DICT_METHODS: Readonly<Record<string, Method<Dict>>> = {
	keys: method('', (dict) => new View('keys', dict)),
	values: method('', (dict) => new View('values', dict)),
	items: method('', (dict) => new View('items', dict)),
	get: method('key, default= /', (dict, [key, otherwise = null]) => {
		const value = dict.get(key!);
		return value === undefined ? otherwise : value;
	}),
	copy: method('', (dict, _, budget) => {
		budget.items(dict.size);
		return new Dict(dict.entries());
	}),
	fromkeys: method('iterable, value= /', (_, [keys, value]) => fromKeys(keys!, value)),
};

/** dict.fromkeys. */
export function fromKeys(keys: Value, value: Value | undefined): Dict {
	const dict = new Dict();
	for (const key of itemsOf(keys)) dict.set(key, value ?? null);
	return dict;
}

const INT_METHODS: Readonly<Record<string, Method<bigint>>> = {
	bit_length: method('', (value) => BigInt(value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length)),
	bit_count: method('', (value) => BigInt((value < 0n ? -value : value).toString(2).replaceAll('0', '').length)),
	conjugate: method('', (value) => value),
	as_integer_ratio: method('', (value) => new Tuple([value, 1n])),
};
const FLOAT_METHODS: Readonly<Record<string, Method<number>>> = {
	is_integer: method('', (value) => Number.isInteger(value)),
	conjugate: method('', (value) => value),
	as_integer_ratio: method('', (value) =>
		Number.isFinite(value) ? new Tuple(ratio(value)) : fail('ValueError', `cannot convert ${floatText(value)} to integer ratio`),
	),
};

/** What every object of Python has; the sandbox lets nobody at it. */
const HIDDEN =
	/^__(?:class|doc|init|new|repr|str|eq|ne|lt|le|gt|ge|hash|dir|format|getattribute|setattr|delattr|reduce|reduce_ex|sizeof|subclasshook|init_subclass)__$/;

const hidden = (name: string, value: Value) =>
	new Undefined(`access to attribute '${name}' of '${typeName(value)}' object is unsafe.`, 'SecurityError');

function bound<T>(name: string, method: Method<T>, self: T): Callable {
	return new Callable(name, (args, kwargs, budget) => method.run(self, bind(name, method.parameters, args, kwargs), budget));
}

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);

/** The attribute of a value; undefined where it has none of this name. */
function attributeOf(value: Value, name: string, budget: Budget): Value | undefined {
	if (value instanceof Undefined) return /^__.*__$/.test(name) ? undefined : value.fail();
	if (HIDDEN.test(name)) return hidden(name, value);
	if (isStr(value)) {
		if (name === 'format') return new Callable(name, (args, kwargs) => braceFormat(value, args, kwargs, lookup(budget), budget));
		if (name === 'format_map') return formatMap(value, budget);
		const found = own(STRING_METHODS, name);
		return found && bound(name, found, value);
	}
	if (Array.isArray(value) || value instanceof Tuple) {
		const list = Array.isArray(value);
		if (list && LIST_CHANGES.has(name)) return hidden(name, value);
		if (!list && value.names.includes(name)) return value.items[value.names.indexOf(name)];
		const found = own(list ? LIST_METHODS : TUPLE_METHODS, name);
		return found && bound(name, found, list ? value : value.items);
	}
	if (value instanceof Dict) {
		if (DICT_CHANGES.has(name)) return hidden(name, value);
		const found = own(DICT_METHODS, name);
		return found && bound(name, found, value);
	}
	if (value instanceof Thing) return value.attribute?.(name);
	const whole = wholeOf(value);
	if (whole !== undefined) {
		if (name === 'real' || name === 'numerator') return whole;
		if (name === 'imag' || name === 'denominator') return name === 'imag' ? 0n : 1n;
		const found = own(INT_METHODS, name);
		return found && bound(name, found, whole);
	}
	if (typeof value === 'number') {
		if (name === 'real' || name === 'imag') return name === 'real' ? value : 0;
		const found = own(FLOAT_METHODS, name);
		return found && bound(name, found, value);
	}
	return undefined;
}

function formatMap(text: Str, budget: Budget): Callable {
	return new Callable('format_map', (args, kwargs) => {
		if (kwargs.size > 0 || args.length !== 1) fail('TypeError', 'format_map() takes exactly one argument');
		const values = new Map<string, Value>();
		if (args[0] instanceof Dict) for (const [key, value] of args[0].entries()) if (isStr(key)) values.set(raw(key), value);
		return braceFormat(text, [], values, lookup(budget), budget);
	});
}

const lookup = (budget: Budget): Lookup => ({
	attribute: (value, name) => getAttribute(value, name, budget),
	item: (value, key) => getItem(value, key, budget),
});

/** value[key], as Python has it; undefined where there is no such item. @throws 'TypeError' and others that are no 'LookupError'. */
function itemOf(value: Value, key: Value): Value | undefined {
	if (value instanceof Undefined) return value.fail();
	if (value instanceof Dict) return value.get(key);
	if (Array.isArray(value) || value instanceof Tuple || isStr(value)) {
		const plain = isStr(value) ? raw(value) : undefined;
		const items = plain === undefined ? (Array.isArray(value) ? value : (value as Tuple).items) : undefined;
		const index = indexOf(key, items ? items.length : lengthOf(plain!), typeName(value));
		if (items) return items[index];
		const unit = unitOf(plain!, index);
		return cut(value as Str, unit, unit + String.fromCodePoint(plain!.codePointAt(unit)!).length);
	}
	if (value instanceof Thing && value.item) return value.item(key);
	return fail('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

function tryItem(value: Value, key: Value): Value | undefined {
	try {
		return itemOf(value, key);
	} catch (error) {
		const { kind } = error as { kind?: string };
		if (kind === 'TypeError' || kind === 'LookupError') return undefined;
		throw error;
	}
}

function missing(value: Value, key: Value, budget: Budget): Undefined {
	const of = value === null ? 'None' : `${typeName(value)} object`;
	return isStr(key)
		? new Undefined(`'${of}' has no attribute '${raw(key)}'`)
		: new Undefined(`${of} has no element ${raw(repr(key, budget))}`);
}

const guarded = (value: Value, name: string, found: Value): Value =>
	name.startsWith('_') && !(found instanceof Undefined) ? hidden(name, value) : found;

/** value.name: the attribute first, then the item. */
export function getAttribute(value: Value, name: string, budget: Budget): Value {
	budget.spend(1);
	const attribute = attributeOf(value, name, budget);
	if (attribute !== undefined) return guarded(value, name, attribute);
	const item = tryItem(value, name);
	return item === undefined ? missing(value, name, budget) : item;
}

/** value[key]: the item first, then the attribute. */
export function getItem(value: Value, key: Value, budget: Budget): Value {
	budget.spend(1);
	const item = tryItem(value, key);
	if (item !== undefined) return item;
	if (isStr(key)) {
		const attribute = attributeOf(value, raw(key), budget);
		if (attribute !== undefined) return guarded(value, raw(key), attribute);
	}
	return missing(value, key, budget);
}

/** hasattr, for the filter `attr`. */
export const hasAttribute = (value: Value, name: string, budget: Budget): boolean => attributeOf(value, name, budget) !== undefined;

/** value[start:stop:step] */
export function sliced(value: Value, start: Value | undefined, stop: Value | undefined, step: Value | undefined, budget: Budget): Value {
	if (value instanceof Undefined) return value.fail();
	const text = isStr(value) ? raw(value) : undefined;
	const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
	if (value instanceof Dict) return fail('TypeError', "unhashable type: 'slice'");
	if (text === undefined && !items) return fail('TypeError', `'${typeName(value)}' object is not subscriptable`);
	const length = items ? items.length : lengthOf(text!);
	const part = (given: Value | undefined): number | undefined =>
		given === undefined || given === null
			? undefined
			: wholeOf(given) === undefined
				? fail('TypeError', 'slice indices must be integers or None or have an __index__ method')
				: needCount(given);
	const stride = part(step) ?? 1;
	if (stride === 0) return fail('ValueError', 'slice step cannot be zero');
	const place = (given: number | undefined, otherwise: number): number => {
		if (given === undefined) return otherwise;
		const index = given < 0 ? given + length : given;
		return stride > 0 ? Math.min(Math.max(index, 0), length) : Math.min(Math.max(index, -1), length - 1);
	};
	const from = place(part(start), stride > 0 ? 0 : length - 1);
	const to = place(part(stop), stride > 0 ? length : -1);
	if (text !== undefined && stride === 1) return from >= to ? '' : cut(value as Str, unitOf(text, from), unitOf(text, to));
	const all: readonly Value[] = items ?? Array.from(itemsOf(value));
	const taken: Value[] = [];
	for (let i = from; stride > 0 ? i < to : i > to; i += stride) taken.push(all[i]!);
	budget.items(taken.length);
	if (text !== undefined) return joined(taken as Str[]);
	return Array.isArray(value) ? taken : new Tuple(taken);
}

/** callable(arguments) */
export function call(callee: Value, args: readonly Value[], kwargs: Kwargs, budget: Budget): Value {
	budget.spend(1);
	if (callee instanceof Undefined) return callee.fail();
	if (callee instanceof Thing && callee.call) return callee.call(args, kwargs, budget);
	return fail('TypeError', `'${typeName(callee)}' object is not callable`);
}
