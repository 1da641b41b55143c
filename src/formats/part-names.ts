// The parts of a split model by their names: NAME-00001-of-00003.gguf (llama.cpp's gguf-split, `%s-%05d-of-%05d.gguf`), and Hugging Face's
// safetensors alike.

import { TongsaError } from '../errors.ts';

const PART = /^(?<stem>.*)-(?<number>\d{5})-of-(?<count>\d{5})(?<extension>\.[A-Za-z]+)$/;

/** Most parts of a split model: its names have five digits, and Hugging Face splits at 50 GB a file, so that a thousand parts are 50 TB. */
const MAX_PARTS = 1000;

/** 'a-00002-of-00003.gguf' → 2; undefined for the name of a file that is not one of several. */
export function partNumber(name: string): number | undefined {
	const number = PART.exec(name)?.groups?.['number'];
	return number === undefined ? undefined : Number(number);
}

/**
 * The names of all parts of the model that a file belongs to; the name alone where it is not split.
 *
 *     partNames('a-00002-of-00003.gguf') // a-00001-of-00003.gguf, a-00002-of-00003.gguf, a-00003-of-00003.gguf
 *
 * @throws TongsaError 'out-of-range' for a name that says more parts than any model has, or none.
 */
export function partNames(name: string): string[] {
	const groups = PART.exec(name)?.groups;
	if (!groups) return [name];
	const count = Number(groups['count']);
	if (count < 1 || count > MAX_PARTS) {
		throw new TongsaError('out-of-range', 'number of parts in the name of a split file', {
			file: name,
			got: count,
			allowed: `1 to ${MAX_PARTS}`,
		});
	}
	return Array.from(
		{ length: count },
		(_, i) => `${groups['stem']}-${String(i + 1).padStart(5, '0')}-of-${groups['count']}${groups['extension']}`,
	);
}
