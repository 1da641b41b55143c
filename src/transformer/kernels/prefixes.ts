// Prefixes: what conversations have computed, kept while others use the cache. The one used longest ago makes room.

import { commonPrefix } from '../common-prefix.ts';

export interface Prefix {
	readonly ids: readonly number[];
	/** Keys and values of `ids`. */
	readonly snapshot: Uint8Array;
}

export interface Prefixes {
	/** The one that begins most like `ids`, and how far. */
	find(ids: readonly number[]): { readonly prefix: Prefix; readonly shared: number } | undefined;
	/** Keeps what `save` gives, unless as much is known already or it is larger than all that may be kept. */
	keep(ids: readonly number[], bytes: number, save: () => Uint8Array): void;
	/** Bytes that are kept. */
	readonly bytes: number;
	clear(): void;
}

/** Fewer tokens are computed again sooner than kept: what is lost of a conversation when its next turn is spelled a little differently. */
export const WORTH_KEEPING = 32;

export function createPrefixes(maxBytes: number): Prefixes {
	/** The one used last is the last. */
	let kept: Prefix[] = [];
	let bytes = 0;
	const drop = (unwanted: (one: Prefix) => boolean) => {
		kept = kept.filter((one) => !unwanted(one));
		bytes = kept.reduce((sum, { snapshot }) => sum + snapshot.byteLength, 0);
	};
	const use = (prefix: Prefix) => {
		kept = [...kept.filter((one) => one !== prefix), prefix];
	};

	return {
		find(ids) {
			let best: { prefix: Prefix; shared: number } | undefined;
			for (const prefix of kept) {
				const shared = commonPrefix(prefix.ids, ids);
				if (shared > (best?.shared ?? 0)) best = { prefix, shared };
			}
			if (best) use(best.prefix);
			return best;
		},
		keep(ids, size, save) {
			if (size > maxBytes) return;
			const known = kept.find((one) => commonPrefix(one.ids, ids) === ids.length);
			if (known) return use(known);
			// What it holds itself, up to a small rest, need not be kept twice.
			drop((one) => one.ids.length - commonPrefix(one.ids, ids) < WORTH_KEEPING);
			while (bytes + size > maxBytes) drop((one) => one === kept[0]);
			kept.push({ ids: ids.slice(), snapshot: save() });
			bytes += size;
		},
		get bytes() {
			return bytes;
		},
		clear: () => drop(() => true),
	};
}
