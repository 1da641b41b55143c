// compile: a config and placed weights → the program of one pass. The only file that knows both the stack's choices and the kernels' steps.
// Vaswani et al. 2017 (arXiv 1706.03762); the order of steps is that of block.ts, attention.ts and feed-forward.ts.

import type { ActivationName } from '../../compute/activations.ts';
import type { Arena } from '../../compute/arena.ts';
import { attendRoom } from '../../compute/attend-many.ts';
import { activationBytes } from '../../compute/layouts.ts';
import type { Program, Rows, Step } from '../../compute/program.ts';
import type { BlockConfig, NormConfig, RopeConfig, TransformerConfig } from '../config.ts';
import type { BlockParts, NormParts, TransformerParts, VectorView } from '../parts.ts';
import { alibiSlopes } from '../position.ts';
import type { MatrixView } from '../views.ts';
import type { PlacedLinear, Plan } from './plan.ts';
import type { CachePlace } from './snapshot.ts';

type Views = TransformerParts<MatrixView, VectorView>;
type BlockViews = BlockParts<MatrixView, VectorView>;

/** Room for angles of one kind of rotation, filled when a pass needs new positions. */
export interface RopePlace {
	readonly rope: RopeConfig;
	readonly cos: number;
	readonly sin: number;
	readonly pairs: number;
}

export interface Compiled {
	readonly program: Program;
	/** Where a pass's rows come in, (tokensAtOnce, D). */
	readonly input: Rows;
	/** Where the last of these blocks leaves its states, (tokensAtOnce, D). */
	readonly output: Rows;
	/** Where final states (tokensAtOnce, D) and logits (V, filled up to eights) are found. */
	readonly states: Rows;
	readonly logits: Rows | undefined;
	readonly ropes: readonly RopePlace[];
	/** Constants to be written once: ALiBi slopes. */
	readonly constants: readonly { readonly at: number; readonly values: Float32Array }[];
	readonly cacheBytes: number;
	/** Keys and values, block by block. */
	readonly caches: readonly CachePlace[];
}

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

/** Rooms that all blocks share. */
interface Rooms {
	readonly normed: Rows;
	readonly second: Rows;
	readonly query: Rows;
	readonly key: Rows;
	readonly value: Rows;
	readonly gate: Rows;
	readonly up: Rows;
	readonly made: Rows;
	/** Activation records: signed per 32, unsigned per 32, signed per 16. */
	records(kind: PlacedLinear['matrix']['kind']): number;
	readonly scratch: number;
	readonly scratchStride: number;
}

const MEET: Step = { op: 'meet', when: 'always' };
const MEET_IF_MANY: Step = { op: 'meet', when: 'many' };
/** What attend wants its queries multiplied by, beside their scale (kernels/attention.ts). */
const QUERY_LIFT = 2 ** 64;

