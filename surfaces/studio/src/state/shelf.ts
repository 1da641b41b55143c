// What the server has beside the embedded models (shelf.json): whole models on this machine, and those that it can fetch to it.

import { useEffect, useSyncExternalStore } from 'react';
import { alsoAwaited } from '../engine/client.ts';

export interface Shelved {
	readonly name: string;
	readonly title: string;
	readonly byteLength: number;
	/** Name of the embedded model that this one is the whole of. */
	readonly of?: string;
	/** Address of the file, relative to the page; absent while it is not here. */
	readonly url?: string;
	/** The name to fetch it by. */
	readonly pull?: string;
	readonly licence?: { readonly name: string; readonly url: string; readonly notice?: string };
}

const isShelved = (value: unknown): value is Shelved => {
	const { name, title, url, pull, byteLength } = (value ?? {}) as Record<string, unknown>;
	const named = typeof name === 'string' && typeof title === 'string' && typeof byteLength === 'number';
	return named && (typeof url === 'string' || typeof pull === 'string');
};

let known: Promise<readonly Shelved[]> | undefined;
let shelf: readonly Shelved[] = [];
const listeners = new Set<() => void>();

/** Asked once a visit, and again after something was fetched. */
export function readShelf(again = false): Promise<readonly Shelved[]> {
	if (again) known = undefined;
	known ??= fetchShelf();
	return known;
}

async function fetchShelf(): Promise<readonly Shelved[]> {
	try {
		const answer: unknown = await (await fetch(new URL('shelf.json', document.baseURI))).json();
		shelf = Array.isArray(answer) ? answer.filter(isShelved) : [];
	} catch {
		shelf = []; // A server without a shelf still has its embedded models.
	}
	for (const listener of listeners) listener();
	return shelf;
}

const subscribe = (listener: () => void) => {
	listeners.add(listener);
	return () => void listeners.delete(listener);
};

export function useShelf(): readonly Shelved[] {
	useEffect(() => void alsoAwaited(readShelf()), []);
	return useSyncExternalStore(subscribe, () => shelf);
}
