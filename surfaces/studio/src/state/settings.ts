// What the person chose for the page itself (language, colours) and answered in the lesson; kept in this browser only.

import { useCallback, useState } from 'react';
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

function read<T>(key: string, initial: T): T {
	try {
		const text = localStorage.getItem(`tongsa.${key}`);
		return text === null ? initial : (JSON.parse(text) as T);
	} catch {
		return initial; // Storage is switched off, or holds something older: begin anew.
	}
}

export function useStored<T>(key: string, initial: T): [T, (value: T) => void] {
	const [value, setValue] = useState(() => read(key, initial));
	const store = useCallback(
		(next: T) => {
			setValue(next);
			try {
				localStorage.setItem(`tongsa.${key}`, JSON.stringify(next));
			} catch {
				// The page works without memory; only the next visit will not know.
			}
		},
		[key],
	);
	return [value, store];
}