export function compile(config: TransformerConfig, views: Views, plan: Plan, arena: Arena, sizes: Sizes): Compiled {
	const { tokensAtOnce: T, capacity, threads, from, to } = sizes;
	const D = config.width;
	const widest = (f: (block: BlockConfig) => number): number => Math.max(...config.blocks.map(f), 0);
	const rows = (width: number, what: string, count = T): Rows => ({ at: arena.take(count * width * 4, what), stride: width * 4 });
	const F = widest((block) => block.feedForward.width);
	const Q = widest(({ attention: a }) => a.heads * a.headWidth);
	const K = widest(({ attention: a }) => a.keyHeads * a.headWidth);
	const scratchStride = attendRoom(
		capacity,
		widest(({ attention: a }) => a.headWidth),
	);
	const recordRooms = new Map<string, number>();
	const rooms: Rooms = {
		normed: rows(D, 'states'),
		second: rows(D, 'states'),
		query: rows(Q, 'queries'),
		key: rows(K, 'keys'),
		value: rows(K, 'values'),
		gate: rows(F, 'hidden states'),
		up: rows(F, 'hidden states'),
		made: rows(D, 'states'),
		records(kind) {
			const key = `${kind.activations} ${kind.columns}`;
			const at = recordRooms.get(key) ?? arena.take(activationBytes(kind, T, Math.max(D, F, Q)), 'activations');
			recordRooms.set(key, at);
			return at;
		},
		scratch: arena.take(threads * scratchStride, 'scores'),
		scratchStride,
	};
	const ropes: RopePlace[] = [];
	const constants: { at: number; values: Float32Array }[] = [];
	let cacheBytes = 0;
	const caches: CachePlace[] = [];

	const ropeOf = (rope: RopeConfig): RopePlace => {
		const found = ropes.find((place) => JSON.stringify(place.rope) === JSON.stringify(rope));
		if (found) return found;
		const pairs = rope.dimensions / 2;
		const place = {
			rope,
			pairs,
			cos: arena.take(capacity * pairs * 4, 'angles'),
			sin: arena.take(capacity * pairs * 4, 'angles'),
		};
		ropes.push(place);
		return place;
	};

	const norm = (parts: NormParts<VectorView>, { kind, epsilon, gainOffset }: NormConfig, x: Rows, out: Rows): Step => ({
		op: 'norm',
		x,
		width: D,
		...plan.norm(parts, D, gainOffset),
		epsilon,
		centre: kind === 'layer',
		out,
	});

	/** x through several matrices: quantised once for each way that they want it. */
	const project = (x: Rows, uses: readonly { linear: PlacedLinear; y: Rows; add?: boolean }[]): Step[] => {
		const steps: Step[] = [];
		const done = new Set<number>();
		for (const { linear } of uses) {
			const records = rooms.records(linear.matrix.kind);
			if (!done.has(records)) steps.push({ op: 'quantise', x, matrix: linear.matrix, records });
			done.add(records);
		}
		steps.push(MEET_IF_MANY);
		for (const { linear, y, add = false } of uses) {
			steps.push({ op: 'matmul', matrix: linear.matrix, x, records: rooms.records(linear.matrix.kind), y, add, bias: linear.bias });
		}
		return steps;
	};

	/** Attention of the normed rows a, up to the context in rooms.query. */
	const attention = (a: Rows, { attention: c }: BlockConfig, views: BlockViews['attention']): Step[] => {
		const { heads: H, keyHeads: K, headWidth: Dh } = c;
		const { query, key, value } = rooms;
		const steps = project(a, [
			{ linear: plan.linear(views.query), y: query },
			{ linear: plan.linear(views.key), y: key },
			{ linear: plan.linear(views.value), y: value },
		]);
		steps.push(MEET);
		if (views.queryNorm && views.keyNorm) {
			const { scope, norm } = c.queryKeyNorm!;
			const headNorm = (x: Rows, heads: number, parts: NormParts<VectorView>): Step => {
				const gains = scope === 'heads' ? heads : 1;
				const { gain } = plan.norm(parts, gains * Dh, norm.gainOffset);
				return { op: 'headNorm', x, heads, width: Dh, gain, gains, epsilon: norm.epsilon, centre: norm.kind === 'layer' };
			};
			steps.push(headNorm(query, H, views.queryNorm), headNorm(key, K, views.keyNorm));
		}
		if (c.rope) {
			const { cos, sin, pairs } = ropeOf(c.rope);
			const turn = (x: Rows, heads: number): Step => ({
				op: 'rotate',
				x,
				heads,
				headWidth: Dh,
				cos,
				sin,
				pairs,
				interleaved: c.rope!.pairing === 'interleaved',
			});
			steps.push(turn(query, H), turn(key, K));
		}
		const bytes = K * capacity * Dh * 2;
		const cache = { keys: arena.take(bytes, 'the cache of keys'), values: arena.take(bytes, 'the cache of values') };
		cacheBytes += 2 * bytes;
		for (const at of [cache.keys, cache.values]) caches.push({ at, heads: K, rowBytes: Dh * 2 });
		let slopes = 0;
		if (c.alibi) {
			slopes = arena.take(H * 4, 'slopes');
			constants.push({ at: slopes, values: alibiSlopes(H) });
		}
		steps.push(
			{ op: 'multiply', x: query, heads: H, headWidth: Dh, factor: c.scale * QUERY_LIFT },
			{ op: 'keep', x: key, heads: K, headWidth: Dh, capacity, cache: cache.keys },
			{ op: 'keep', x: value, heads: K, headWidth: Dh, capacity, cache: cache.values },
			MEET,
			{
				op: 'attend',
				query,
				out: query,
				cache,
				heads: H,
				keyHeads: K,
				headWidth: Dh,
				capacity,
				cap: c.cap ?? 0,
				causal: c.causal,
				window: c.window ?? 0,
				slopes,
				sinks: plan.vector(views.sinks, H),
				scratch: rooms.scratch,
				scratchStride,
			},
			MEET,
		);
		return steps;
	};

	/** Feed-forward of the normed rows f, up to the hidden states in rooms.gate. */
	const feedForward = (f: Rows, { feedForward: c }: BlockConfig, views: BlockViews['feedForward']): Step[] => [
		...project(f, [
			...(views.gate ? [{ linear: plan.linear(views.gate), y: rooms.gate }] : []),
			{ linear: plan.linear(views.up!), y: views.gate ? rooms.up : rooms.gate },
		]),
		{
			op: 'activate',
			activation: c.activation as ActivationName,
			gate: rooms.gate,
			up: views.gate ? rooms.up : undefined,
			width: c.width,
		},
		MEET,
	];

	/** x ← x + W part, with the norms before and after the sum; gives the room where the sum now is. */
	const sum = (
		steps: Step[],
		x: Rows,
		other: Rows,
		part: Rows,
		linear: PlacedLinear,
		block: BlockConfig,
		views: BlockViews,
		of: 'attention' | 'feedForward',
	): Rows => {
		const before = views.norms[`${of}Output`];
		const after = views.norms[`${of}Residual`];
		if (before) {
			steps.push(
				...project(part, [{ linear, y: rooms.made }]),
				MEET,
				norm(before, block.norms[`${of}Output`]!, rooms.made, rooms.normed),
				MEET_IF_MANY,
			);
			steps.push({ op: 'add', x, y: rooms.normed, width: D }, MEET);
		} else {
			steps.push(...project(part, [{ linear, y: x, add: true }]), MEET);
		}
		if (!after) return x;
		steps.push(norm(after, block.norms[`${of}Residual`]!, x, other), MEET_IF_MANY);
		return other;
	};

	const input = rows(D, 'states');
	let x: Rows = rows(D, 'states');
	let other = input;
	const steps: Step[] = [];
	if (views.embeddingNorm && from === 0) steps.push(norm(views.embeddingNorm, config.embedding.norm!, input, x), MEET);
	else [x, other] = [input, x];

	for (let i = from; i < to; i++) {
		const block = config.blocks[i]!;
		const b = views.blocks[i]!;
		const before = (place: 'attentionInput' | 'feedForwardInput', from: Rows, out: Rows): Rows => {
			const parts = b.norms[place];
			if (!parts) return from;
			steps.push(norm(parts, block.norms[place]!, from, out));
			return out;
		};
		const attentionOutput = plan.linear(b.attention.output);
		const down = plan.linear(b.feedForward.down!);
		if (block.arrangement === 'serial') {
			steps.push(...attention(before('attentionInput', x, rooms.normed), block, b.attention));
			let now = sum(steps, x, other, rooms.query, attentionOutput, block, b, 'attention');
			if (now !== x) [x, other] = [other, x];
			steps.push(...feedForward(before('feedForwardInput', x, rooms.normed), block, b.feedForward));
			now = sum(steps, x, other, rooms.gate, down, block, b, 'feedForward');
			if (now !== x) [x, other] = [other, x];
		} else if (block.arrangement === 'parallel') {
			const a = before('attentionInput', x, rooms.normed);
			const f = b.norms.feedForwardInput ? before('feedForwardInput', x, rooms.second) : a;
			steps.push(...attention(a, block, b.attention), ...feedForward(f, block, b.feedForward));
			steps.push(...project(rooms.query, [{ linear: attentionOutput, y: x, add: true }]), MEET);
			steps.push(...project(rooms.gate, [{ linear: down, y: x, add: true }]), MEET);
		} else {
			// The sums start from the normed values: the two rooms change places.
			steps.push(norm(b.norms.attentionInput!, block.norms.attentionInput!, x, other), MEET_IF_MANY);
			steps.push(
				...attention(other, block, b.attention),
				...project(rooms.query, [{ linear: attentionOutput, y: other, add: true }]),
				MEET,
			);
			steps.push(norm(b.norms.feedForwardInput!, block.norms.feedForwardInput!, other, x), MEET_IF_MANY);
			steps.push(...feedForward(x, block, b.feedForward), ...project(rooms.gate, [{ linear: down, y: x, add: true }]), MEET);
		}
	}

	if (to < config.blocks.length)
		return {
			program: { blocks: steps, states: [], logits: [] },
			input,
			output: x,
			states: x,
			logits: undefined,
			ropes,
			constants,
			cacheBytes,
			caches,
		};
	const states: Step[] = views.finalNorm ? [norm(views.finalNorm, config.finalNorm!, x, rooms.normed), MEET] : [MEET];
	const logits: Step[] = [];
	let logitRows: Rows | undefined;
	// A masked-language head has steps of its own, which nothing here makes: its states are served, its logits come from the exact path.
	if (views.output && !config.logits!.head) {
		const V = Math.ceil(views.output.matrix.rows / 8) * 8;
		const last = rows(D, 'the last state', 1);
		logitRows = rows(V, 'logits', 1);
		logits.push({ op: 'last', x, width: D, out: last });
		let final = last;
		if (views.finalNorm) {
			final = rows(D, 'the last state', 1);
			logits.push(norm(views.finalNorm, config.finalNorm!, last, final));
		}
		logits.push(...project(final, [{ linear: plan.linear(views.output), y: logitRows }]));
		const { scale, cap } = config.logits!;
		if (scale !== 1 || cap) logits.push({ op: 'scaleAndCap', x: logitRows, width: V, scale, cap: cap ?? 0 });
		logits.push(MEET);
	}
	return {
		program: { blocks: steps, states, logits },
		input,
		output: x,
		states: views.finalNorm ? rooms.normed : x,
		logits: logitRows,
		ropes,
		constants,
		cacheBytes,
		caches,
	};
}
