// What the server has beside the embedded models (shelf.json): whole models that were pulled, for instance.

import { useEffect, useState } from 'react';

export interface Shelved {
	readonly name: string;
	readonly title: string;
	/** Address of the file, relative to the page. */
	readonly url: string;
	readonly byteLength: number;
	/** Name of the embedded model that this one is the whole of. */
	readonly of?: string;
}

const isShelved = (value: unknown): value is Shelved => {
	const { name, title, url, byteLength } = (value ?? {}) as Record<string, unknown>;
	return typeof name === 'string' && typeof title === 'string' && typeof url === 'string' && typeof byteLength === 'number';
};

let known: Promise<readonly Shelved[]> | undefined;

/** Asked once a visit. */
export function readShelf(): Promise<readonly Shelved[]> {
	known ??= fetchShelf();
	return known;
}

async function fetchShelf(): Promise<readonly Shelved[]> {
	try {
		const answer: unknown = await (await fetch(new URL('shelf.json', document.baseURI))).json();
		return Array.isArray(answer) ? answer.filter(isShelved) : [];
	} catch {
		return []; // A server without a shelf still has its embedded models.
	}
}

export function useShelf(): readonly Shelved[] {
	const [shelf, setShelf] = useState<readonly Shelved[]>([]);
	useEffect(() => {
		void readShelf().then(setShelf);
	}, []);
	return shelf;
}
