// A term's postings as bytes: which chunks have it, and how often. Blocks that stand by themselves, so that two are merged by joining them.

import { TongsaError } from '../errors.ts';

/** Of one term: chunk ids and counts, side by side. */
export interface Postings {
	readonly chunks: readonly number[];
	readonly counts: readonly number[];
}

/** One block: how many, the first id, its count, then each id's distance from the last and its count; LEB128 numbers. Ids ascend. */
export function encodePostings({ chunks, counts }: Postings): Uint8Array {
	const out: number[] = [];
	const put = (number: number): void => {
		let rest = number;
		for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.push((rest & 0x7f) | 0x80);
		out.push(rest);
	};
	put(chunks.length);
	let last = 0;
	chunks.forEach((chunk, i) => {
		put(chunk - last);
		put(counts[i]!);
		last = chunk;
	});
	return Uint8Array.from(out);
}

/** Calls `take` for each posting of joined blocks. @throws TongsaError 'malformed' for bytes that end too soon. */
export function eachPosting(bytes: Uint8Array, take: (chunk: number, count: number) => void): void {
	let at = 0;
	const next = (): number => {
		let value = 0;
		for (let scale = 1; ; scale *= 128) {
			const byte = bytes[at++];
			if (byte === undefined || scale > 2 ** 49) throw new TongsaError('malformed', 'postings that end too soon', { byteOffset: at });
			value += (byte & 0x7f) * scale;
			if (byte < 0x80) return value;
		}
	};
	while (at < bytes.length) {
		let chunk = 0;
		for (let left = next(); left > 0; left--) {
			chunk += next();
			take(chunk, next());
		}
	}
}
