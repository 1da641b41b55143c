// A place as a file: the same small JSON as in the address, for texts that are too long for one; and which table it was made with.

import { ask } from '../engine/client.ts';
import { fromJson, type Place } from './url.ts';

/** Larger files are no places: the longest text that the page takes is far below. */
const MAX_BYTES = 16_000_000;

export interface PlaceFile {
	readonly place: Place;
	/** Fingerprint of the model's table, where it had one. */
	readonly print?: string;
}

export async function placeFile({ view, model, text, options }: Place): Promise<PlaceFile> {
	const print = await ask('fingerprint', [model]).catch(() => undefined);
	return { place: { view, model, text, options }, ...(print && { print }) };
}

/** undefined where the file is none of ours. */
export async function readPlaceFile(file: File): Promise<PlaceFile | undefined> {
	if (file.size > MAX_BYTES) return undefined;
	let value: unknown;
	try {
		value = JSON.parse(await file.text());
	} catch {
		return undefined;
	}
	const { place, print } = (value ?? {}) as Record<string, unknown>;
	if (typeof place !== 'object' || place === null || typeof (place as Record<string, unknown>)['view'] !== 'string') return undefined;
	return { place: fromJson(place as Record<string, unknown>), ...(typeof print === 'string' && { print }) };
}
