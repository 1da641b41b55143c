// Objects that a template makes while it runs: namespaces, the `loop` of a loop, macros; and the functions of the language.

import { fromKeys } from './access.ts';
import { type Budget, fail } from './failure.ts';
import { str } from './print.ts';
import { bind, type Parameters, parameters } from './signature.ts';
import { strftime } from './strftime.ts';
import { isStr, joined, raw, type Str } from './text.ts';
import {
	Callable,
	Dict,
	itemsOf,
	iterate,
	type Kwargs,
	lengthOfValue,
	needWhole,
	Range,
	same,
	Thing,
	Tuple,
	Undefined,
	type Value,
} from './values.ts';

/** A dict(…) of what a call was given. */
function dictOf(args: readonly Value[], kwargs: Kwargs): Dict {
	const dict = new Dict();
	if (args.length > 1) fail('TypeError', `dict expected at most 1 argument, got ${args.length}`);
	const [first] = args;
	if (first instanceof Dict) for (const [key, value] of first.entries()) dict.set(key, value);
	else if (first !== undefined) {
		for (const pair of itemsOf(first)) {
			const items = Array.from(itemsOf(pair));
			if (items.length !== 2) fail('ValueError', 'dictionary update sequence element has the wrong length; 2 is required');
			dict.set(items[0]!, items[1]!);
		}
	}
	for (const [key, value] of kwargs) dict.set(key, value);
	return dict;
}

export class Namespace extends Thing {
	readonly type = 'TemplateNamespace';
	readonly #values: Dict;

	constructor(values: Dict) {
		super();
		for (const key of values.keys()) Namespace.#check(key);
		this.#values = values;
	}

