// Expressions → functions of a rendering. Names are looked up where symbols.ts has found them to lie.

import { call, getAttribute, getItem, sliced } from './access.ts';
import { fail } from './failure.ts';
import { FILTERS } from './filters.ts';
import { arithmetic, negated, positive } from './numbers.ts';
import { Namespace } from './objects.ts';
import { str } from './print.ts';
import { applyFilter, applyTest } from './runtime.ts';
import { type Evaluate, MISSING, type Run, type Scope } from './scope.ts';
import type { Symbols } from './symbols.ts';
import type { Arguments, CompareOp, Expr } from './syntax.ts';
import { TESTS } from './tests.ts';
import { isStr, joined, raw } from './text.ts';
import { contains, Dict, inOrder, itemsOf, type Kwargs, same, Tuple, truth, Undefined, type Value } from './values.ts';

/** @param soft within an `if`: a filter that is not there fails where it is used */
export function compileExpression(node: Expr, symbols: Symbols, soft: boolean): Evaluate {
	const inner = (node: Expr) => compileExpression(node, symbols, soft);
	const optional = (node: Expr | undefined) => node && inner(node);
	switch (node.kind) {
		case 'const': {
			const { value } = node;
			return () => value;
		}
		case 'name': {
			const { name } = node;
			// Jinja does not look into the arguments of {% set x | filter(…) %}: so nor may a template.
			const variable =
				symbols.find(name) ??
				fail('TemplateSyntaxError', `Tried to resolve a name to a reference that was unknown to the frame ('${name}')`);
			return (_, scope) => {
				const value = scope.get(variable);
				return value === MISSING ? new Undefined(`'${name}' is undefined`) : value;
			};
		}
		case 'nsref':
			return fail('TemplateSyntaxError', 'an attribute can be assigned to, not read, here');
		case 'list':
		case 'tuple': {
			const items = node.items.map(inner);
			const list = node.kind === 'list';
			return (run, scope) => {
				run.budget.spend(items.length);
				const values = items.map((item) => item(run, scope));
				return list ? values : new Tuple(values);
			};
		}
		case 'dict': {
			const items = node.items.map(([key, value]) => [inner(key), inner(value)] as const);
			return (run, scope) => {
				run.budget.spend(items.length);
				const dict = new Dict();
				for (const [key, value] of items) dict.set(key(run, scope), value(run, scope));
				return dict;
			};
		}
		case 'unary': {
			const operand = inner(node.node);
			if (node.op === 'not') return (run, scope) => !truth(operand(run, scope));
			const sign = node.op === '-' ? negated : positive;
			return (run, scope) => sign(operand(run, scope));
		}
		case 'binary': {
			const [left, right] = [inner(node.left), inner(node.right)];
			const { op } = node;
			if (op === 'and' || op === 'or') {
				return (run, scope) => {
					const value = left(run, scope);
					return truth(value) === (op === 'or') ? value : right(run, scope);
				};
			}
			return (run, scope) => {
				run.budget.spend(1);
				const a = left(run, scope);
				return arithmetic(op, a, right(run, scope), run.budget);
			};
		}
		case 'concat': {
			const items = node.items.map(inner);
			return (run, scope) => {
				const texts = items.map((item) => str(item(run, scope), run.budget));
				run.budget.text(texts.reduce((sum, text) => sum + raw(text).length, 0));
				return joined(texts);
			};
		}
		case 'compare': {
			const first = inner(node.first);
			const ops = node.ops.map(([op, right]) => [op, inner(right)] as const);
			return (run, scope) => {
				let left = first(run, scope);
				for (const [op, operand] of ops) {
					run.budget.spend(1);
					const right = operand(run, scope);
					if (!compared(op, left, right, run)) return false;
					left = right;
				}
				return true;
			};
		}
		case 'getattr': {
			const value = inner(node.node);
			const { attr } = node;
			return (run, scope) => getAttribute(value(run, scope), attr, run.budget);
		}
		case 'getitem': {
			const value = inner(node.node);
			const { arg } = node;
			if (arg.kind === 'slice') {
				const [start, stop, step] = [optional(arg.start), optional(arg.stop), optional(arg.step)];
				return (run, scope) => sliced(value(run, scope), start?.(run, scope), stop?.(run, scope), step?.(run, scope), run.budget);
			}
			const key = inner(arg);
			return (run, scope) => {
				const of = value(run, scope);
				return getItem(of, key(run, scope), run.budget);
			};
		}
		case 'slice':
			return fail('TemplateSyntaxError', 'a slice stands in brackets alone');
		case 'call':
			return compileCall(node, symbols, soft);
		case 'filter': {
			if (!soft && !Object.hasOwn(FILTERS, node.name)) return fail('TemplateSyntaxError', `No filter named '${node.name}'.`, node.line);
			// Without a value: what a block has written, which is handed in under this name.
			const value = node.node ? inner(node.node) : undefined;
			const given = compileArguments(node, inner);
			const { name } = node;
			return (run, scope) => {
				const first = value ? value(run, scope) : joined(run.out);
				const [args, kwargs] = given(run, scope);
				return applyFilter(run, name, [first, ...args], kwargs);
			};
		}
		case 'test': {
			if (!soft && !Object.hasOwn(TESTS, node.name)) return fail('TemplateSyntaxError', `No test named '${node.name}'.`, node.line);
			const value = inner(node.node);
			const given = compileArguments(node, inner);
			const { name } = node;
			return (run, scope) => {
				const first = value(run, scope);
				const [args, kwargs] = given(run, scope);
				return applyTest(run, name, [first, ...args], kwargs);
			};
		}
		case 'condexpr': {
			const [test, then, otherwise] = [node.test, node.chosen, node.otherwise].map(
				(part) => part && compileExpression(part, symbols, true),
			) as [Evaluate, Evaluate, Evaluate | undefined];
			const message = `the inline if-expression on line ${node.line} evaluated to false and no else section was defined.`;
			return (run, scope) => (truth(test(run, scope)) ? then(run, scope) : otherwise ? otherwise(run, scope) : new Undefined(message));
		}
		default:
			return node satisfies never;
	}
}

