// Which keys a query sees: as far back as the window reaches, and no further than itself where attention is causal.
// Definition: src/transformer/reference/operations.ts; sliding windows: Beltagy et al. 2020 (arXiv 2004.05150) §3.1

import type { AttendStep } from './steps.ts';

type Reach = Pick<AttendStep, 'causal' | 'window'>;

/** Position of the first key that a query at `position` sees. Two functions, since a pair would be an object for every query. */
export function firstSeen({ causal, window }: Reach, position: number): number {
	return window ? Math.max(0, causal ? position - window + 1 : position - window) : 0;
}

/** Position behind the last one, of S keys. */
export function endSeen({ causal, window }: Reach, position: number, S: number): number {
	return causal ? position + 1 : window ? Math.min(S, position + window + 1) : S;
}
