// Filters of lists and other objects. Those that Jinja computes item by item, once, do so here.

import { getAttribute, getItem, hasAttribute } from './access.ts';
import { fail } from './failure.ts';
import { arithmetic } from './numbers.ts';
import { str } from './print.ts';
import { applyFilter, applyTest, type Filter, filter, type Runtime } from './runtime.ts';
import { joinedBy } from './strings.ts';
import { changed, isStr, joined, raw, type Str } from './text.ts';
import {
	Dict,
	Generated,
	inOrder,
	itemsOf,
	type Kwargs,
	lengthOfValue,
	listOf,
	needCount,
	needHashable,
	same,
	Tuple,
	truth,
	typeName,
	Undefined,
	type Value,
	View,
} from './values.ts';

type Getter = (item: Value) => Value;
const itself: Getter = (item) => item;

const ignoreCase: Getter = (value) => (isStr(value) ? changed(value, raw(value).toLowerCase()) : value);
const caseGetter = (sensitive: Value | undefined): Getter => (truth(sensitive ?? false) ? itself : ignoreCase);

/** 'a.0.b' → its steps. */
function steps(attribute: Value): readonly Value[] {
	if (attribute === null) return [];
	if (!isStr(attribute)) return [attribute];
	return raw(attribute)
		.split('.')
		.map((part) => (/^\p{Nd}+$/u.test(part) ? BigInt(part) : part));
}

/** item → item.a.b */
function attributeGetter({ budget }: Runtime, attribute: Value, otherwise: Value = null): Getter {
	const path = steps(attribute);
	return (item) => {
		let value = item;
		for (const step of path) {
			value = getItem(value, step, budget);
			if (otherwise !== null && value instanceof Undefined) value = otherwise;
		}
		return value;
	};
}

/** Of several attributes, 'a,b', a list. */
function attributesGetter(runtime: Runtime, attribute: Value, finish: Getter): Getter {
	const parts: readonly Value[] = isStr(attribute) ? raw(attribute).split(',') : [attribute];
	const getters = parts.map((part) => attributeGetter(runtime, part));
	return (item) => getters.map((get) => finish(get(item)));
}

/** In order, equal ones as they came. */
function sorted(runtime: Runtime, items: readonly Value[], key: Getter, reverse: boolean): Value[] {
	const keyed = items.map((item) => ({ item, key: key(item) }));
	runtime.budget.items(keyed.length * Math.max(1, Math.ceil(Math.log2(keyed.length + 1))) * 4);
	keyed.sort((a, b) => (inOrder('<', a.key, b.key) ? -1 : inOrder('<', b.key, a.key) ? 1 : 0) * (reverse ? -1 : 1));
	return keyed.map(({ item }) => item);
}

const lazy = (items: () => Generator<Value>): Value => new Generated(items());

const mapped = (value: Value, change: Getter): Iterable<Value> => ({
	*[Symbol.iterator]() {
		for (const item of itemsOf(value)) yield change(item);
	},
});

function extreme(want: '<' | '>'): Filter {
	return filter('value, case_sensitive=, attribute=', (runtime, [value, sensitive, attribute]) => {
		const finish = caseGetter(sensitive);
		const get = attributeGetter(runtime, attribute ?? null);
		let best: { item: Value; key: Value } | undefined;
		for (const item of itemsOf(value!)) {
			runtime.budget.spend(1);
			const key = finish(get(item));
			if (!best || inOrder(want, key, best.key)) best = { item, key };
		}
		return best ? best.item : new Undefined('No aggregated item, sequence was empty.');
	});
}

/** select, reject, and of attributes. */
function choosing(keep: boolean, ofAttribute: boolean): Filter {
	return {
		any(runtime, [value, ...args], kwargs) {
			return lazy(function* () {
				if (!truth(value!)) return;
				if (ofAttribute && args.length === 0) fail('TemplateError', 'Missing parameter for attribute name');
				const get = ofAttribute ? attributeGetter(runtime, args[0]!) : itself;
				const [name, ...rest] = ofAttribute ? args.slice(1) : args;
				const holds = (item: Value): boolean => {
					if (name === undefined) return truth(item);
					return applyTest(runtime, isStr(name) ? raw(name) : String(name), [item, ...rest], kwargs);
				};
				for (const item of itemsOf(value!)) {
					runtime.budget.spend(1);
					if (holds(get(item)) === keep) yield item;
				}
			});
		},
	};
}

