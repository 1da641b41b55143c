// Statements → functions of a rendering that pause now and then. Scopes and their order as jinja2/compiler.py lays them down.

import { compileCall, compileExpression, compileTarget } from './compile-expressions.ts';
import { fail } from './failure.ts';
import { Loop, Macro, type MacroShape, Namespace } from './objects.ts';
import { str } from './print.ts';
import { drained, type Ending, type Execute, entering, leaving, MISSING, type Run, Scope, type Steps } from './scope.ts';
import { assigns, Symbols, undeclared } from './symbols.ts';
import type { Expr, Signature, Stmt } from './syntax.ts';
import { isStr, joined, raw, type Str } from './text.ts';
import { Generated, itemsOf, iterate, truth, typeName, Undefined, type Value } from './values.ts';

/** Where a statement stands. */
interface Frame {
	readonly symbols: Symbols;
	/** What is set here is seen by blocks. */
	readonly top: boolean;
	/** Within an `if`. */
	readonly soft: boolean;
	/** Within a loop's body, in the same function. */
	readonly loop: boolean;
	readonly blocks: Map<string, Execute>;
}

/** The whole template. */
export function compileRoot(body: readonly Stmt[]): Execute {
	const symbols = new Symbols();
	symbols.body(body);
	const enter = entering(symbols);
	const run = compileBody(body, { symbols, top: true, soft: false, loop: false, blocks: new Map() });
	return function* (state, scope) {
		enter(state, scope);
		return yield* run(state, scope);
	};
}

function compileBody(body: readonly Stmt[], frame: Frame): Execute {
	const statements = body.map((node) => compileStatement(node, frame));
	if (statements.length === 1) return statements[0]!;
	return function* (run, scope) {
		for (const statement of statements) {
			const ending = yield* statement(run, scope);
			if (ending) return ending;
		}
		return 0;
	};
}

/** A scope of its own within the same function. */
const inner = (frame: Frame, symbols = new Symbols(frame.symbols)): Frame => ({ ...frame, symbols, top: false, soft: false });

function write(run: Run, text: Str): void {
	const { length } = raw(text);
	run.written += length;
	run.budget.text(length);
	if (run.written > run.budget.bounds.characters) run.budget.text(run.written);
	run.out.push(text);
}

/** Where Jinja writes without asking for a text. */
const needText = (value: Value): Str =>
	isStr(value) ? value : fail('TypeError', `sequence item: expected str instance, ${typeName(value)} found`);

/** What `body` writes, in place of writing it. */
function* captured(body: Execute, run: Run, scope: Scope): Steps<{ readonly parts: Str[]; readonly ending: Ending }> {
	const outside = run.out;
	const parts: Str[] = [];
	run.out = parts;
	const ending = yield* body(run, scope);
	run.out = outside;
	return { parts, ending };
}

/** A filter of what a block has written. */
function filtered(run: Run, parts: Str[], filter: () => Value): Value {
	const outside = run.out;
	run.out = parts;
	const value = filter();
	run.out = outside;
	return value;
}

