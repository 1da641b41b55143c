// What may stand after `is`. As jinja2/tests.py.

import { arithmetic } from './numbers.ts';
import { str } from './print.ts';
import type { Runtime, Test } from './runtime.ts';
import { parameters } from './signature.ts';
import { STRING_METHODS } from './strings.ts';
import { isStr, raw } from './text.ts';
import {
	contains,
	Dict,
	inOrder,
	isIterable,
	needHashable,
	numberOf,
	type Order,
	same,
	Thing,
	Tuple,
	truth,
	Undefined,
	type Value,
} from './values.ts';

const test = (text: string, run: Test['run']): Test => ({ parameters: parameters(text), run });
/** A test of the value alone. */
const is = (run: (value: Value) => boolean): Test => test('value', (_, [value]) => run(value!));

const remainder = (runtime: Runtime, value: Value, by: Value) => arithmetic('%', value, by, runtime.budget);
const ordered = (op: Order): Test => test('value, other', (_, [value, other]) => inOrder(op, value!, other!));
const equals = test('value, other', (_, [value, other]) => same(value!, other!));
const differs = test('value, other', (_, [value, other]) => !same(value!, other!));

const isLetters = (name: 'islower' | 'isupper'): Test =>
	test('value', ({ budget }, [value]) => truth(STRING_METHODS[name]!.run(str(value!, budget), [], budget)));

function identical(a: Value, b: Value): boolean {
	if (a === b) return true;
	if (isStr(a) && isStr(b)) return raw(a) === raw(b);
	return a instanceof Undefined && a === b;
}

const isSequence = (value: Value): boolean => {
	if (isStr(value) || Array.isArray(value) || value instanceof Tuple || value instanceof Dict || value instanceof Undefined) return true;
	return value instanceof Thing && value.length !== undefined && value.item !== undefined;
};

export const TESTS: Readonly<Record<string, Test>> = {
	odd: test('value', (runtime, [value]) => same(remainder(runtime, value!, 2n), 1n)),
	even: test('value', (runtime, [value]) => same(remainder(runtime, value!, 2n), 0n)),
	divisibleby: test('value, num', (runtime, [value, num]) => same(remainder(runtime, value!, num!), 0n)),
	defined: is((value) => !(value instanceof Undefined)),
	undefined: is((value) => value instanceof Undefined),
	filter: test('value', ({ filters }, [name]) => needHashable(name!) !== '' && isStr(name!) && Object.hasOwn(filters, raw(name))),
	test: test('value', ({ tests }, [name]) => needHashable(name!) !== '' && isStr(name!) && Object.hasOwn(tests, raw(name))),
	none: is((value) => value === null),
	boolean: is((value) => typeof value === 'boolean'),
	false: is((value) => value === false),
	true: is((value) => value === true),
	integer: is((value) => typeof value === 'bigint'),
	float: is((value) => typeof value === 'number'),
	lower: isLetters('islower'),
	upper: isLetters('isupper'),
	string: is(isStr),
	mapping: is((value) => value instanceof Dict),
	number: is((value) => numberOf(value) !== undefined),
	sequence: is(isSequence),
	sameas: test('value, other', (_, [value, other]) => identical(value!, other!)),
	iterable: is(isIterable),
	callable: is((value) => value instanceof Undefined || (value instanceof Thing && value.call !== undefined)),
	escaped: is((value) => isStr(value) && typeof value !== 'string' && value.safe),
	in: test('value, seq', (_, [value, seq]) => contains(seq!, value!)),
	'==': equals,
	eq: equals,
	equalto: equals,
	'!=': differs,
	ne: differs,
	'>': ordered('>'),
	gt: ordered('>'),
	greaterthan: ordered('>'),
	'>=': ordered('>='),
	ge: ordered('>='),
	'<': ordered('<'),
	lt: ordered('<'),
	lessthan: ordered('<'),
	'<=': ordered('<='),
	le: ordered('<='),
};