function mapChange(runtime: Runtime, args: readonly Value[], kwargs: Kwargs): Getter {
	if (args.length === 0 && kwargs.has('attribute')) {
		const extra = [...kwargs.keys()].find((key) => key !== 'attribute' && key !== 'default');
		if (extra !== undefined) fail('TemplateError', `Unexpected keyword argument '${extra}'`);
		return attributeGetter(runtime, kwargs.get('attribute')!, kwargs.get('default') ?? null);
	}
	const [name, ...rest] = args;
	if (name === undefined || !isStr(name)) return fail('TemplateError', 'map requires a filter argument');
	return (item) => applyFilter(runtime, raw(name), [item, ...rest], kwargs);
}

const length = filter('obj /', (_, [value]) => BigInt(lengthOfValue(value!)));
const byDefault = filter('value, default_value=, boolean=', (_, [value, otherwise = '', boolean]) =>
	value instanceof Undefined || (truth(boolean ?? false) && !truth(value!)) ? otherwise : value!,
);

/** reversed(value), where it can be; its items, last first, where not. */
function backwards(value: Value, runtime: Runtime): Value[] {
	return listOf(value, runtime.budget).reverse();
}

export const SEQUENCE_FILTERS: Readonly<Record<string, Filter>> = {
	length,
	count: length,
	default: byDefault,
	d: byDefault,
	list: filter('value', ({ budget }, [value]) => listOf(value!, budget)),
	first: filter('seq', (_, [value]) => {
		for (const item of itemsOf(value!)) return item;
		return new Undefined('No first item, sequence was empty.');
	}),
	last: filter('seq', (runtime, [value]) => {
		if (value instanceof Generated) return fail('TypeError', "'generator' object is not reversible");
		const [last] = backwards(value!, runtime);
		return last === undefined ? new Undefined('No last item, sequence was empty.') : last;
	}),
	reverse: filter('value', (runtime, [value]) => {
		const items = backwards(value!, runtime);
		if (isStr(value!)) return joined(items as Str[]);
		return value instanceof Generated ? items : new Generated(items[Symbol.iterator]());
	}),
	join: filter('value, d=, attribute=', (runtime, [value, separator, attribute]) => {
		const get = attribute === undefined || attribute === null ? itself : attributeGetter(runtime, attribute);
		const texts = mapped(value!, (item) => str(get(item), runtime.budget));
		return joinedBy(str(separator ?? '', runtime.budget), texts, runtime.budget);
	}),
	map: {
		any(runtime, [value, ...args], kwargs) {
			return lazy(function* () {
				if (!truth(value!)) return;
				const change = mapChange(runtime, args, kwargs);
				for (const item of itemsOf(value!)) yield change(item);
			});
		},
	},
	select: choosing(true, false),
	reject: choosing(false, false),
	selectattr: choosing(true, true),
	rejectattr: choosing(false, true),
	items: filter('value', (_, [value]) =>
		lazy(function* () {
			if (value instanceof Undefined) return;
			if (!(value instanceof Dict)) return fail('TypeError', 'Can only get item pairs from a mapping.');
			for (const [key, item] of value.entries()) yield new Tuple([key, item]);
		}),
	),
	dictsort: filter('value, case_sensitive=, by=, reverse=', (runtime, [value, sensitive, by, reverse]) => {
		const side = by === undefined ? 'key' : isStr(by) ? raw(by) : '';
		if (side !== 'key' && side !== 'value') fail('TemplateError', 'You can only sort by either "key" or "value"');
		if (value instanceof Undefined) return value.fail();
		if (!(value instanceof Dict)) return fail('AttributeError', `'${typeName(value!)}' object has no attribute 'items'`);
		const finish = caseGetter(sensitive);
		const pairs = listOf(new View('items', value), runtime.budget);
		return sorted(runtime, pairs, (pair) => finish((pair as Tuple).items[side === 'key' ? 0 : 1]!), truth(reverse ?? false));
	}),
	sort: filter('value, reverse=, case_sensitive=, attribute=', (runtime, [value, reverse, sensitive, attribute]) =>
		sorted(
			runtime,
			listOf(value!, runtime.budget),
			attributesGetter(runtime, attribute ?? null, caseGetter(sensitive)),
			truth(reverse ?? false),
		),
	),
	unique: filter('value, case_sensitive=, attribute=', (runtime, [value, sensitive, attribute]) =>
		lazy(function* () {
			const get = attributeGetter(runtime, attribute ?? null);
			const finish = caseGetter(sensitive);
			const seen = new Set<string>();
			for (const item of itemsOf(value!)) {
				runtime.budget.spend(1);
				const key = needHashable(finish(get(item)));
				if (seen.has(key)) continue;
				seen.add(key);
				yield item;
			}
		}),
	),
	min: extreme('<'),
	max: extreme('>'),
	sum: filter('iterable, attribute=, start=', (runtime, [value, attribute, start]) => {
		const get = attribute === undefined || attribute === null ? itself : attributeGetter(runtime, attribute);
		let total = start === undefined ? 0n : start;
		if (isStr(total)) fail('TypeError', "sum() can't sum strings [use ''.join(seq) instead]");
		for (const item of itemsOf(value!)) {
			runtime.budget.spend(1);
			total = arithmetic('+', total, get(item), runtime.budget);
		}
		return total;
	}),
	groupby: filter('value, attribute, default=, case_sensitive=', (runtime, [value, attribute, otherwise, sensitive]) => {
		const get = attributeGetter(runtime, attribute!, otherwise ?? null);
		const finish = caseGetter(sensitive);
		const key: Getter = (item) => finish(get(item));
		const groups: { key: Value; items: Value[] }[] = [];
		for (const item of sorted(runtime, listOf(value!, runtime.budget), key, false)) {
			const own = key(item);
			const last = groups.at(-1);
			if (last && same(last.key, own)) last.items.push(item);
			else groups.push({ key: own, items: [item] });
		}
		return groups.map(({ key, items }) => new Tuple([truth(sensitive ?? false) ? key : get(items[0]!), items], ['grouper', 'list']));
	}),
	batch: filter('value, linecount, fill_with=', (runtime, [value, count, fill]) =>
		lazy(function* () {
			let row: Value[] = [];
			for (const item of itemsOf(value!)) {
				runtime.budget.spend(1);
				// As Jinja compares: a row of a size that is no number is never full.
				if (same(BigInt(row.length), count!)) {
					yield row;
					row = [];
				}
				row.push(item);
			}
			if (row.length === 0) return;
			if (fill !== undefined && fill !== null && inOrder('<', BigInt(row.length), count!)) {
				const missing = needCount(count!) - row.length;
				runtime.budget.items(missing);
				for (let i = 0; i < missing; i++) row.push(fill);
			}
			yield row;
		}),
	),
	slice: filter('value, slices, fill_with=', (runtime, [value, slices, fill]) =>
		lazy(function* () {
			const items = listOf(value!, runtime.budget);
			const count = needCount(slices!);
			if (count === 0) fail('ZeroDivisionError', 'integer division or modulo by zero');
			const each = Math.floor(items.length / count);
			const longer = items.length % count;
			for (let i = 0, from = 0; i < count; i++) {
				runtime.budget.spend(1);
				const to = from + each + (i < longer ? 1 : 0);
				const part = items.slice(from, to);
				if (fill !== undefined && fill !== null && i >= longer) part.push(fill);
				yield part;
				from = to;
			}
		}),
	),
	attr: filter('obj, name', ({ budget }, [value, name]) => {
		const attribute = isStr(name!) ? raw(name) : fail('TypeError', 'attribute name must be string');
		if (!hasAttribute(value!, attribute, budget)) return new Undefined(`'${typeName(value!)} object' has no attribute '${attribute}'`);
		return getAttribute(value!, attribute, budget);
	}),
};
