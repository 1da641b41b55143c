// The reference backend: every operation computed at once, on float32 arrays. A value is a Float32Array, row-major.

import { route } from '../../compute/route.ts';
import { TongsaError } from '../../errors.ts';
import type { RopeConfig, TransformerConfig } from '../../spec/config.ts';
import { BLOCK_POINTS, GLOBAL_POINTS, type Point, sizesOf } from '../../spec/points.ts';
import type { Pause } from '../../threads/pause.ts';
import type { Matrix } from '../../weights/weights.ts';
import { type Hooks, nameOf, swapped } from '../hooks.ts';
import type { AttendCall, Ops, Run } from '../ops.ts';
import { alibiBias, bucketBias, countedPositions, relativeBias, sinusoids } from '../position.ts';
import { type RopeTable, ropeKey, ropeTable, rotate } from '../rope.ts';
import { type Input, noTokens, type Transformer, tokensOf } from '../transformer.ts';
import { activate, attend, linear, norm } from './operations.ts';
import type { ReferenceState } from './state.ts';

export type ReferenceOps = Ops<Float32Array, Matrix, Float32Array>;
export interface ReferenceRun extends Run<Float32Array, Matrix, Float32Array> {
	/** T. */
	readonly tokens: number;
}

export interface RunOptions {
	/** Absent ones cost nothing. */
	readonly hooks?: Hooks | undefined;
	readonly pause?: Pause | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** Adding to a row what is the same for every row. */
const repeated = (x: Float32Array, row: Float32Array): Float32Array => x.map((value, i) => value + row[i % row.length]!);

/**
 * A run of new tokens behind those that the state holds.
 * @throws TongsaError 'usage' for no tokens, 'too-large' beyond the table of positions, 'wrong-shape' for vectors that do not fit.
 */
export async function referenceRun(
	model: Transformer,
	input: Input,
	state: ReferenceState,
	options: RunOptions = {},
): Promise<ReferenceRun> {
	const { config, weights } = model;
	const { hooks, pause, signal } = options;
	const T = tokensOf(input, config);
	const start = state.length;
	checkTokens(model, T, start + T);
	const globals = await weights.globals(signal);
	const ropeOf = ropeTables(globals.rope, start, start + T);

	const attention = (call: AttendCall<Float32Array, Float32Array>, S: number, n: number): Float32Array => {
		const { config: own, layer, part, from, query, keys, values, heads, sinks, buckets, relative } = call;
		const first = part === 'attention' ? start + from : 0;
		const pairBias = buckets
			? bucketBias(own, buckets, first, n, S)
			: relative && relativeBias(own, relative.query, relative.v, relative.distances, first, n, S);
		const keyBias = own.alibi ? alibiBias(own, S) : undefined;
		const offered = (kind: 'scores' | 'weights') => {
			const name = nameOf(layer, `${part}.${kind}`, model.isEncoder);
			return hooks?.wants(name) ? (data: Float32Array) => hooks.offer(name, [own.heads, n, S], data) : undefined;
		};
		const operands = { config: own, query, keys, values, T: n, S, first, keyBias, pairBias, heads, sinks };
		return attend(operands, hooks ? { scores: offered('scores'), weights: offered('weights') } : {});
	};

	const ops: ReferenceOps = {
		gather(table, by) {
			if (table === 'table') return 'ids' in input ? weights.rows(input.ids, signal) : input.vectors;
			if (table === 'types') return weights.type(signal);
			const positions = config.embedding.positions!;
			const { offset, padding } = positions.kind === 'learned' ? positions : { offset: 0, padding: undefined };
			const counted = by === 'position' && 'ids' in input ? countedPositions(input.ids, start, padding) : inOrder(start, T);
			return weights.positions(
				counted.map((p) => p + offset),
				signal,
			);
		},
		sinusoids: (of, width) => sinusoids(of === 'positions' ? inOrder(start, T) : inOrder(0, start + T), width),
		linear: (x, { matrix, bias }) => linear(x, matrix, bias),
		norm: (x, own, { gain, bias }) => norm(x, config.width, own, gain, bias),
		headNorm: (x, heads, { scope, norm: own }, { gain, bias }) =>
			norm(x, scope === 'width' ? gain.length : scope === 'heads' ? gain.length / heads : gain.length, own, gain, bias),
		rotate: (x, heads, headWidth, rope, from) => rotate(x, heads, headWidth, rope, ropeOf(rope, from, x.length / (heads * headWidth))),
		add: (a, b) => (b.length < a.length ? repeated(a, b) : a.map((value, i) => value + b[i]!)),
		addVector: repeated,
		scale: (x, factor) => x.map((value) => value * factor),
		scaleAndCap: (x, scale, cap) => x.map((value) => (cap === undefined ? value * scale : cap * Math.tanh((value * scale) / cap))),
		activate,
		rows(x, asked) {
			if (!asked || asked.count === T) return x;
			const width = x.length / T;
			return x.subarray(asked.first * width, (asked.first + asked.count) * width);
		},
		append: (slot, x) => state.append(slot, x),
		recall: (slot) => state.recall(slot),
		attend(call) {
			const { config: own, part, query } = call;
			return attention(call, part === 'attention' ? start + T : state.sourceLength, query.length / (own.heads * own.headWidth));
		},
		route,
		async mixture(x, routing, E, expert) {
			const D = config.width;
			const n = x.length / D;
			const output = new Float32Array(x.length);
			for (let e = 0; e < E; e++) {
				const tokens = inOrder(0, n).filter((t) => routing[t * E + e] !== 0);
				if (tokens.length === 0) continue;
				const rows = new Float32Array(tokens.length * D);
				for (const [i, t] of tokens.entries()) rows.set(x.subarray(t * D, (t + 1) * D), i * D);
				const made = await expert(e, rows);
				for (const [i, t] of tokens.entries()) {
					for (let d = 0; d < D; d++) output[t * D + d]! += made[i * D + d]! * routing[t * E + e]!;
				}
			}
			return output;
		},
		async unembed(x) {
			const { vocabulary: V } = config;
			const n = x.length / config.embedding.width;
			const logits = new Float32Array(n * V);
			for await (const { firstRow, matrix } of weights.output(signal)) {
				await ops.pause();
				const part = linear(x, matrix);
				for (let t = 0; t < n; t++) logits.set(part.subarray(t * matrix.rows, (t + 1) * matrix.rows), t * V + firstRow);
			}
			const bias = await weights.outputBias(signal);
			return bias ? repeated(logits, bias) : logits;
		},
		tap(layer, id, x) {
			if (!hooks) return x;
			const name = nameOf(layer, id, model.isEncoder);
			return hooks.wants(name) ? offer(hooks, model, { name, id, layer }, x) : x;
		},
		pause() {
			signal?.throwIfAborted();
			return pause?.(signal);
		},
	};
	return { config, tokens: T, ops, weights: { globals, block: (i) => weights.block(i, signal) } };
}

/** A value as its point has it: heads first. */
function offer(
	hooks: Hooks,
	{ config }: Transformer,
	point: { name: string; id: Point['id']; layer: number | undefined },
	x: Float32Array,
) {
	const { name, id, layer } = point;
	const { shape } = id in BLOCK_POINTS ? BLOCK_POINTS[id as keyof typeof BLOCK_POINTS] : GLOBAL_POINTS[id as keyof typeof GLOBAL_POINTS];
	const part = id.startsWith('crossAttention') ? 'crossAttention' : 'attention';
	const own = { encoder: false, layer, part } as Point;
	const sizes = sizesOf(config, own, 0, 0);
	const width = sizes[shape.at(-1)!];
	if (shape.length === 2) return hooks.offer(name, [x.length / width, width], x);
	const heads = sizes[shape[0]];
	const rows = x.length / (heads * width);
	const offered = swapped(x, rows, heads, width);
	const taken = hooks.offer(name, [heads, rows, width], offered);
	return taken === offered ? x : swapped(taken, heads, rows, width);
}

/** Angles of `count` new tokens from `from` on; made once for each kind of rotation. Stretching looks at how long the whole text is. */
function ropeTables(tensors: Parameters<typeof ropeTable>[3], start: number, end: number) {
	const tables = new Map<string, RopeTable>();
	return (rope: RopeConfig, from: number, count: number): RopeTable => {
		const key = ropeKey(rope);
		const table = tables.get(key) ?? ropeTable(rope, start, end - start, tensors);
		tables.set(key, table);
		const { pairs, cos, sin } = table;
		const [a, b] = [from * pairs, (from + count) * pairs];
		return { pairs, cos: cos.subarray(a, b), sin: sin.subarray(a, b) };
	};
}

function checkTokens({ name, config }: Transformer, T: number, end: number): void {
	if (T === 0) throw noTokens(name);
	const most = mostPositions(config);
	if (end <= most) return;
	throw new TongsaError('too-large', 'the text is longer than the table of positions, and nothing is cut in silence', {
		file: name,
		got: `${end} tokens`,
		allowed: `at most ${most}`,
	});
}

/** Rows of a learned table of positions. */
function mostPositions({ embedding: { positions } }: TransformerConfig): number {
	return positions?.kind === 'learned' ? positions.rows - positions.offset : Number.POSITIVE_INFINITY;
}

function inOrder(first: number, count: number): number[] {
	return Array.from({ length: count }, (_, i) => first + i);
}
