// The place in the address as React state. Typing replaces the entry in the history; going elsewhere adds one.

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { FIRST_PLACE, fromHash, type OptionValue, type Place, toHash } from './url.ts';

interface PlaceState extends Place {
	/** Goes to another view, step or model: a new entry in the history. */
	readonly go: (change: Partial<Place>) => void;
	/** Changes something within the view: the entry is replaced. */
	readonly change: (change: Partial<Place>) => void;
}

/** Milliseconds after the last change until it stands in the address: browsers refuse more than about a hundred changes in 30 s. */
const WRITTEN_AFTER = 200;

function write(how: 'pushState' | 'replaceState', place: Place): void {
	const hash = toHash(place);
	if (hash !== location.hash) history[how](null, '', hash);
}

const PlaceContext = createContext<PlaceState>({ ...FIRST_PLACE, go: () => {}, change: () => {} });

export function PlaceProvider({ children }: { readonly children: ReactNode }) {
	const [place, setPlace] = useState(() => fromHash(location.hash));
	const latest = useRef(place);
	const waiting = useRef(0);
	const move = useCallback((next: Place, how?: 'pushState' | 'replaceState') => {
		if (how === 'pushState') write('replaceState', latest.current);
		latest.current = next;
		setPlace(next);
		clearTimeout(waiting.current);
		if (how === 'pushState') write(how, next);
		if (how === 'replaceState') waiting.current = setTimeout(() => write(how, next), WRITTEN_AFTER);
	}, []);
	useEffect(() => {
		const follow = () => move(fromHash(location.hash, { ...FIRST_PLACE, text: latest.current.text }));
		// popstate: back and forward; hashchange: a link pasted into the address.
		const events = ['popstate', 'hashchange'];
		for (const event of events) addEventListener(event, follow);
		return () => {
			for (const event of events) removeEventListener(event, follow);
		};
	}, [move]);
	const state = useMemo(
		() => ({
			...place,
			go: (c: Partial<Place>) => move({ ...latest.current, ...c }, 'pushState'),
			// Settings are merged with the newest ones: two changes in one turn must not undo each other.
			change: (c: Partial<Place>) =>
				move({ ...latest.current, ...c, options: { ...latest.current.options, ...c.options } }, 'replaceState'),
		}),
		[place, move],
	);
	return <PlaceContext value={state}>{children}</PlaceContext>;
}

export const usePlace = (): PlaceState => useContext(PlaceContext);

type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;

/** One setting of the view, kept in the address. A value of another kind than the default's is ignored. */
export function useOption<T extends OptionValue>(name: string, initial: T): [Widened<T>, (value: Widened<T>) => void] {
	const { options, change } = usePlace();
	const found = options[name];
	const value = (typeof found === typeof initial ? found : initial) as Widened<T>;
	return [value, (next) => change({ options: { [name]: next } })];
}
