// Where an encoding grows: ids, and their ranges when asked for.

import type { Encoding } from '../types.ts';

export interface TokenSink {
	push(id: number, start: number, end: number): void;
	/** `count` ids at once; `ranges` is 2·count units. */
	append(ids: Uint32Array, ranges: Uint32Array | undefined): void;
}

export interface TokenBuffer extends TokenSink {
	readonly length: number;
	finish(): Encoding;
}

export function createTokenBuffer(withOffsets: boolean, expected: number): TokenBuffer {
	let ids = new Uint32Array(Math.max(16, expected));
	let offsets = withOffsets ? new Uint32Array(ids.length * 2) : undefined;
	let length = 0;
	const reserve = (wanted: number): void => {
		if (wanted <= ids.length) return;
		const capacity = Math.max(wanted, ids.length * 2);
		const [oldIds, oldOffsets] = [ids, offsets];
		ids = new Uint32Array(capacity);
		ids.set(oldIds.subarray(0, length));
		if (!oldOffsets) return;
		offsets = new Uint32Array(capacity * 2);
		offsets.set(oldOffsets.subarray(0, length * 2));
	};
	return {
		get length() {
			return length;
		},
		push(id, start, end) {
			if (length === ids.length) reserve(length + 1);
			ids[length] = id;
			if (offsets) {
				offsets[length * 2] = start;
				offsets[length * 2 + 1] = end;
			}
			length++;
		},
		append(more, ranges) {
			reserve(length + more.length);
			ids.set(more, length);
			if (offsets && ranges) offsets.set(ranges, length * 2);
			length += more.length;
		},
		finish: () => ({ ids: ids.slice(0, length), ...(offsets ? { offsets: offsets.slice(0, length * 2) } : {}) }),
	};
}

/** Takes tokens whose ids are places in `ids`. */
export const renumbered = (out: TokenSink, ids: Uint32Array): TokenSink => ({
	push: (id, start, end) => out.push(ids[id]!, start, end),
	append: (places, ranges) =>
		out.append(
			places.map((place) => ids[place]!),
			ranges,
		),
});