	static #check(name: Value): void {
		if (isStr(name) && raw(name).startsWith('_')) {
			fail('SecurityError', `Chat templates cannot store underscore-prefixed attributes on a namespace, but got '${raw(name)}'.`);
		}
	}

	set(name: string, value: Value): void {
		Namespace.#check(name);
		this.#values.set(name, value);
	}

	override attribute(name: string): Value | undefined {
		return this.#values.get(name);
	}

	override repr(print: (value: Value) => Str): Str {
		return joined(['<TemplateNamespace ', print(this.#values), '>']);
	}
}

const NOTHING = Symbol('nothing');

/** `loop`: where a loop stands. jinja2/runtime.py, LoopContext. */
export class Loop extends Thing {
	readonly type = 'LoopContext';
	readonly #iterable: Value;
	#items: Iterator<Value>;
	readonly #recurse: ((items: Value, depth: number) => Str) | undefined;
	readonly #depth: number;
	#index = -1;
	#length: number | undefined;
	#after: Value | typeof NOTHING = NOTHING;
	#current: Value | typeof NOTHING = NOTHING;
	#before: Value | typeof NOTHING = NOTHING;
	#changed: readonly Value[] | undefined;

	constructor(iterable: Value, recurse: ((items: Value, depth: number) => Str) | undefined, depth: number) {
		super();
		this.#iterable = iterable;
		this.#items = iterate(iterable);
		this.#recurse = recurse;
		this.#depth = depth;
	}

	/** The next item; undefined at the end. */
	next(): Value | undefined {
		const item = this.#peek();
		if (item === NOTHING) return undefined;
		this.#after = NOTHING;
		this.#index++;
		this.#before = this.#current;
		this.#current = item;
		return item;
	}

	#peek(): Value | typeof NOTHING {
		if (this.#after === NOTHING) {
			const { value, done } = this.#items.next();
			if (!done) this.#after = value;
		}
		return this.#after;
	}

	override length(): number {
		if (this.#length !== undefined) return this.#length;
		const sized = this.#iterable;
		if (sized instanceof Thing && !sized.length) {
			const rest = Array.from({ [Symbol.iterator]: () => this.#items });
			this.#items = rest[Symbol.iterator]();
			this.#length = rest.length + this.#index + 1 + (this.#after === NOTHING ? 0 : 1);
		} else this.#length = lengthOfValue(sized);
		return this.#length;
	}

	override attribute(name: string): Value | undefined {
		switch (name) {
			case 'index':
				return BigInt(this.#index + 1);
			case 'index0':
				return BigInt(this.#index);
			case 'revindex':
				return BigInt(this.length() - this.#index);
			case 'revindex0':
				return BigInt(this.length() - this.#index - 1);
			case 'first':
				return this.#index === 0;
			case 'last':
				return this.#peek() === NOTHING;
			case 'length':
				return BigInt(this.length());
			case 'depth':
				return BigInt(this.#depth + 1);
			case 'depth0':
				return BigInt(this.#depth);
			case 'previtem':
				return this.#index === 0 || this.#before === NOTHING ? new Undefined('there is no previous item') : this.#before;
			case 'nextitem': {
				const next = this.#peek();
				return next === NOTHING ? new Undefined('there is no next item') : next;
			}
			case 'cycle':
				return new Callable('cycle', (args) =>
					args.length > 0 ? args[this.#index % args.length]! : fail('TypeError', 'no items for cycling given'),
				);
			case 'changed':
				return new Callable('changed', (args) => {
					const before = this.#changed;
					this.#changed = args;
					return before === undefined || !same(new Tuple(before), new Tuple(args));
				});
			default:
				return undefined;
		}
	}

	override call(args: readonly Value[]): Value {
		if (!this.#recurse) return fail('TypeError', "The loop must have the 'recursive' marker to be called recursively.");
		if (args.length !== 1) return fail('TypeError', 'a loop is called with one iterable');
		return this.#recurse(args[0]!, this.#depth + 1);
	}

	override repr(): Str {
		return `<LoopContext ${this.#index + 1}/${this.length()}>`;
	}
}

export interface MacroShape {
	readonly name: string | null;
	readonly arguments: readonly string[];
	readonly caller: boolean;
	readonly kwargs: boolean;
	readonly varargs: boolean;
}

/** jinja2/runtime.py, Macro: how a macro's arguments are found. */
export class Macro extends Thing {
	readonly type = 'Macro';
	readonly #shape: MacroShape;
	readonly #run: (args: readonly (Value | undefined)[]) => Str;

	/** @param run gets the arguments, undefined where one was not given; then caller, kwargs and varargs where the macro reads them */
	constructor(shape: MacroShape, run: (args: readonly (Value | undefined)[]) => Str) {
		super();
		this.#shape = shape;
		this.#run = run;
	}

	override call(args: readonly Value[], kwargs: Kwargs, budget: Budget): Value {
		const { name, arguments: names, caller, kwargs: takesKwargs, varargs } = this.#shape;
		const named = new Map(kwargs);
		const given: (Value | undefined)[] = args.slice(0, names.length);
		let foundCaller = given.length === names.length && names.includes('caller');
		for (const argument of names.slice(given.length)) {
			given.push(named.get(argument));
			named.delete(argument);
			if (argument === 'caller') foundCaller = true;
		}
		const title = name === null ? 'None' : `'${name}'`;
		if (caller && !foundCaller) {
			const handed = named.get('caller');
			given.push(handed === undefined || handed === null ? new Undefined('No caller defined') : handed);
			named.delete('caller');
		}
		if (takesKwargs) given.push(new Dict(named));
		else if (named.has('caller')) fail('TypeError', `macro ${title} was invoked with two values for the special caller argument.`);
		else if (named.size > 0) fail('TypeError', `macro ${title} takes no keyword argument '${named.keys().next().value}'`);
		if (varargs) given.push(new Tuple(args.slice(names.length)));
		else if (args.length > names.length) fail('TypeError', `macro ${title} takes not more than ${names.length} argument(s)`);
		budget.enter();
		const text = this.#run(given);
		budget.leave();
		return text;
	}

	override attribute(name: string): Value | undefined {
		const shape = this.#shape;
		switch (name) {
			case 'name':
				return shape.name;
			case 'arguments':
				return new Tuple(shape.arguments);
			case 'catch_kwargs':
				return shape.kwargs;
			case 'catch_varargs':
				return shape.varargs;
			case 'caller':
				return shape.caller;
			default:
				return undefined;
		}
	}

	override repr(): Str {
		return this.#shape.name === null ? '<Macro anonymous>' : `<Macro '${this.#shape.name}'>`;
	}
}

/** cycler('a', 'b'): one after another. */
class Cycler extends Thing {
	readonly type = 'Cycler';
	readonly #items: readonly Value[];
	#at = 0;

	constructor(items: readonly Value[]) {
		super();
		if (items.length === 0) fail('TypeError', 'at least one item has to be provided');
		this.#items = items;
	}

	override attribute(name: string): Value | undefined {
		if (name === 'current') return this.#items[this.#at]!;
		if (name === 'reset') {
			return new Callable(name, () => {
				this.#at = 0;
				return null;
			});
		}
		if (name !== 'next') return undefined;
		return new Callable(name, () => {
			const item = this.#items[this.#at]!;
			this.#at = (this.#at + 1) % this.#items.length;
			return item;
		});
	}
}

const MESSAGE: Parameters = parameters('message');
const FORMAT: Parameters = parameters('format');
const KEYS: Parameters = parameters('iterable, value= /');

/** The functions of the language. */
export function globals(now: () => Date): readonly (readonly [string, Value])[] {
	const functions: Readonly<Record<string, (args: readonly Value[], kwargs: Kwargs, budget: Budget) => Value>> = {
		range(args, kwargs) {
			if (kwargs.size > 0 || args.length < 1 || args.length > 3)
				return fail('TypeError', `range expected 1 to 3 arguments, got ${args.length}`);
			const [first, second, third] = args.map(needWhole) as [bigint, bigint?, bigint?];
			if (third === 0n) return fail('ValueError', 'range() arg 3 must not be zero');
			return new Range(second === undefined ? 0n : first, second ?? first, third ?? 1n);
		},
		namespace: (args, kwargs) => new Namespace(dictOf(args, kwargs)),
		cycler: (args) => new Cycler(args),
		joiner(args) {
			let used = false;
			return new Callable('joiner', () => {
				const separator = used ? (args[0] === undefined ? ', ' : args[0]) : '';
				used = true;
				return separator;
			});
		},
		raise_exception: (args, kwargs, budget) => fail('TemplateError', raw(str(bind('raise_exception', MESSAGE, args, kwargs)[0]!, budget))),
		strftime_now(args, kwargs, budget) {
			const [format] = bind('strftime_now', FORMAT, args, kwargs);
			return isStr(format!)
				? strftime(now(), raw(format))
				: fail('TypeError', `strftime() argument 1 must be str, not ${raw(str(format!, budget))}`);
		},
	};
	return [...Object.entries(functions).map(([name, run]) => [name, new Callable(name, run)] as const), ['dict', new DictFunction()]];
}

/** dict(…) and dict.fromkeys(…). */
class DictFunction extends Thing {
	readonly type = 'TemplateDict';

	override call(args: readonly Value[], kwargs: Kwargs): Value {
		return dictOf(args, kwargs);
	}

	override attribute(name: string): Value | undefined {
		if (name !== 'fromkeys') return undefined;
		return new Callable(name, (args, kwargs) => {
			const [keys, value] = bind(name, KEYS, args, kwargs);
			return fromKeys(keys!, value);
		});
	}
}
