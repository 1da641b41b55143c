// Hooks: the one place to read a run's intermediates or to replace them. The model's code offers every point; without hooks that costs nothing.

import { TongsaError } from '../errors.ts';
import type { Point } from '../spec/points.ts';
import type { TokenRange } from './ops.ts';
import type { Selection } from './select.ts';

/** Where a run offers its intermediates, by a point's name. */
export interface Hooks {
	/** Of a text that goes on: a step of new tokens begins behind `start` others. */
	begin?(start: number, tokens: number): void;
	/** Whether anybody reads this point or replaces it. */
	wants(point: string): boolean;
	replaces(point: string): boolean;
	/** What is read of it. */
	selected(point: string): Selection | undefined;
	/** All values of a point. @returns these, or what stands in their place. */
	offer(point: string, shape: readonly number[], data: Float32Array): Float32Array;
	/** What is read of a point that nobody replaces, where a backend has cut it out itself. */
	keep(point: string, values: TracedPoint): void;
}

export interface TracedPoint {
	readonly shape: readonly number[];
	readonly data: Float32Array;
}

/**
 * Gets a copy of a point's values, or of the heads and tokens of them that its selector names, which it may change.
 * @returns what stands there instead, as many values; undefined: what stood there.
 */
export type Replace = (data: Float32Array, shape: readonly number[], point: string) => Float32Array | undefined;

export interface Replacement {
	readonly selection: Selection;
	readonly replace: Replace;
}

/** Thrown where everything that was asked for has been read. */
export const ENOUGH = Symbol('enough');

export interface ObservationOptions {
	readonly selections: ReadonlyMap<string, Selection>;
	readonly replacements?: ReadonlyMap<string, readonly Replacement[]>;
	/** T, and which of these tokens the run computes in its last block. */
	readonly tokens: number;
	readonly asked?: TokenRange | undefined;
	/** Which of them have logits. */
	readonly logits?: TokenRange | undefined;
	/** End the run when nothing more is to be read. */
	readonly stop?: boolean;
}

/** Reads what was selected, and puts other values in its place. */
export class Observation implements Hooks {
	readonly points = new Map<string, TracedPoint>();
	readonly #options: ObservationOptions;

	constructor(options: ObservationOptions) {
		this.#options = options;
	}

	wants(point: string): boolean {
		return this.#options.selections.has(point) || this.replaces(point);
	}

	replaces(point: string): boolean {
		return this.#options.replacements?.has(point) ?? false;
	}

	selected(point: string): Selection | undefined {
		return this.#options.selections.get(point);
	}

	offer(point: string, shape: readonly number[], offered: Float32Array): Float32Array {
		let data = offered;
		for (const { selection, replace } of this.#options.replacements?.get(point) ?? []) {
			data = this.#replaced(selection, replace, shape, data);
		}
		const selection = this.selected(point);
		if (selection) this.keep(point, this.#cut(selection, shape, data));
		return data;
	}

	keep(point: string, values: TracedPoint): void {
		this.points.set(point, values);
		if (this.#options.stop && this.points.size === this.#options.selections.size) throw ENOUGH;
	}

	/** The values with those of the selection replaced: a new array, since what the run goes on with may share the old one. */
	#replaced(selection: Selection, replace: Replace, shape: readonly number[], data: Float32Array): Float32Array {
		const { name } = selection.point;
		const part = this.#cut(selection, shape, data);
		const other = replace(part.data.slice(), part.shape, name);
		if (other === undefined) return data;
		if (other.length !== part.data.length) {
			throw new TongsaError('wrong-shape', 'a replaced value has another shape', {
				field: name,
				got: `${other.length} values`,
				allowed: `${part.shape.join(' × ')} = ${part.data.length} values`,
			});
		}
		const out = data.slice();
		const width = shape.at(-1)!;
		this.#eachRow(selection, shape, (row, from) => out.set(other.subarray(row * width, (row + 1) * width), from));
		return out;
	}

	/** A copy of the selected heads and tokens. */
	#cut(selection: Selection, shape: readonly number[], data: Float32Array): TracedPoint {
		const width = shape.at(-1)!;
		const { heads, tokens } = this.#rows(selection, shape);
		const out = new Float32Array(heads.length * tokens.length * width);
		this.#eachRow(selection, shape, (row, from) => out.set(data.subarray(from, from + width), row * width));
		return { shape: shape.length === 3 ? [heads.length, tokens.length, width] : [tokens.length, width], data: out };
	}

	#eachRow(selection: Selection, shape: readonly number[], visit: (row: number, from: number) => void): void {
		const { heads, tokens } = this.#rows(selection, shape);
		const [rows, width] = shape.slice(-2) as [number, number];
		let row = 0;
		for (const h of heads) for (const t of tokens) visit(row++, (h * rows + t) * width);
	}

	/** Heads and rows of a selection. A run of fewer tokens than the text has offers those from the first one asked for on. */
	#rows({ point, heads, tokens }: Selection, shape: readonly number[]): { heads: readonly number[]; tokens: readonly number[] } {
		const rows = shape.at(-2)!;
		const { tokens: T } = this.#options;
		const asked = point.id === 'logits' ? this.#options.logits : this.#options.asked;
		const shift = asked && point.rows === 'T' && rows === asked.count && rows !== T ? asked.first : 0;
		return {
			heads: heads ?? upTo(shape.length === 3 ? shape[0]! : 1),
			tokens: tokens?.map((t) => t - shift) ?? upTo(rows),
		};
	}
}

function upTo(count: number): number[] {
	return Array.from({ length: count }, (_, i) => i);
}

/** (A, B, N) → (B, A, N): between a point's heads first and a backend's tokens first. */
export function swapped(data: Float32Array, A: number, B: number, N: number): Float32Array {
	const out = new Float32Array(data.length);
	for (let a = 0; a < A; a++) {
		for (let b = 0; b < B; b++) out.set(data.subarray((a * B + b) * N, (a * B + b + 1) * N), (b * A + a) * N);
	}
	return out;
}

/** Name of a point in a run of the decoder, or of the encoder. */
export function nameOf(layer: number | undefined, id: Point['id'], encoder: boolean): string {
	return `${encoder ? 'encoder.' : ''}${layer === undefined ? '' : `blocks.${layer}.`}${id}`;
}
