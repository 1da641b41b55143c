// Answers of the Responses API that a later request may go on from. They lie in memory, the oldest go first, and none survives the server.

import { Refusal } from '../refusal.ts';
import type { Item } from './response-items.ts';

export interface Stored {
	/** Whose it is. */
	readonly client: string;
	/** As it was answered. */
	readonly response: { readonly id: string };
	/** What was said until then, the answer included; instructions are not part of it. */
	readonly items: readonly Item[];
}

const MOST_STORED = 1000;
const MOST_UNITS = 64 * 2 ** 20;

export function createResponseStore() {
	const stored = new Map<string, Stored & { readonly units: number }>();
	let units = 0;

	function forget(id: string): void {
		units -= stored.get(id)?.units ?? 0;
		stored.delete(id);
	}

	return {
		keep(one: Stored): void {
			const size = JSON.stringify(one).length;
			stored.set(one.response.id, { ...one, units: size });
			units += size;
			for (const id of stored.keys()) {
				if (stored.size <= MOST_STORED && units <= MOST_UNITS) break;
				forget(id);
			}
		},
		/** @throws Refusal 404 for one that is not there, or another client's */
		find(id: string, client: string, param: string): Stored {
			const one = stored.get(id);
			if (one?.client === client) return one;
			throw new Refusal(404, `Invalid '${param}': there is no response '${id.slice(0, 100)}' here.`, { param, code: 'response_not_found' });
		},
		forget,
	};
}

export type ResponseStore = ReturnType<typeof createResponseStore>;
