// Rooms: where a pass's activations lie. All blocks share them. Rows are filled up to 32 columns, which stay zero: a group of the kernels.

import type { Arena } from '../../compute/arena.ts';
import { activationBytes, padded, type WeightKind } from '../../compute/layouts.ts';
import { attendRoom } from '../../program/attend-many.ts';
import { paddedHead } from '../../program/heads.ts';
import type { Rows } from '../../program/steps.ts';
import type { AttentionConfig, BlockConfig, TransformerConfig } from '../../spec/config.ts';

export interface Sizes {
	/** Tokens in one pass at most, a multiple of 4. */
	readonly tokensAtOnce: number;
	/** Tokens that the cache holds. */
	readonly capacity: number;
	readonly threads: number;
	/** The blocks from `from` up to `to`; those before and after them are in other memories. */
	readonly from: number;
	readonly to: number;
}

export interface Rooms {
	/** Where rows come in, and three more of D values. */
	readonly input: Rows;
	readonly stream: Rows;
	readonly normed: Rows;
	readonly second: Rows;
	/** What a matrix adds to the stream, where that is wanted by itself. */
	readonly made: Rows;
	/** Rows of so many values. */
	query(width: number): Rows;
	key(width: number): Rows;
	value(width: number): Rows;
	/** Contexts of heads that attention finds filled up, (T, H · Dh). */
	context(width: number): Rows;
	gate(width: number): Rows;
	up(width: number): Rows;
	/** Shares of E experts, tokens of one of them and what it makes of them. */
	experts(count: number): { readonly shares: Rows; readonly gathered: Rows; readonly expert: Rows };
	/** Activation records: signed per 32, unsigned per 32, signed per 16, floats. */
	records(kind: WeightKind): number;
	readonly scratch: number;
	readonly scratchStride: number;
	/** All rooms of rows: what a pass that is put aside must keep. */
	readonly all: readonly Rows[];
}

export function createRooms(config: TransformerConfig, arena: Arena, { tokensAtOnce: T, capacity, threads }: Sizes): Rooms {
	const widest = (f: (block: BlockConfig) => number): number => Math.max(...config.blocks.map(f), 0);
	const widestHeads = (f: (attention: AttentionConfig) => number): number =>
		widest(({ attention, cross }) => Math.max(f(attention), cross ? f(cross) : 0));
	const D = config.width;
	const F = widest((block) => block.feedForward.width);
	const Q = widestHeads((a) => a.heads * paddedHead(a.headWidth));
	const K = widestHeads((a) => a.keyHeads * paddedHead(a.headWidth));
	const odd = widestHeads((a) => (paddedHead(a.headWidth) === a.headWidth ? 0 : a.heads * a.headWidth));
	const all: Rows[] = [];
	const rows = (width: number, what: string): Rows => {
		const room = rowsOf(arena, T, width, what);
		all.push(room);
		return room;
	};
	/** Rows as close together as a block's own width allows. */
	const upTo = (width: number, what: string): ((width: number) => Rows) => {
		const { at } = rows(width, what);
		return (own) => ({ at, stride: padded(own) * 4 });
	};
	const E = widest((block) => block.feedForward.experts?.count ?? 0);
	const shares = E > 0 ? upTo(E, 'shares') : undefined;
	const apart = E > 0 ? { gathered: rows(D, 'states'), expert: rows(D, 'states') } : undefined;
	const records = new Map<string, number>();
	const scratchStride = attendRoom(
		capacity,
		widestHeads((a) => paddedHead(a.headWidth)),
	);
	return {
		input: rows(D, 'states'),
		stream: rows(D, 'states'),
		normed: rows(D, 'states'),
		second: rows(D, 'states'),
		made: rows(D, 'states'),
		query: upTo(Q, 'queries'),
		key: upTo(K, 'keys'),
		value: upTo(K, 'values'),
		context: upTo(odd, 'contexts'),
		gate: upTo(F, 'hidden states'),
		up: upTo(F, 'hidden states'),
		experts: (count) => ({ shares: shares!(count), ...apart! }),
		records(kind) {
			const key = `${kind.activations} ${kind.columns}`;
			const at = records.get(key) ?? arena.take(activationBytes(kind, T, padded(Math.max(D, F, Q))), 'activations');
			records.set(key, at);
			return at;
		},
		scratch: arena.take(threads * scratchStride, 'scores'),
		scratchStride,
		all,
	};
}

export function rowsOf(arena: Arena, count: number, width: number, what: string): Rows {
	const stride = padded(width) * 4;
	return { at: arena.take(count * stride, what), stride };
}
