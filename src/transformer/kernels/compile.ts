// compile: a config and placed weights → the program of one pass. With its parts the only code that knows both the stack's choices and the
// kernels' steps. Vaswani et al. 2017 (arXiv 1706.03762); the order of steps is that of block.ts, attention.ts and feed-forward.ts.

import type { ActivationName } from '../../compute/activations.ts';
import type { Arena } from '../../compute/arena.ts';
import type { Program, Rows, Step } from '../../program/steps.ts';
import type { BlockConfig } from '../../spec/config.ts';
import type { BlockParts, VectorView } from '../../weights/parts.ts';
import type { MatrixView } from '../../weights/views.ts';
import type { Transformer } from '../transformer.ts';
import { createBuilder, MEET, MEET_IF_MANY, type Tap } from './builder.ts';
import { type AttentionPlaces, type Constant, createAttention, type RopePlace } from './compile-attention.ts';
import { createCross } from './compile-cross.ts';
import { createFeedForward } from './compile-feed-forward.ts';
import type { Plan } from './plan.ts';
import { createRooms, type Rooms, rowsOf, type Sizes } from './rooms.ts';
import type { CachePlace } from './snapshot.ts';

type BlockViews = BlockParts<MatrixView, VectorView>;

export interface Compiled {
	readonly program: Program;
	/** Where somebody may listen, in the order of the program. */
	readonly taps: readonly Tap[];
	/** The same in the steps that read a source text. */
	readonly sourceTaps: readonly Tap[];
	readonly rooms: Rooms;
	/** Where a pass's rows come in, (tokensAtOnce, D). */
	readonly input: Rows;
	/** Where the last of these blocks leaves its states, (tokensAtOnce, D). */
	readonly output: Rows;
	/** Where final states (tokensAtOnce, D) are found, and the last token's logits (V, filled up to eights). */
	readonly states: Rows;
	readonly logits: Rows | undefined;
	/** Where final states come in for `unembed`, and where it leaves their logits: LOGITS_AT_ONCE rows. */
	readonly final: Rows | undefined;
	readonly ropes: readonly RopePlace[];
	/** To be written once. */
	readonly constants: readonly Constant[];
	readonly cacheBytes: number;
	/** Where the length of a source text stands; 0: there is none. */
	readonly source: number;
	/** Keys and values, block by block. */
	readonly caches: readonly CachePlace[];
}

/** States whose logits are made in one go: the output table is read once for them, and a vocabulary of 262 144 takes 8 MB. */
export const LOGITS_AT_ONCE = 8;

