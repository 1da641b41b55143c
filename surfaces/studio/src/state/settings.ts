// What the person chose for the page itself (language, colours) and answered in the lesson; kept in this browser only.

import { useCallback, useSyncExternalStore } from 'react';
import type { Language } from '../messages/index.ts';

export type Theme = 'light' | 'dark' | 'system';

export interface Answer {
	readonly question: string;
	readonly answer: string;
	/** The model that the answer was computed from. */
	readonly model: string;
	readonly sentence: string;
	/** The page's own when it was given. */
	readonly language?: Language;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/** Answers by step name. */
export type Answers = Readonly<Record<string, Answer>>;

/** What other tabs write comes by the browser's own event. */
function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	addEventListener('storage', listener);
	return () => {
		listeners.delete(listener);
		removeEventListener('storage', listener);
	};
}

const listeners = new Set<() => void>();
/** What stands in storage, parsed; also what could not be stored. */
const values = new Map<string, { readonly text: string | null; readonly value: unknown }>();

function current<T>(key: string, initial: T): T {
	const text = stored(key);
	const known = values.get(key);
	if (known && (known.text === text || text === undefined)) return known.value as T;
	const value = parsed(text, initial);
	values.set(key, { text: text ?? null, value });
	return value;
}

/** undefined where storage is switched off. */
function stored(key: string): string | null | undefined {
	try {
		return localStorage.getItem(`tongsa.${key}`);
	} catch {
		return undefined;
	}
}

function parsed<T>(text: string | null | undefined, initial: T): T {
	try {
		return text === null || text === undefined ? initial : (JSON.parse(text) as T);
	} catch {
		return initial; // Something older: begin anew.
	}
}

/** A value that is kept in this browser, the same in all tabs. A change is made of the newest value, whichever tab wrote it. */
export function useStored<T>(key: string, initial: T): [T, (change: T | ((now: T) => T)) => void] {
	const value = useSyncExternalStore(subscribe, () => current(key, initial));
	const store = useCallback(
		(change: T | ((now: T) => T)) => {
			const next = typeof change === 'function' ? (change as (now: T) => T)(current(key, initial)) : change;
			const text = JSON.stringify(next);
			try {
				localStorage.setItem(`tongsa.${key}`, text);
				values.set(key, { text, value: next });
			} catch {
				// The page works without memory; only the next visit will not know.
				values.set(key, { text: stored(key) ?? null, value: next });
			}
			for (const listener of listeners) listener();
		},
		[key, initial],
	);
	return [value, store];
}
