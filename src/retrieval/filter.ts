// Filters: which documents take part in a search. They are applied before ranking, so that a filter never empties a full page of hits.

import { TongsaError } from '../errors.ts';
import type { Metadata } from './types.ts';

export interface Filter {
	/** Globs of paths, any of them: `*` within a folder's name, `**` over folders, `?` one character. */
	readonly path?: readonly string[];
	/** Any of these types: 'markdown', 'pdf', … */
	readonly type?: readonly string[];
	/** Last changed at or after, and before: milliseconds since 1970. */
	readonly since?: number;
	readonly until?: number;
	/** Each named value is the document's own. */
	readonly metadata?: Metadata;
}

/** What a filter looks at. */
export interface Filterable {
	readonly path: string;
	readonly type: string;
	readonly modifiedMs: number;
	readonly metadata: Metadata;
}

/** Longest glob: as the longest path. */
const MAX_GLOB = 4096;

/** Whether a document passes. @throws TongsaError 'usage' for a glob that is too long. */
export function passes(filter: Filter): (document: Filterable) => boolean {
	const globs = filter.path?.map(glob);
	return ({ path, type, modifiedMs, metadata }) =>
		(!globs || globs.some((matches) => matches(path))) &&
		(!filter.type || filter.type.includes(type)) &&
		(filter.since === undefined || modifiedMs >= filter.since) &&
		(filter.until === undefined || modifiedMs < filter.until) &&
		Object.entries(filter.metadata ?? {}).every(([name, value]) => String(metadata[name]) === String(value));
}

export const isEmpty = (filter: Filter): boolean => Object.values(filter).every((value) => value === undefined);

/**
 * A glob as a test of paths; a path is also matched from any of its folders on ('en/**' finds 'docs/en/a.md'). In time of path × glob, whatever
 * the glob: the states after each character are a set, as in Thompson's machine.
 */
export function glob(pattern: string): (path: string) => boolean {
	if (pattern.length > MAX_GLOB) throw new TongsaError('usage', 'the glob is too long', { got: pattern.length, allowed: `${MAX_GLOB}` });
	const steps = [...pattern.normalize('NFC').matchAll(/\*\*\/?|[\s\S]/gu)].map(([step]) => step);
	const closed = (states: Set<number>): Set<number> => {
		for (const state of states) if (steps[state]?.startsWith('*')) states.add(state + 1);
		return states;
	};
	return (path) => {
		let states = closed(new Set([0]));
		let last = '/';
		for (const character of path.normalize('NFC').replaceAll('\\', '/')) {
			if (last === '/') states.add(0);
			closed(states);
			const next = new Set<number>();
			for (const state of states) {
				const step = steps[state];
				if (step === undefined) continue;
				if (step.startsWith('**')) next.add(state);
				else if (step === '*' && character !== '/') next.add(state);
				else if (step === character || (step === '?' && character !== '/')) next.add(state + 1);
			}
			states = closed(next);
			last = character;
		}
		return states.has(steps.length);
	};
}