const STATEMENTS: { readonly [K in Stmt['kind']]: (node: Extract<Stmt, { kind: K }>, frame: Frame) => Execute } = {
	output({ items }, { symbols, soft }) {
		const parts = items.map((item) => (typeof item === 'string' ? item : compileExpression(item, symbols, soft)));
		return function* (run, scope) {
			for (const part of parts) write(run, typeof part === 'string' ? part : str(part(run, scope), run.budget));
			if (run.budget.due) yield* pause(run);
			return 0;
		};
	},
	assign({ target, value }, frame) {
		const evaluate = compileExpression(value, frame.symbols, frame.soft);
		const set = compileTarget(target, frame.symbols);
		const publish = publishing(target, frame);
		const check = namespaceCheck(target, frame.symbols);
		return function* (run, scope) {
			run.budget.spend(1);
			check(scope);
			set(scope, evaluate(run, scope));
			publish(run, scope);
			if (run.budget.due) yield* pause(run);
			return 0;
		};
	},
	setblock({ target, filter, body }, frame) {
		const inside = inner(frame);
		inside.symbols.body(body);
		const [enter, leave] = [entering(inside.symbols), leaving(inside.symbols)];
		const execute = compileBody(body, inside);
		const change = filter && compileExpression(filter, inside.symbols, frame.soft);
		const set = compileTarget(target, frame.symbols);
		const publish = publishing(target, frame);
		return function* (run, scope) {
			enter(run, scope);
			const { parts, ending } = yield* captured(execute, run, scope);
			if (ending) return ending;
			set(scope, change ? filtered(run, parts, () => change(run, scope)) : joined(parts));
			publish(run, scope);
			leave(scope);
			return 0;
		};
	},
	if({ test, body, elifs, otherwise }, frame) {
		const soft = { ...frame, soft: true };
		const branches = [{ test, body }, ...elifs].map((branch) => ({
			test: compileExpression(branch.test, frame.symbols, true),
			body: compileBody(branch.body, soft),
		}));
		const last = compileBody(otherwise, soft);
		return function* (run, scope) {
			run.budget.spend(1);
			for (const branch of branches) if (truth(branch.test(run, scope))) return yield* branch.body(run, scope);
			return yield* last(run, scope);
		};
	},
	for: compileFor,
	macro(node, frame) {
		const make = compileMacro(node, node.name, node.body, frame);
		const variable = frame.symbols.find(node.name)!;
		return function* (run, scope) {
			const macro = make(run, scope);
			if (frame.top) run.context.set(node.name, macro);
			scope.set(variable, macro);
			return 0;
		};
	},
	call(node, frame) {
		const make = compileMacro(node, null, node.body, frame);
		const call = node.call && compileCall(node.call, frame.symbols, frame.soft);
		return function* (run, scope) {
			const caller = make(run, scope);
			write(run, needText(call ? call(run, scope, caller) : caller.call([], new Map(), run.budget)));
			if (run.budget.due) yield* pause(run);
			return 0;
		};
	},
	filterblock({ filter, body }, frame) {
		const inside = inner(frame);
		inside.symbols.body(body);
		inside.symbols.expression(filter);
		const [enter, leave] = [entering(inside.symbols), leaving(inside.symbols)];
		const execute = compileBody(body, inside);
		const change = compileExpression(filter, inside.symbols, frame.soft);
		return function* (run, scope) {
			enter(run, scope);
			const { parts, ending } = yield* captured(execute, run, scope);
			if (ending) return ending;
			write(run, needText(filtered(run, parts, () => change(run, scope))));
			leave(scope);
			return 0;
		};
	},
	with({ targets, values, body }, frame) {
		const inside = inner(frame);
		for (const target of targets) inside.symbols.expression(target);
		inside.symbols.body(body);
		const [enter, leave] = [entering(inside.symbols), leaving(inside.symbols)];
		const pairs = targets.map(
			(target, i) => [compileTarget(target, inside.symbols), compileExpression(values[i]!, frame.symbols, frame.soft)] as const,
		);
		const execute = compileBody(body, inside);
		return function* (run, scope) {
			enter(run, scope);
			for (const [set, value] of pairs) set(scope, value(run, scope));
			const ending = yield* execute(run, scope);
			if (!ending) leave(scope);
			return ending;
		};
	},
	block({ name, scoped, body }, frame) {
		if (frame.blocks.has(name)) return fail('TemplateSyntaxError', `block '${name}' defined twice`);
		const symbols = new Symbols();
		symbols.body(body);
		const enter = entering(symbols);
		frame.blocks.set(name, function* () {
			return 0;
		});
		const execute = compileBody(body, { symbols, top: false, soft: false, loop: false, blocks: frame.blocks });
		const locals = frame.symbols;
		return function* (run, scope) {
			const outside = run.context;
			run.context = scoped ? withLocals(run.context, locals, scope) : run.context;
			const own = new Scope();
			enter(run, own);
			const ending = yield* execute(run, own);
			run.context = outside;
			return ending;
		};
	},
	break: loopControl,
	continue: loopControl,
};

function loopControl({ kind, line }: Extract<Stmt, { kind: 'break' | 'continue' }>, { loop }: Frame): Execute {
	if (!loop) return fail('TemplateSyntaxError', `'${kind}' outside loop`, line);
	return function* () {
		return kind;
	};
}

