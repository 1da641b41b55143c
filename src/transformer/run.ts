// A run's surroundings: what every part of the stack needs to know while tokens pass through.

import type { RopeConfig, TransformerConfig } from '../spec/config.ts';
import type { LoadedGlobals, Weights } from '../weights/weights.ts';
import type { Backend } from './backend.ts';
import { type RopeTable, ropeTable } from './rope.ts';
import type { State } from './state.ts';
import type { Taps } from './taps.ts';

export interface Run {
	readonly config: TransformerConfig;
	readonly backend: Backend;
	readonly weights: Weights;
	readonly globals: LoadedGlobals;
	readonly state: State;
	readonly taps: Taps;
	/** Stands before every point's name: '' or 'encoder.'. */
	readonly prefix: string;
	/** Angles of `count` positions from `first` on; stretching looks at how long the whole text is. */
	ropeTable(rope: RopeConfig, first: number, count: number): RopeTable;
	readonly signal: AbortSignal | undefined;
}

/** Angles for positions 0 … end − 1 are made once per kind of rotation and shared by all blocks. */
export function sharedRopeTables(globals: LoadedGlobals, start: number, end: number): Run['ropeTable'] {
	const tables = new Map<string, RopeTable>();
	return (rope, first, count) => {
		const key = JSON.stringify(rope);
		const table = tables.get(key) ?? ropeTable(rope, start, end - start, globals.rope);
		tables.set(key, table);
		const from = (first - start) * table.pairs;
		const to = from + count * table.pairs;
		return { pairs: table.pairs, cos: table.cos.subarray(from, to), sin: table.sin.subarray(from, to) };
	};
}
