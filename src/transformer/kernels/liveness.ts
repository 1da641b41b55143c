// Liveness: until where each value of a graph is read, and which projections go straight into a sum.

import { type Graph, operandsOf, type Value } from './record.ts';

/** Who reads what in a graph, by the places of its operations. */
export class Uses {
	readonly #graph: Graph;
	readonly #places = new Map<Value, number>();
	readonly #readers = new Map<Value, Value[]>();
	/** A projection → the sum that is made in one step with it; and back. */
	readonly #fusedInto = new Map<Value, Value>();
	readonly #fusedFrom = new Map<Value, Value>();
	readonly #dying = new Map<number, Value[]>();

	/** `keepsInput`: the first value is read by somebody else afterwards. */
	constructor(graph: Graph, keepsInput: boolean) {
		this.#graph = graph;
		for (const [i, value] of graph.entries()) {
			this.#places.set(value, i);
			for (const x of operandsOf(value.made)) this.#readers.set(x, [...(this.#readers.get(x) ?? []), value]);
		}
		this.#fuse(keepsInput);
		for (const value of graph) {
			if (value.made.op === 'tap' || (keepsInput && value === graph[0])) continue;
			const last = this.lastUse(value);
			this.#dying.set(last, [...(this.#dying.get(last) ?? []), value]);
		}
	}

	/** The value that a tap taps, through any number of taps. */
	root(value: Value): Value {
		return value.made.op === 'tap' ? this.root(value.made.x) : value;
	}

	/** Place of the last operation that reads it, also by way of taps; its own where nobody does. */
	lastUse(value: Value): number {
		const places = (this.#readers.get(value) ?? []).map((reader) => {
			if (reader.made.op === 'tap') return this.lastUse(reader);
			return this.#places.get(this.#fusedInto.get(reader) ?? reader)!;
		});
		return Math.max(this.#places.get(value)!, ...places);
	}

	/** Values, taps left aside, that nobody reads after this place. */
	dyingAt(place: number): readonly Value[] {
		return this.#dying.get(place) ?? [];
	}

	/** Whether a projection (or a tap of one) is part of a later sum. */
	isFused(value: Value): boolean {
		return this.#fusedInto.has(this.root(value));
	}

	/** The projection that is made in one step with this sum. */
	projectionIn(sum: Value): Value | undefined {
		return this.#fusedFrom.get(sum);
	}

	tapsOf(value: Value): readonly Value[] {
		const taps = (this.#readers.get(value) ?? []).filter(({ made }) => made.op === 'tap');
		return taps.flatMap((tap) => [tap, ...this.tapsOf(tap)]);
	}

	/** Projections of just this value that are made by themselves: its rows are quantised once for them all. */
	projectionsOf(x: Value): readonly Value[] {
		return (this.#readers.get(x) ?? []).filter((reader) => reader.made.op === 'linear' && !this.isFused(reader));
	}

	/** x + W y, where W y goes nowhere else and x is read no more: one step adds the products to x. */
	#fuse(keepsInput: boolean): void {
		for (const sum of this.#graph) {
			if (sum.made.op !== 'add') continue;
			const { x, y } = sum.made;
			const [root, linear] = [this.root(x), this.root(y)];
			if (linear.made.op !== 'linear' || !this.#isOnlyFor(linear, y)) continue;
			if (keepsInput && root === this.#graph[0]) continue;
			if (this.lastUse(root) > this.#places.get(sum)!) continue;
			this.#fusedInto.set(linear, sum);
			this.#fusedFrom.set(sum, linear);
		}
	}

	/** Whether each of the values from a projection to the operand of a sum has the next one for its only reader. */
	#isOnlyFor(linear: Value, operand: Value): boolean {
		for (let value = operand; ; value = (value.made as Extract<Value['made'], { op: 'tap' }>).x) {
			if (this.#readers.get(value)!.length !== 1) return false;
			if (value === linear) return true;
		}
	}
}