function compileStatement<K extends Stmt['kind']>(node: Extract<Stmt, { kind: K }>, frame: Frame): Execute {
	return STATEMENTS[node.kind as K](node, frame);
}

function* pause(run: Run): Steps<void> {
	run.budget.due = false;
	yield;
}

/** What the names of a scope and those around it hold. */
function withLocals(context: Map<string, Value>, symbols: Symbols, scope: Scope): Map<string, Value> {
	const names = new Set<string>();
	for (let level: Symbols | undefined = symbols; level; level = level.parent) for (const name of level.stores) names.add(name);
	const all = new Map(context);
	for (const name of names) {
		const value = scope.get(symbols.find(name)!);
		if (value !== MISSING) all.set(name, value);
	}
	return all;
}

const namesIn = (target: Expr): readonly string[] =>
	target.kind === 'name' ? [target.name] : target.kind === 'tuple' ? target.items.flatMap(namesIn) : [];

/** What the top level sets is the template's: blocks see it. */
function publishing(target: Expr, frame: Frame): (run: Run, scope: Scope) => void {
	if (!frame.top) return () => {};
	const names = namesIn(target).map((name) => [name, frame.symbols.find(name)!] as const);
	return (run, scope) => {
		for (const [name, variable] of names) run.context.set(name, scope.get(variable) as Value);
	};
}

/** `ns.a = …` needs a namespace before anything is evaluated. */
function namespaceCheck(target: Expr, symbols: Symbols): (scope: Scope) => void {
	const references = (node: Expr): readonly string[] =>
		node.kind === 'nsref' ? [symbols.find(node.name)!] : node.kind === 'tuple' ? node.items.flatMap(references) : [];
	const variables = references(target);
	return (scope) => {
		for (const variable of variables) {
			if (!(scope.get(variable) instanceof Namespace)) fail('TemplateError', 'cannot assign attribute on non-namespace object');
		}
	};
}

function compileFor(node: Extract<Stmt, { kind: 'for' }>, frame: Frame): Execute {
	const { target, iter, body, otherwise, test, recursive } = node;
	const loop: Frame = { ...inner(frame), loop: true };
	const extended = recursive || undeclared(body, ['loop']).has('loop') || hasScopedBlock(body);
	const loopVariable = extended ? loop.symbols.parameter('loop') : undefined;
	loop.symbols.targetAsParameter(target);
	loop.symbols.body(body);
	const other: Frame = { ...inner(frame), loop: recursive ? false : frame.loop };
	other.symbols.body(otherwise);
	if (assigns([node], 'loop')) return fail('TemplateSyntaxError', "Can't assign to special loop variable in for-loop target");

	const items = compileExpression(iter, frame.symbols, frame.soft);
	const chosen = test && compileLoopTest(target, test, frame, loop.symbols);
	const set = compileTarget(target, loop.symbols);
	const [enter, leave] = [entering(loop.symbols), leaving(loop.symbols)];
	const [enterOther, leaveOther] = [entering(other.symbols), leaving(other.symbols)];
	const execute = compileBody(body, loop);
	const executeOther = otherwise.length > 0 ? compileBody(otherwise, other) : undefined;

	/** Goes through the items; what it writes goes out. */
	function* turns(
		run: Run,
		scope: Scope,
		iterable: Value,
		recurse: ((items: Value, depth: number) => Str) | undefined,
		depth: number,
	): Steps<Ending> {
		const values = chosen ? chosen(run, scope, iterable) : iterable;
		const state = extended ? new Loop(values, recurse, depth) : undefined;
		const iterator = state ? undefined : iterate(values);
		let turned = false;
		if (loopVariable !== undefined) scope.set(loopVariable, MISSING);
		for (;;) {
			let item: Value | undefined;
			if (state) item = state.next();
			else {
				const { value, done } = iterator!.next();
				item = done ? undefined : value;
			}
			if (item === undefined) break;
			run.budget.spend(1);
			set(scope, item);
			if (loopVariable !== undefined) scope.set(loopVariable, state!);
			enter(run, scope);
			const ending = yield* execute(run, scope);
			if (run.budget.due) yield* pause(run);
			if (ending === 'break') break;
			// As Jinja counts: a turn that was broken off is none.
			if (ending === 0) turned = true;
		}
		leave(scope);
		if (executeOther && !turned) {
			enterOther(run, scope);
			const ending = yield* executeOther(run, scope);
			if (ending) return ending;
			leaveOther(scope);
		}
		return 0;
	}

	if (!recursive) {
		return function* (run, scope) {
			return yield* turns(run, scope, items(run, scope), undefined, 0);
		};
	}
	return function* (run, scope) {
		const recurse = (iterable: Value, depth: number): Str => {
			run.budget.enter();
			const own = new Scope(scope);
			const { parts } = drained(captured((run, scope) => turns(run, scope, iterable, recurse, depth), run, own));
			run.budget.leave();
			return joined(parts);
		};
		write(run, recurse(items(run, scope), 0));
		if (run.budget.due) yield* pause(run);
		return 0;
	};
}

