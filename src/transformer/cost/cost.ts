// The counting backend: the model's own code over values that have a shape and no numbers. What a run multiplies, reads and remembers.
// It is the third implementation of the operations, and as small as one can be: nothing here knows what a block does.

import type { TransformerConfig } from '../../spec/config.ts';
import type { LinearParts } from '../../weights/parts.ts';
import type { MatrixView, VectorView } from '../../weights/views.ts';
import type { Views } from '../../weights/weights.ts';
import { forward } from '../forward.ts';
import type { AttendCall, Ops, Run } from '../ops.ts';
import { type Slot, slotsOf } from '../state.ts';
import { unembed } from '../unembed.ts';

export interface Cost {
	/** Products of the weights' matrices, and of queries with keys and weights with values. */
	readonly products: { readonly weights: number; readonly attention: number };
	/** Bytes of the weights that are read, as the file has them: each once, of a mixture as many experts as the tokens can see. */
	readonly weightBytes: number;
	/** Bytes of the state that a token leaves behind, in halves. */
	readonly stateBytesPerToken: number;
}

export interface CostOptions {
	/** T: new tokens. */
	readonly tokens: number;
	/** Tokens before them (default 0). */
	readonly before?: number;
	/** Whether the last token's logits are made (default: where the model has them). */
	readonly logits?: boolean;
}

/** (rows, width), without values. */
interface Shape {
	readonly rows: number;
	readonly width: number;
}

/** What a run of `tokens` costs. Of an encoder-decoder: the decoder's part. */
export async function costOf(config: TransformerConfig, views: Views, options: CostOptions): Promise<Cost> {
	const counter = new Counter(config, views, options);
	const states = await forward(counter.model, { lastBlock: config.blocks.length - 1 });
	if (options.logits ?? config.logits !== undefined) await unembed(counter.model, { rows: 1, width: states.width });
	return counter.cost;
}

/** Bytes of one slot's row in halves. */
function slotBytes({ of, heads, headWidth }: Slot): number {
	return of === 'text' ? heads * headWidth * 2 : 0;
}

class Counter implements Ops<Shape, MatrixView, VectorView> {
	readonly model: Run<Shape, MatrixView, VectorView>;
	readonly #config: TransformerConfig;
	readonly #views: Views;
	readonly #tokens: number;
	readonly #keys: number;
	/** By the tensor, and the part of it: a tied table counts once. */
	readonly #read = new Map<unknown, number>();
	/** While a mixture's experts run: of them all, those that a token sees, and those that some token sees at most. */
	#run = 1;
	#seen = 1;
	#weights = 0;
	#attention = 0;

	constructor(config: TransformerConfig, views: Views, { tokens, before = 0 }: CostOptions) {
		this.#config = config;
		this.#views = views;
		this.#tokens = tokens;
		this.#keys = before + tokens;
		this.model = { config, ops: this, weights: { globals: views, block: (i) => views.blocks[i]! } };
	}

	get cost(): Cost {
		return {
			products: { weights: Math.round(this.#weights), attention: this.#attention },
			weightBytes: Math.round([...this.#read.values()].reduce((sum, bytes) => sum + bytes, 0)),
			stateBytesPerToken: slotsOf(this.#config).reduce((sum, slot) => sum + slotBytes(slot), 0),
		};
	}

	gather(table: 'table' | 'positions' | 'types'): Shape {
		return { rows: this.#tokens, width: this.#views[table]!.columns };
	}

	sinusoids(of: 'positions' | 'distances', width: number): Shape {
		return { rows: of === 'positions' ? this.#tokens : this.#keys, width };
	}

	linear(x: Shape, { matrix }: LinearParts<MatrixView, VectorView>): Shape {
		this.#multiply(x.rows, matrix);
		return { rows: x.rows, width: matrix.rows };
	}

	norm(x: Shape): Shape {
		return x;
	}

	headNorm(x: Shape): Shape {
		return x;
	}

	rotate(x: Shape): Shape {
		return x;
	}

	add(x: Shape): Shape {
		return x;
	}

	addVector(x: Shape): Shape {
		return x;
	}

	scale(x: Shape): Shape {
		return x;
	}

	scaleAndCap(x: Shape): Shape {
		return x;
	}

	activate(_activation: unknown, up: Shape): Shape {
		return up;
	}

	rows(x: Shape): Shape {
		return x;
	}

	append(_slot: Slot, x: Shape): Shape {
		return { rows: this.#keys, width: x.width };
	}

	/** A source text as long as the context. */
	recall({ heads, headWidth }: Slot): Shape {
		return { rows: this.#keys, width: heads * headWidth };
	}

	/** A causal token sees those before it and itself, and no more than a window of them. */
	attend({ config, query, keys, part }: AttendCall<Shape, VectorView>): Shape {
		const causal = part === 'attention' && config.causal;
		for (let t = 0; t < query.rows; t++) {
			const seen = causal ? keys.rows - query.rows + t + 1 : keys.rows;
			this.#attention += 2 * query.width * Math.min(seen, config.window ?? seen);
		}
		return query;
	}

	route(scores: Shape): Shape {
		return scores;
	}

	async mixture(x: Shape, weights: Shape, experts: number, expert: (e: number, x: Shape) => Shape | Promise<Shape>): Promise<Shape> {
		const { used } = this.#config.blocks.find(({ feedForward }) => feedForward.experts?.count === experts)!.feedForward.experts!;
		this.#run = used / weights.width;
		this.#seen = Math.min(1, (used * x.rows) / weights.width);
		for (let e = 0; e < experts; e++) await expert(e, x);
		this.#run = this.#seen = 1;
		return x;
	}

	unembed(x: Shape): Shape {
		return this.linear(x, this.#views.output!);
	}

	tap(_layer: unknown, _point: unknown, x: Shape): Shape {
		return x;
	}

	pause(): void {}

	#multiply(rows: number, view: MatrixView): void {
		this.#weights += rows * view.rows * view.columns * this.#run;
		const key = view.take || view.slice ? view : view.tensor;
		this.#read.set(key, bytesOf(view) * this.#seen);
	}
}

/** Bytes of a matrix in its file: a part of a tensor has its part of the bytes. */
function bytesOf({ tensor, rows, columns }: MatrixView): number {
	const values = tensor.shape.reduce((product, size) => product * size, 1);
	return (tensor.byteLength * rows * columns) / values;
}
