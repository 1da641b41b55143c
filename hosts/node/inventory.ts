// Which models are on this machine: those of the package, and those that were pulled or that other tools have.

import { stat } from 'node:fs/promises';
import { PACKAGED } from './packaged.ts';
import { packagedModel } from './places.ts';
import { RECIPES } from './recipes.ts';
import { pulledPlace } from './resolve.ts';

export interface Held {
	readonly name: string;
	readonly state: 'whole' | 'table' | 'dictionary' | 'absent';
	readonly what: string;
	readonly path?: string;
	readonly byteLength?: number;
}

/** Every name that answers without a path, and what answers for it. */
export async function inventory(): Promise<Held[]> {
	const pulled = await Promise.all(
		RECIPES.map(async ({ name, title, files, ...one }): Promise<Held> => {
			const path = await pulledPlace({ name, title, files, ...one });
			const byteLength = files.reduce((sum, file) => sum + file.byteLength, 0);
			return { name, state: path ? 'whole' : 'absent', what: title, byteLength, ...(path && { path }) };
		}),
	);
	const whole = new Set(pulled.filter(({ state }) => state === 'whole').map(({ name }) => name));
	const own = await Promise.all(
		PACKAGED.filter(({ name }) => !whole.has(name)).map(async (entry): Promise<Held[]> => {
			const { name, has, what } = entry;
			const path = packagedModel(entry.file);
			const found = await stat(path).catch(() => undefined);
			return found ? [{ name, state: has, what, path, byteLength: found.size }] : [];
		}),
	);
	const mine = own.flat();
	return [...mine, ...pulled.filter(({ name, state }) => state === 'whole' || !mine.some((one) => one.name === name))];
}
