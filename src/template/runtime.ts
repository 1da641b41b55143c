// What filters and tests may reach: the budget, each other by name, and the clock.

import type { Budget } from './failure.ts';
import { fail } from './failure.ts';
import { bind, type Parameters, parameters } from './signature.ts';
import type { Kwargs, Value } from './values.ts';

/** A filter: its parameters, the value first, and what it makes of them; or one that takes any. */
export type Filter =
	| { readonly parameters: Parameters; readonly run: (runtime: Runtime, args: readonly (Value | undefined)[]) => Value }
	| { readonly any: (runtime: Runtime, args: readonly Value[], kwargs: Kwargs) => Value };

export interface Test {
	readonly parameters: Parameters;
	readonly run: (runtime: Runtime, args: readonly (Value | undefined)[]) => boolean;
}

export interface Runtime {
	readonly budget: Budget;
	readonly filters: Readonly<Record<string, Filter>>;
	readonly tests: Readonly<Record<string, Test>>;
	/** Local date and time. */
	readonly now: () => Date;
}

export const filter = (text: string, run: (runtime: Runtime, args: readonly (Value | undefined)[]) => Value): Filter => ({
	parameters: parameters(text),
	run,
});

/** @param args the value first */
export function applyFilter(runtime: Runtime, name: string, args: readonly Value[], kwargs: Kwargs): Value {
	const filter = Object.hasOwn(runtime.filters, name) ? runtime.filters[name]! : fail('TemplateError', `No filter named '${name}'.`);
	runtime.budget.spend(1);
	if ('any' in filter) return filter.any(runtime, args, kwargs);
	return filter.run(runtime, bind(name, filter.parameters, args, kwargs));
}

/** @param args the value first */
export function applyTest(runtime: Runtime, name: string, args: readonly Value[], kwargs: Kwargs): boolean {
	const test = Object.hasOwn(runtime.tests, name) ? runtime.tests[name]! : fail('TemplateError', `No test named '${name}'.`);
	runtime.budget.spend(1);
	return test.run(runtime, bind(name, test.parameters, args, kwargs));
}
