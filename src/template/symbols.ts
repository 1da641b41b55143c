// Which variable a name means: decided before a template runs, as jinja2/idtracking.py decides it. A `set` in a loop makes a variable of that
// loop which begins as the outer one; one in an `if` belongs to where the `if` stands; a macro sees its surroundings.

import type { Expr, Signature, Stmt } from './syntax.ts';
import { parts } from './syntax.ts';

/** What a variable holds when its scope is entered. */
export type Load =
	| { readonly from: 'parameter' | 'undefined' }
	/** The template's input, or what the top level has set. */
	| { readonly from: 'context'; readonly name: string }
	/** The outer variable of the same name. */
	| { readonly from: 'outer'; readonly variable: string };

/** The names of one scope. A variable is written level:name. */
export class Symbols {
	readonly level: number;
	readonly parent: Symbols | undefined;
	readonly refs: Map<string, string>;
	readonly loads: Map<string, Load>;
	readonly stores: Set<string>;

	constructor(parent?: Symbols, copied?: Symbols) {
		this.parent = parent;
		this.level = copied ? copied.level : parent ? parent.level + 1 : 0;
		this.refs = new Map(copied?.refs);
		this.loads = new Map(copied?.loads);
		this.stores = new Set(copied?.stores);
	}

	find(name: string): string | undefined {
		return this.refs.get(name) ?? this.parent?.find(name);
	}

	#define(name: string, load: Load): string {
		const variable = `${this.level}:${name}`;
		this.refs.set(name, variable);
		this.loads.set(variable, load);
		return variable;
	}

	store(name: string): void {
		this.stores.add(name);
		if (this.refs.has(name)) return;
		const outer = this.parent?.find(name);
		this.#define(name, outer === undefined ? { from: 'undefined' } : { from: 'outer', variable: outer });
	}

	parameter(name: string): string {
		this.stores.add(name);
		return this.#define(name, { from: 'parameter' });
	}

	load(name: string): void {
		if (this.find(name) === undefined) this.#define(name, { from: 'context', name });
	}

	/** After an `if`: what only some of its branches set begins as what it was outside. */
	#merge(branches: readonly Symbols[]): void {
		const stores = new Set(branches.flatMap((branch) => [...branch.stores]));
		for (const name of this.stores) stores.delete(name);
		for (const branch of branches) {
			for (const [name, variable] of branch.refs) this.refs.set(name, variable);
			for (const [variable, load] of branch.loads) this.loads.set(variable, load);
			for (const name of branch.stores) this.stores.add(name);
		}
		for (const name of stores) {
			const outer = this.parent?.find(name);
			this.loads.set(this.find(name)!, outer === undefined ? { from: 'context', name } : { from: 'outer', variable: outer });
		}
	}

	// ---- What a node does to the names ----

	expression(node: Expr | undefined): void {
		if (!node) return;
		if (node.kind === 'name') {
			if (node.role === 'load') this.load(node.name);
			else if (node.role === 'store') this.store(node.name);
			else this.parameter(node.name);
		} else if (node.kind === 'nsref') this.load(node.name);
		else for (const part of parts(node)) this.expression(part);
	}

	/** A loop's target. */
	targetAsParameter(node: Expr): void {
		if (node.kind === 'name') this.parameter(node.name);
		else for (const part of parts(node)) this.targetAsParameter(part);
	}

	signature({ args, defaults }: Signature): void {
		for (const node of [...args, ...defaults]) this.expression(node);
	}

	body(statements: readonly Stmt[]): void {
		for (const statement of statements) this.#statement(statement);
	}

	/** What stands in scopes of its own is left to them. */
	#statement(node: Stmt): void {
		switch (node.kind) {
			case 'output':
				for (const item of node.items) if (typeof item !== 'string') this.expression(item);
				return;
			case 'assign':
				this.expression(node.value);
				this.expression(node.target);
				return;
			case 'setblock':
				this.expression(node.target);
				return;
			case 'for':
				this.expression(node.iter);
				return;
			case 'if': {
				this.expression(node.test);
				const branch = (visit: (symbols: Symbols) => void) => {
					const symbols = new Symbols(this.parent, this);
					visit(symbols);
					return symbols;
				};
				this.#merge([
					branch((symbols) => symbols.body(node.body)),
					branch((symbols) => {
						for (const { test, body } of node.elifs) symbols.#statement({ kind: 'if', test, body, elifs: [], otherwise: [] });
					}),
					branch((symbols) => symbols.body(node.otherwise)),
				]);
				return;
			}
			case 'macro':
				this.store(node.name);
				return;
			case 'call':
				this.expression(node.call);
				return;
			case 'filterblock':
				this.expression(node.filter);
				return;
			case 'with':
				for (const value of node.values) this.expression(value);
				return;
			case 'block':
			case 'break':
			case 'continue':
				return;
			default:
				node satisfies never;
		}
	}
}

/** Which of the names a body reads without having set them. */
export function undeclared(body: readonly Stmt[], names: readonly string[]): ReadonlySet<string> {
	const open = new Set(names);
	const found = new Set<string>();
	const expression = (node: Expr | undefined): void => {
		if (!node) return;
		if (node.kind === 'name') {
			if (node.role === 'load' && open.has(node.name)) found.add(node.name);
			else if (node.role !== 'load') open.delete(node.name);
		} else for (const part of parts(node)) expression(part);
	};
	const visit = (node: Stmt): void => {
		switch (node.kind) {
			case 'output':
				for (const item of node.items) if (typeof item !== 'string') expression(item);
				return;
			case 'assign':
				expression(node.target);
				expression(node.value);
				return;
			case 'setblock':
				expression(node.target);
				expression(node.filter);
				node.body.forEach(visit);
				return;
			case 'for':
				expression(node.target);
				expression(node.iter);
				node.body.forEach(visit);
				node.otherwise.forEach(visit);
				expression(node.test);
				return;
			case 'if':
				expression(node.test);
				node.body.forEach(visit);
				for (const { test, body } of node.elifs) {
					expression(test);
					body.forEach(visit);
				}
				node.otherwise.forEach(visit);
				return;
			case 'macro':
			case 'call':
				if (node.kind === 'call') expression(node.call);
				for (const part of [...node.args, ...node.defaults]) expression(part);
				node.body.forEach(visit);
				return;
			case 'filterblock':
				node.body.forEach(visit);
				expression(node.filter);
				return;
			case 'with':
				for (const part of [...node.targets, ...node.values]) expression(part);
				node.body.forEach(visit);
				return;
			case 'block':
			case 'break':
			case 'continue':
				return;
			default:
				node satisfies never;
		}
	};
	body.forEach(visit);
	return found;
}

/** Whether a name is assigned to anywhere inside. */
export function assigns(body: readonly Stmt[], name: string): boolean {
	const inTarget = (node: Expr): boolean =>
		node.kind === 'name' ? node.role === 'store' && node.name === name : node.kind === 'tuple' && node.items.some(inTarget);
	return body.some((node): boolean => {
		switch (node.kind) {
			case 'assign':
				return inTarget(node.target);
			case 'setblock':
				return inTarget(node.target) || assigns(node.body, name);
			case 'for':
				return inTarget(node.target) || assigns(node.body, name) || assigns(node.otherwise, name);
			case 'if':
				return [node.body, ...node.elifs.map(({ body }) => body), node.otherwise].some((inside) => assigns(inside, name));
			case 'macro':
			case 'call':
			case 'filterblock':
			case 'with':
			case 'block':
				return assigns(node.body, name);
			case 'output':
			case 'break':
			case 'continue':
				return false;
			default:
				return node satisfies never;
		}
	});
}
