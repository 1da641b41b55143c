// What a rendering is made of while it runs: its variables, what it writes, and its bounds.

import type { Runtime } from './runtime.ts';
import type { Load, Symbols } from './symbols.ts';
import type { Str } from './text.ts';
import type { Value } from './values.ts';

/** No value yet. */
export const MISSING = Symbol('missing');

/** Variables of one function: the template, a macro, a recursive loop. Those of functions outside are seen. */
export class Scope {
	readonly #variables = new Map<string, Value | typeof MISSING>();
	readonly #outer: Scope | undefined;

	constructor(outer?: Scope) {
		this.#outer = outer;
	}

	get(variable: string): Value | typeof MISSING {
		for (let scope: Scope | undefined = this; scope; scope = scope.#outer) {
			const value = scope.#variables.get(variable);
			if (value !== undefined) return value;
		}
		return MISSING;
	}

	set(variable: string, value: Value | typeof MISSING): void {
		this.#variables.set(variable, value);
	}
}

/** A rendering. */
export interface Run extends Runtime {
	/** The input, and functions of the language; what the top level sets goes before. */
	context: Map<string, Value>;
	/** What is being written. */
	out: Str[];
	/** Characters written in all. */
	written: number;
}

/** How a statement ended: 0 at its end, or with what a loop acts on. */
export type Ending = 0 | 'break' | 'continue';
/** Pauses now and then, that others may work. */
export type Steps<T> = Generator<void, T, void>;
export type Evaluate = (run: Run, scope: Scope) => Value;
export type Execute = (run: Run, scope: Scope) => Steps<Ending>;

/** Gives a scope's variables what they begin with. */
export function entering(symbols: Symbols): (run: Run, scope: Scope) => void {
	const loads: [string, Load][] = [...symbols.loads].filter(([, load]) => load.from !== 'parameter');
	return (run, scope) => {
		for (const [variable, load] of loads) {
			if (load.from === 'context') {
				const value = run.context.get(load.name);
				scope.set(variable, value === undefined ? MISSING : value);
			} else scope.set(variable, load.from === 'outer' ? scope.get(load.variable) : MISSING);
		}
	};
}

/** Takes the variables away again. */
export function leaving(symbols: Symbols): (scope: Scope) => void {
	const variables = [...symbols.loads.keys()];
	return (scope) => {
		for (const variable of variables) scope.set(variable, MISSING);
	};
}

/** Runs without pauses, where an expression needs the result. */
export function drained<T>(steps: Steps<T>): T {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value as T;
	}
}