/** `for … if …`: items that pass, found one by one. */
function compileLoopTest(target: Expr, test: Expr, frame: Frame, loopSymbols: Symbols): (run: Run, scope: Scope, items: Value) => Value {
	const symbols = new Symbols(frame.symbols);
	symbols.targetAsParameter(target);
	symbols.expression(test);
	const enter = entering(symbols);
	const set = compileTarget(target, loopSymbols);
	const holds = compileExpression(test, symbols, frame.soft);
	return (run, outer, items) => {
		const scope = new Scope(outer);
		return new Generated(
			(function* () {
				enter(run, scope);
				for (const item of itemsOf(items)) {
					run.budget.spend(1);
					set(scope, item);
					if (truth(holds(run, scope))) yield item;
				}
			})(),
		);
	};
}

const hasScopedBlock = (body: readonly Stmt[]): boolean =>
	body.some((node) => (node.kind === 'block' && node.scoped) || ('body' in node && hasScopedBlock(node.body)));

function compileMacro(node: Signature, name: string | null, body: readonly Stmt[], frame: Frame): (run: Run, scope: Scope) => Macro {
	const symbols = new Symbols(frame.symbols);
	const names = node.args.map((arg) => (arg as Extract<Expr, { kind: 'name' }>).name);
	const analyse = () => {
		symbols.signature(node);
		symbols.body(body);
	};
	analyse();
	const special = undeclared(body, ['caller', 'kwargs', 'varargs']);
	const explicitCaller = names.indexOf('caller');
	if (special.has('caller') && explicitCaller >= 0 && explicitCaller < names.length - node.defaults.length) {
		return fail(
			'TemplateSyntaxError',
			'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
		);
	}
	const extra: string[] = [];
	const shape: MacroShape = {
		name,
		arguments: names,
		caller: special.has('caller'),
		kwargs: special.has('kwargs') && !names.includes('kwargs'),
		varargs: special.has('varargs') && !names.includes('varargs'),
	};
	if (shape.caller && explicitCaller < 0) extra.push('caller');
	if (shape.kwargs) extra.push('kwargs');
	if (shape.varargs) extra.push('varargs');
	for (const special of extra) symbols.parameter(special);
	analyse();
	const variables = [...names, ...extra].map((argument) => symbols.find(argument)!);
	const firstDefault = names.length - node.defaults.length;
	const defaults = node.defaults.map((value) => compileExpression(value, symbols, false));
	const enter = entering(symbols);
	const execute = compileBody(body, { symbols, top: false, soft: false, loop: false, blocks: frame.blocks });
	return (run, outer) =>
		new Macro(shape, (args) => {
			const scope = new Scope(outer);
			for (const [i, variable] of variables.entries()) {
				const given = args[i];
				scope.set(variable, given === undefined ? MISSING : given);
			}
			enter(run, scope);
			for (const [i, argument] of names.entries()) {
				const variable = variables[i]!;
				if (scope.get(variable) !== MISSING) continue;
				scope.set(
					variable,
					i >= firstDefault ? defaults[i - firstDefault]!(run, scope) : new Undefined(`parameter '${argument}' was not provided`),
				);
			}
			return joined(drained(captured(execute, run, scope)).parts);
		});
}
