// Questions to the engine as React hooks: the newest question wins, the last answer stays on screen until the next is there.

import { startTransition, useEffect, useRef, useState } from 'react';
import { alsoAwaited, EngineError } from './client.ts';
import { type Refusal, refusalOf } from './protocol.ts';

export interface Answer<T> {
	readonly value: T | undefined;
	readonly refusal: Refusal | undefined;
	/** True while a newer answer is on its way. */
	readonly busy: boolean;
	readonly retry: () => void;
}

/** Asks again whenever `key` changes; undefined asks nothing. `ask` must depend on nothing that is not in the key. */
export function useAnswer<T>(key: string | undefined, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
	const [state, setState] = useState<{ key?: string; value?: T; refusal?: Refusal }>({});
	const [attempt, setAttempt] = useState(0);
	const latest = useRef(ask);
	latest.current = ask;
	const drawn = useRef(() => {});
	const full = key === undefined ? undefined : `${attempt} ${key}`;
	useEffect(() => {
		if (full === undefined) return setState({});
		const controller = new AbortController();
		// It counts as awaited until it is drawn: what it leads to has then been asked too.
		void alsoAwaited(
			new Promise<void>((resolve) => {
				drawn.current = resolve;
			}),
		);
		const end = drawn.current;
		latest.current(controller.signal).then(
			// A transition: drawing a large answer gives way to the next key.
			(value) => controller.signal.aborted || startTransition(() => setState({ key: full, value })),
			(error: unknown) => {
				if (controller.signal.aborted) return;
				const refusal: Refusal = error instanceof EngineError ? error.refusal : refusalOf(error);
				setState({ key: full, refusal });
			},
		);
		return () => {
			controller.abort();
			end();
		};
	}, [full]);
	useEffect(() => {
		if (state.key === full) drawn.current();
	}, [state, full]);
	return {
		value: state.value,
		refusal: state.refusal,
		busy: full !== undefined && state.key !== full,
		retry: () => setAttempt((n) => n + 1),
	};
}

/** As useAnswer, for an answer that comes in parts. Parts of an older question are dropped. */
export function useParts<P, T>(
	key: string | undefined,
	ask: (signal: AbortSignal, onPart: (part: P) => void) => Promise<T>,
): Answer<T> & { readonly parts: readonly P[] } {
	const [parts, setParts] = useState<{ key?: string | undefined; list: readonly P[] }>({ list: [] });
	const answer = useAnswer(key, (signal) => {
		setParts({ key, list: [] });
		return ask(signal, (part) => signal.aborted || setParts((now) => ({ key, list: [...now.list, part] })));
	});
	return { ...answer, parts: parts.key === key ? parts.list : [] };
}
