// Record: the kernels' side of the model's code. Operations compute nothing; they are written down in order, as a graph of values.
// lower.ts makes the steps of a program out of it.

import type { Routing } from '../../compute/route.ts';
import { TongsaError } from '../../errors.ts';
import type { Activation, AttentionConfig, NormConfig, RopeConfig, TransformerConfig } from '../../spec/config.ts';
import type { BlockPoint, GlobalPoint } from '../../spec/points.ts';
import type { LinearParts, NormParts } from '../../weights/parts.ts';
import type { MatrixView, VectorView } from '../../weights/views.ts';
import type { Views } from '../../weights/weights.ts';
import type { AttendCall, Awaitable, Ops, Run, TokenRange } from '../ops.ts';
import type { Slot } from '../state.ts';

/** What the model's code did, in the order in which it did it. */
export type Graph = readonly Value[];

/** The outcome of one operation: rows of `width` float32. */
export interface Value {
	readonly made: Operation;
	readonly width: number;
}

export type Operation =
	/** What somebody puts in its place before the steps run. */
	| { readonly op: 'input' }
	| { readonly op: 'linear'; readonly x: Value; readonly weight: LinearParts<MatrixView, VectorView> }
	| { readonly op: 'norm'; readonly x: Value; readonly config: NormConfig; readonly parts: NormParts<VectorView> }
	| {
			readonly op: 'headNorm';
			readonly x: Value;
			readonly heads: number;
			readonly config: NonNullable<AttentionConfig['queryKeyNorm']>;
			readonly parts: NormParts<VectorView>;
	  }
	| { readonly op: 'rotate'; readonly x: Value; readonly heads: number; readonly headWidth: number; readonly rope: RopeConfig }
	| { readonly op: 'add'; readonly x: Value; readonly y: Value }
	| { readonly op: 'scale'; readonly x: Value; readonly factor: number }
	| { readonly op: 'scaleAndCap'; readonly x: Value; readonly scale: number; readonly cap: number | undefined }
	| { readonly op: 'activate'; readonly activation: Activation; readonly up: Value; readonly gate: Value | undefined }
	| { readonly op: 'append'; readonly slot: Slot; readonly x: Value }
	| { readonly op: 'recall'; readonly slot: Slot }
	| { readonly op: 'attend'; readonly call: AttendCall<Value, VectorView> }
	| { readonly op: 'route'; readonly x: Value; readonly routing: Routing }
	| { readonly op: 'mixture'; readonly x: Value; readonly weights: Value; readonly experts: readonly Graph[] }
	| { readonly op: 'unembed'; readonly x: Value }
	/** The last token's row alone. */
	| { readonly op: 'last'; readonly x: Value }
	| { readonly op: 'tap'; readonly layer: number | undefined; readonly point: BlockPoint | GlobalPoint; readonly x: Value };

/** The values that an operation reads. */
export function operandsOf(made: Operation): readonly Value[] {
	switch (made.op) {
		case 'input':
		case 'recall':
			return [];
		case 'add':
			return [made.x, made.y];
		case 'activate':
			return made.gate ? [made.gate, made.up] : [made.up];
		case 'attend':
			return [made.call.query, made.call.keys, made.call.values];
		case 'mixture':
			return [made.x, made.weights];
		default:
			return [made.x];
	}
}

/** How a token's row of the table becomes what the first step reads: the same wherever the token stands, but for its position. */
export interface Entry {
	readonly scale: number;
	/** Whether row 0 of the table of types is added. */
	readonly types: boolean;
	readonly positions: 'learned' | 'sinusoidal' | undefined;
}

/** Rows of a table that are added to those of the tokens: no steps of their own, but part of the entry. */
interface Gathered extends Value {
	readonly gathered: 'types' | 'learned' | 'sinusoidal';
}

export class Recorder implements Ops<Value, MatrixView, VectorView> {
	readonly run: Run<Value, MatrixView, VectorView>;
	/** Where operations are written down now. */
	#values: Value[] = [];
	#entry: Entry = { scale: 1, types: false, positions: undefined };
	readonly #config: TransformerConfig;

	constructor(config: TransformerConfig, views: Views) {
		this.#config = config;
		this.run = { config, ops: this, weights: { globals: views, block: (i) => views.blocks[i]! } };
	}

	get entry(): Entry {
		return this.#entry;
	}

