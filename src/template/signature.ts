// How a function of Python takes its arguments: written down as Python writes them, bound once for all of them.

import { type Budget, fail } from './failure.ts';
import type { Kwargs, Value } from './values.ts';

interface Parameter {
	readonly name: string;
	readonly needed: boolean;
}

export interface Parameters {
	readonly list: readonly Parameter[];
	/** So many of them are taken by place alone. */
	readonly byPlace: number;
}

/** 'value, width=, fill= /': `=` marks what may be left out, `/` what stands before is taken by place alone. */
export function parameters(text: string): Parameters {
	let byPlace = 0;
	const list = text
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.map((part, i) => {
			if (part.endsWith('/')) byPlace = i + 1;
			const name = part.replace(/[ =/]+$/, '');
			return { name, needed: !part.includes('=') };
		});
	return { list, byPlace };
}

/** Arguments in the order of the parameters; undefined where one is left out. @throws 'TypeError'. */
export function bind(name: string, { list, byPlace }: Parameters, args: readonly Value[], kwargs: Kwargs): readonly (Value | undefined)[] {
	if (args.length > list.length) return fail('TypeError', `${name}() takes at most ${list.length} arguments (${args.length} given)`);
	const bound: (Value | undefined)[] = [...args];
	for (const [key, value] of kwargs) {
		const index = list.findIndex((parameter) => parameter.name === key);
		if (index < byPlace) fail('TypeError', `${name}() got an unexpected keyword argument '${key}'`);
		if (index < args.length) fail('TypeError', `${name}() got multiple values for argument '${key}'`);
		bound[index] = value;
	}
	for (const [i, parameter] of list.entries()) {
		if (parameter.needed && bound[i] === undefined) fail('TypeError', `${name}() missing required argument: '${parameter.name}'`);
	}
	return bound;
}

/** A method: its parameters, and what it does with the object that it belongs to. */
export interface Method<T> {
	readonly parameters: Parameters;
	readonly run: (self: T, args: readonly (Value | undefined)[], budget: Budget) => Value;
}

export const method = <T>(text: string, run: Method<T>['run']): Method<T> => ({ parameters: parameters(text), run });