export function compile({ config, views, prefix }: Transformer, plan: Plan, arena: Arena, sizes: Sizes): Compiled {
	const { capacity, from, to } = sizes;
	const D = config.width;
	const rooms = createRooms(config, arena, sizes);
	const b = createBuilder(D, plan, rooms);
	const places: AttentionPlaces = { ropes: [], constants: [], cacheBytes: 0, caches: [], source: 0 };
	const attention = createAttention(b, plan, rooms, arena, capacity, places);

	const cross = createCross(b, plan, rooms, arena, capacity, places);
	const feedForward = createFeedForward(b, plan, rooms);

	/** x ← x + W part, with the norms before and after the sum. @returns the room where the sum now is: x, or `other`. */
	const sum = (
		at: string,
		x: Rows,
		other: Rows,
		part: Rows,
		block: BlockConfig,
		views: BlockViews,
		of: 'attention' | 'feedForward',
	): Rows => {
		const linear = plan.linear(of === 'attention' ? views.attention.output : views.feedForward.down!);
		const before = views.norms[`${of}Output`];
		const after = views.norms[`${of}Residual`];
		if (before) {
			const { made, normed } = rooms;
			b.steps.push(...b.project(part, [{ linear, y: made }]), MEET);
			b.tap(`${at}.output`, made, D);
			b.steps.push(b.norm(before, block.norms[`${of}Output`]!, made, normed), MEET_IF_MANY, { op: 'add', x, y: normed, width: D }, MEET);
		} else {
			b.addProjected(`${at}.output`, part, linear, x);
		}
		if (!after) return x;
		b.steps.push(b.norm(after, block.norms[`${of}Residual`]!, x, other), MEET_IF_MANY);
		return other;
	};

	let [x, other] = [rooms.input, rooms.stream];
	const swapIf = (now: Rows): void => void (now !== x && ([x, other] = [other, x]));
	if (views.embeddingNorm && from === 0) {
		b.steps.push(b.norm(views.embeddingNorm, config.embedding.norm!, x, other), MEET);
		[x, other] = [other, x];
	}
	if (from === 0) b.tap(`${prefix}embedding.output`, x, D);

	for (let i = from; i < to; i++) {
		const block = config.blocks[i]!;
		const v = views.blocks[i]!;
		const at = `${prefix}blocks.${i}`;
		const [A, C, FF] = [`${at}.attention`, `${at}.crossAttention`, `${at}.feedForward`];
		const before = (place: 'attentionInput' | 'feedForwardInput', from: Rows, out: Rows): Rows => {
			const parts = v.norms[place];
			if (!parts) return from;
			b.steps.push(b.norm(parts, block.norms[place]!, from, out));
			return out;
		};
		b.tap(`${at}.input`, x, D);
		if (block.arrangement === 'serial') {
			const context = attention(A, before('attentionInput', x, rooms.normed), block.attention, v.attention);
			swapIf(sum(A, x, other, context, block, v, 'attention'));
			if (block.cross && v.cross) {
				b.addProjected(`${C}.output`, cross(C, x, block.cross, v.cross), plan.linear(v.cross.output), x);
				if (v.norms.crossResidual) {
					b.steps.push(b.norm(v.norms.crossResidual, block.norms.crossResidual!, x, other), MEET_IF_MANY);
					[x, other] = [other, x];
				}
			}
			const f = before('feedForwardInput', x, rooms.normed);
			if (block.feedForward.experts) feedForward.experts(FF, f, x, block.feedForward, v.feedForward);
			else swapIf(sum(FF, x, other, feedForward.dense(FF, f, block.feedForward, v.feedForward), block, v, 'feedForward'));
		} else if (block.arrangement === 'parallel') {
			const a = before('attentionInput', x, rooms.normed);
			const f = v.norms.feedForwardInput ? before('feedForwardInput', x, rooms.second) : a;
			const context = attention(A, a, block.attention, v.attention);
			const hidden = feedForward.dense(FF, f, block.feedForward, v.feedForward);
			b.addProjected(`${A}.output`, context, plan.linear(v.attention.output), x);
			b.addProjected(`${FF}.output`, hidden, plan.linear(v.feedForward.down!), x);
		} else {
			// The sums start from the normed values: the two rooms change places.
			b.steps.push(b.norm(v.norms.attentionInput!, block.norms.attentionInput!, x, other), MEET_IF_MANY);
			b.addProjected(`${A}.output`, attention(A, other, block.attention, v.attention), plan.linear(v.attention.output), other);
			b.steps.push(b.norm(v.norms.feedForwardInput!, block.norms.feedForwardInput!, other, x), MEET_IF_MANY);
			const hidden = feedForward.dense(FF, x, block.feedForward, v.feedForward);
			b.addProjected(`${FF}.output`, hidden, plan.linear(v.feedForward.down!), x);
		}
		b.tap(`${at}.output`, x, D);
	}

	const made = { rooms, taps: b.taps, sourceTaps: b.sourceTaps, input: rooms.input, output: x, ...places };
	const nothing = { states: [], logits: [], unembed: [], source: b.source };
	if (to < config.blocks.length)
		return { ...made, program: { ...nothing, blocks: b.steps, aside: b.asides }, states: x, logits: undefined, final: undefined };

	const states: Step[] = views.finalNorm ? [b.norm(views.finalNorm, config.finalNorm!, x, rooms.normed), MEET] : [MEET];
	const finalStates = views.finalNorm ? rooms.normed : x;
	b.tap(`${prefix}final.output`, finalStates, D, 1, { made: { list: 'states', from: 0, to: states.length } });
	const ends = { ...made, states: finalStates };
	if (!views.output)
		return { ...ends, program: { ...nothing, blocks: b.steps, states, aside: b.asides }, logits: undefined, final: undefined };

	const V = Math.ceil(views.output.matrix.rows / 8) * 8;
	const last = rowsOf(arena, 1, D, 'the last state');
	const final = rowsOf(arena, LOGITS_AT_ONCE, D, 'last states');
	const logits = { at: arena.take(LOGITS_AT_ONCE * V * 4, 'logits'), stride: V * 4 };
	const { scale, cap, head } = config.logits!;
	const unembed: Step[] = [];
	// A masked-language head: a layer of its own before the table.
	if (head) {
		unembed.push(...b.project(final, [{ linear: plan.linear(views.head!), y: rooms.made }]));
		const activation = head.activation as ActivationName;
		unembed.push({ op: 'activate', activation, gate: rooms.made, up: undefined, width: D }, MEET);
		unembed.push(b.norm(views.headNorm!, head.norm, rooms.made, rooms.second));
	}
	unembed.push(...b.project(head ? rooms.second : final, [{ linear: plan.linear(views.output), y: logits }]));
	if (scale !== 1 || cap) unembed.push({ op: 'scaleAndCap', x: logits, width: V, scale, cap: cap ?? 0 });
	unembed.push(MEET);
	const lastLogits: Step[] = views.finalNorm
		? [{ op: 'last', x, width: D, out: last }, b.norm(views.finalNorm, config.finalNorm!, last, final), ...unembed]
		: [{ op: 'last', x, width: D, out: final }, ...unembed];
	return { ...ends, program: { blocks: b.steps, states, logits: lastLogits, unembed, source: b.source, aside: b.asides }, logits, final };
}