	/** The graph of what `work` does with rows that are put in place before it: its first value is they, its last what it gives. */
	async graph(width: number, work: (x: Value) => Awaitable<unknown>): Promise<Graph> {
		const [outer, values] = [this.#values, [] as Value[]];
		this.#values = values;
		try {
			await work(this.#write({ op: 'input' }, width));
			return values;
		} finally {
			this.#values = outer;
		}
	}

	last(x: Value): Value {
		return this.#write({ op: 'last', x }, x.width);
	}

	gather(table: 'table' | 'positions' | 'types'): Value {
		if (table !== 'table') return this.#gathered(table === 'types' ? 'types' : 'learned');
		const input = this.#values[0];
		if (input?.made.op === 'input') return input;
		throw new TongsaError('internal', 'rows of the table are read where no input stands');
	}

	sinusoids(of: 'positions' | 'distances'): Value {
		if (of === 'positions') return this.#gathered('sinusoidal');
		throw unrecordable('a position bias that depends on the query');
	}

	linear(x: Value, weight: LinearParts<MatrixView, VectorView>): Value {
		return this.#write({ op: 'linear', x, weight }, weight.matrix.rows);
	}

	norm(x: Value, config: NormConfig, parts: NormParts<VectorView>): Value {
		return this.#write({ op: 'norm', x, config, parts }, x.width);
	}

	headNorm(x: Value, heads: number, config: NonNullable<AttentionConfig['queryKeyNorm']>, parts: NormParts<VectorView>): Value {
		return this.#write({ op: 'headNorm', x, heads, config, parts }, x.width);
	}

	rotate(x: Value, heads: number, headWidth: number, rope: RopeConfig): Value {
		return this.#write({ op: 'rotate', x, heads, headWidth, rope }, x.width);
	}

	add(x: Value, y: Value): Value {
		if (!('gathered' in y)) return this.#write({ op: 'add', x, y }, x.width);
		const { gathered } = y as Gathered;
		if (x.made.op !== 'input') throw unrecordable('positions that are added behind a projection');
		this.#entry = gathered === 'types' ? { ...this.#entry, types: true } : { ...this.#entry, positions: gathered };
		return x;
	}

	addVector(): Value {
		throw unrecordable('a bias on queries');
	}

	scale(x: Value, factor: number): Value {
		if (x.made.op !== 'input') return this.#write({ op: 'scale', x, factor }, x.width);
		this.#entry = { ...this.#entry, scale: factor };
		return x;
	}

	scaleAndCap(x: Value, scale: number, cap: number | undefined): Value {
		return this.#write({ op: 'scaleAndCap', x, scale, cap }, x.width);
	}

	activate(activation: Activation, up: Value, gate?: Value): Value {
		return this.#write({ op: 'activate', activation, up, gate }, up.width);
	}

	/** A program is made once for all passes: it computes every token's row. */
	rows(x: Value, asked: TokenRange | undefined): Value {
		if (asked) throw unrecordable('a part of the tokens');
		return x;
	}

	append(slot: Slot, x: Value): Value {
		return this.#write({ op: 'append', slot, x }, x.width);
	}

	recall(slot: Slot): Value {
		return this.#write({ op: 'recall', slot }, slot.heads * slot.headWidth);
	}

	attend(call: AttendCall<Value, VectorView>): Value {
		if (call.relative) throw unrecordable('a position bias that depends on the query');
		return this.#write({ op: 'attend', call }, call.query.width);
	}

	route(x: Value, routing: Routing): Value {
		return this.#write({ op: 'route', x, routing }, x.width);
	}

	async mixture(x: Value, weights: Value, count: number, expert: (e: number, x: Value) => Awaitable<Value>): Promise<Value> {
		const experts: Graph[] = [];
		for (let e = 0; e < count; e++) experts.push(await this.graph(x.width, (rows) => expert(e, rows)));
		return this.#write({ op: 'mixture', x, weights, experts }, x.width);
	}

	unembed(x: Value): Value {
		return this.#write({ op: 'unembed', x }, this.#config.vocabulary);
	}

	/** What stands before the first step is read and replaced where the rows are made (engine.ts), and logits where they are read. */
	tap(layer: number | undefined, point: BlockPoint | GlobalPoint, x: Value): Value {
		if (point === 'embedding.rows' || point === 'logits') return x;
		return this.#write({ op: 'tap', layer, point, x }, x.width);
	}

	pause(): void {}

	#write(made: Operation, width: number): Value {
		const value = { made, width };
		this.#values.push(value);
		return value;
	}

	#gathered(gathered: Gathered['gathered']): Gathered {
		return { made: { op: 'input' }, width: this.#config.width, gathered };
	}
}

/** support.ts names these before anything is recorded. */
function unrecordable(got: string): TongsaError {
	return new TongsaError('unsupported', 'the kernels cannot run this model', { got, hint: 'Use precision exact' });
}