function compared(op: CompareOp, left: Value, right: Value, run: Run): boolean {
	if (isStr(right) && (op === 'in' || op === 'notin')) run.budget.text(raw(right).length);
	switch (op) {
		case '==':
			return same(left, right);
		case '!=':
			return !same(left, right);
		case 'in':
		case 'notin': {
			if (Array.isArray(right)) run.budget.items(right.length);
			return contains(right, left) === (op === 'in');
		}
		default:
			return inOrder(op, left, right);
	}
}

type Given = readonly [readonly Value[], Kwargs];
const NONE: Kwargs = new Map();

function compileArguments(node: Arguments, inner: (node: Expr) => Evaluate): (run: Run, scope: Scope) => Given {
	const args = node.args.map(inner);
	const kwargs = node.kwargs.map(([name, value]) => [name, inner(value)] as const);
	const rest = node.rest && inner(node.rest);
	const restKwargs = node.restKwargs && inner(node.restKwargs);
	if (kwargs.length === 0 && !rest && !restKwargs) return (run, scope) => [args.map((arg) => arg(run, scope)), NONE];
	return (run, scope) => {
		const values = args.map((arg) => arg(run, scope));
		if (rest) for (const value of itemsOf(rest(run, scope))) values.push(value);
		run.budget.spend(values.length);
		const named = new Map<string, Value>();
		for (const [name, value] of kwargs) named.set(name, value(run, scope));
		if (restKwargs) addKwargs(named, restKwargs(run, scope));
		return [values, named];
	};
}

function addKwargs(named: Map<string, Value>, more: Value): void {
	const entries = more instanceof Dict ? more.entries() : fail('TypeError', 'argument after ** must be a mapping');
	for (const [key, value] of entries) {
		const name = isStr(key) ? raw(key) : fail('TypeError', 'keywords must be strings');
		if (named.has(name)) fail('TypeError', `got multiple values for keyword argument '${name}'`);
		named.set(name, value);
	}
}

/** @param caller what {% call %} hands over beside the arguments */
export function compileCall(
	node: Extract<Expr, { kind: 'call' }>,
	symbols: Symbols,
	soft: boolean,
): (run: Run, scope: Scope, caller?: Value) => Value {
	const inner = (node: Expr) => compileExpression(node, symbols, soft);
	const callee = inner(node.node);
	const given = compileArguments(node, inner);
	return (run, scope, caller) => {
		const called = callee(run, scope);
		const [args, kwargs] = given(run, scope);
		if (caller !== undefined && kwargs.has('caller')) fail('TypeError', "got multiple values for keyword argument 'caller'");
		return call(called, args, caller === undefined ? kwargs : new Map([...kwargs, ['caller', caller]]), run.budget);
	};
}

/** Sets a name or a tuple of names: for an assignment, a loop. */
export function compileTarget(node: Expr, symbols: Symbols): (scope: Scope, value: Value) => void {
	if (node.kind === 'name') {
		const variable = symbols.find(node.name)!;
		return (scope, value) => scope.set(variable, value);
	}
	if (node.kind === 'nsref') {
		const variable = symbols.find(node.name)!;
		const { attr } = node;
		return (scope, value) => {
			const namespace = scope.get(variable);
			if (!(namespace instanceof Namespace)) fail('TemplateError', 'cannot assign attribute on non-namespace object');
			(namespace as Namespace).set(attr, value);
		};
	}
	if (node.kind !== 'tuple') return fail('TemplateSyntaxError', `can't assign to '${node.kind}'`);
	const targets = node.items.map((item) => compileTarget(item, symbols));
	return (scope, value) => {
		const items: Value[] = [];
		for (const item of itemsOf(value)) {
			items.push(item);
			if (items.length > targets.length) fail('ValueError', `too many values to unpack (expected ${targets.length})`);
		}
		if (items.length < targets.length) fail('ValueError', `not enough values to unpack (expected ${targets.length}, got ${items.length})`);
		for (const [i, target] of targets.entries()) target(scope, items[i]!);
	};
}
