// Options of a call, checked: a value that an option cannot have is refused by name, and never taken for the default; so is an option that
// the call has not.

import { TongsaError } from './errors.ts';

/** What an option may be. */
export interface Rule {
	readonly holds: (value: unknown) => boolean;
	/** The same in words. */
	readonly allowed: string;
	/** Has no default. */
	readonly needed?: true;
}

/** A rule for every option that a call has. */
export type Rules<T> = { readonly [K in keyof Required<T>]: Rule };

export function oneOf(known: readonly string[]): Rule {
	return { holds: (value) => (known as readonly unknown[]).includes(value), allowed: known.join(', ') };
}

/** A number from `least` to `most`; NaN is none. */
export function number(least: number, most: number, allowed = `${least} to ${most}`): Rule {
	return { holds: (value) => typeof value === 'number' && value >= least && value <= most, allowed };
}

export function whole(least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Rule {
	const from =
		least === Number.MIN_SAFE_INTEGER ? '' : most === Number.MAX_SAFE_INTEGER ? ` of at least ${least}` : ` from ${least} to ${most}`;
	return {
		holds: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
		allowed: `a whole number${from}`,
	};
}

export const needed = (rule: Rule): Rule => ({ ...rule, needed: true });

export const YES_OR_NO: Rule = { holds: (value) => typeof value === 'boolean', allowed: 'true, false' };
export const OBJECT: Rule = { holds: (value) => typeof value === 'object' && value !== null, allowed: 'an object' };
/** Who uses it checks it. */
export const ANY: Rule = { holds: () => true, allowed: 'anything' };
export const TEXT: Rule = { holds: (value) => typeof value === 'string', allowed: 'a string' };

export function listOf(item: Rule): Rule {
	return { holds: (value) => Array.isArray(value) && value.every(item.holds), allowed: `a list, each item ${item.allowed}` };
}

/**
 * Absent options are as good as undefined ones: both have their default.
 *
 *     checkOptions({ metric: 'cosin' }, { metric: oneOf(['cosine', 'dot']) })
 *     // throws: not a value of this option (field metric): got "cosin", allowed cosine, dot
 *
 * @param group stands before the option's name in the message: 'topP' makes 'topP.p'
 * @throws TongsaError 'usage'
 */
export function checkOptions<T extends object>(options: T, rules: Rules<T>, group?: string): void {
	if (typeof options !== 'object' || options === null) {
		throw new TongsaError('usage', 'no options', { got: shown(options), allowed: `an object of ${Object.keys(rules).join(', ')}` });
	}
	const full = (name: string) => (group === undefined ? name : `${group}.${name}`);
	for (const [name, value] of Object.entries(options)) {
		if (value === undefined || Object.hasOwn(rules, name)) continue;
		throw new TongsaError('usage', 'no such option', { field: full(name), got: shown(value), allowed: Object.keys(rules).join(', ') });
	}
	for (const [name, rule] of Object.entries(rules) as [string, Rule][]) {
		const value = (options as Readonly<Record<string, unknown>>)[name];
		if (value === undefined ? !rule.needed : rule.holds(value)) continue;
		throw new TongsaError('usage', 'not a value of this option', {
			field: full(name),
			got: shown(value),
			allowed: rule.allowed,
		});
	}
}

/** So that '5' and 5 are told apart. */
export function shown(value: unknown): string {
	if (typeof value === 'string') return `"${value}"`;
	if (Array.isArray(value)) return `a list of ${value.length}`;
	return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
