// The parts of a split GGUF by their names: llama.cpp gguf-split (`%s-%05d-of-%05d.gguf`).

import { TongsaError } from '../src/errors.ts';

const SPLIT = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

/** Most parts of a split GGUF: its names have five digits, and nobody cuts a model into more than some hundred. */
const MAX_PARTS = 1000;

/** All parts' names of a split file's name; the name alone where it is not split. @throws TongsaError 'out-of-range'. */
export function splitParts(name: string): string[] {
	const match = SPLIT.exec(name);
	if (!match) return [name];
	const parts = Number(match[3]);
	if (parts < 1 || parts > MAX_PARTS) {
		throw new TongsaError('out-of-range', 'number of parts in the name of a split file', {
			file: name,
			got: parts,
			allowed: `1 to ${MAX_PARTS}`,
		});
	}
	return Array.from({ length: parts }, (_, i) => `${match[1]}-${String(i + 1).padStart(5, '0')}-of-${match[3]}.gguf`);
}

/** The parts of what stands at an address, each by its name and its own address. `%20` in one of them stays what it is. */
export function splitAddresses(url: string): readonly (readonly [name: string, url: string])[] {
	const { pathname, search } = new URL(url);
	const name = decoded(pathname.slice(pathname.lastIndexOf('/') + 1)) || 'model';
	return splitParts(name).map((part) => [part, part === name ? url : new URL(encodeURIComponent(part) + search, url).href] as const);
}

/** As it stands, where it is no UTF-8. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
