// The steps of attention: project, norm, rotate, remember, attend. Their order is attention.ts's.

import type { Arena } from '../../compute/arena.ts';
import { QUERY_LIFT } from '../../compute/scalar/attention.ts';
import { paddedHead } from '../../program/heads.ts';
import type { BiasTable, Rows, Step } from '../../program/steps.ts';
import type { AttentionConfig, RopeConfig } from '../../spec/config.ts';
import type { AttentionParts, NormParts, VectorView } from '../../weights/parts.ts';
import type { MatrixView } from '../../weights/views.ts';
import { alibiBias, alibiSlopes, distanceBias } from '../position.ts';
import { type Builder, MEET } from './builder.ts';
import type { Plan } from './plan.ts';
import type { Rooms } from './rooms.ts';
import type { CachePlace } from './snapshot.ts';

/** Room for angles of one kind of rotation, filled when a pass needs new positions. */
export interface RopePlace {
	readonly rope: RopeConfig;
	readonly cos: number;
	readonly sin: number;
	readonly pairs: number;
}

/** Values that come from no tensor, or from the table of buckets (buckets, H). */
export interface Constant {
	readonly at: number;
	values(buckets: Float32Array): Float32Array;
}

/** What attention's steps take up beside weights and rooms. */
export interface AttentionPlaces {
	readonly ropes: RopePlace[];
	/** To be written once: what position adds to scores. */
	readonly constants: Constant[];
	cacheBytes: number;
	/** Where the length of a source text stands; 0: there is none. */
	source: number;
	/** Keys and values, block by block. */
	readonly caches: CachePlace[];
}

export function createAttention(b: Builder, plan: Plan, rooms: Rooms, arena: Arena, capacity: number, places: AttentionPlaces) {
	const ropeOf = (rope: RopeConfig): RopePlace => {
		const found = places.ropes.find((place) => JSON.stringify(place.rope) === JSON.stringify(rope));
		if (found) return found;
		const pairs = rope.dimensions / 2;
		const bytes = capacity * pairs * 4;
		const place = { rope, pairs, cos: arena.take(bytes, 'angles'), sin: arena.take(bytes, 'angles') };
		places.ropes.push(place);
		return place;
	};

	const normed = (c: AttentionConfig, x: Rows, heads: number, parts: NormParts<VectorView>): Step => {
		const { scope, norm } = c.queryKeyNorm!;
		const gains = scope === 'heads' ? heads : 1;
		const whole = scope === 'width';
		const width = whole ? heads * c.headWidth : c.headWidth;
		const { gain } = plan.norm(parts, gains * width, norm.gainOffset);
		return { op: 'headNorm', x, heads: whole ? 1 : heads, width, gain, gains, epsilon: norm.epsilon, centre: norm.kind === 'layer' };
	};

	const rotated = ({ rope, headWidth }: AttentionConfig, x: Rows, heads: number): Step => {
		const { cos, sin, pairs } = ropeOf(rope!);
		return { op: 'rotate', x, heads, headWidth, cos, sin, pairs, interleaved: rope!.pairing === 'interleaved' };
	};

	/** One for all blocks: they choose alike. */
	let table: BiasTable | undefined;
	const biasOf = (c: AttentionConfig): BiasTable | undefined => {
		if (table || !(c.buckets || c.alibi === 'before-scale-bf16')) return table;
		const by = c.buckets ? 'distance' : 'position';
		const width = c.buckets ? 2 * capacity - 1 : capacity;
		table = { at: arena.take(c.heads * width * 4, 'position biases'), width, by };
		places.constants.push({
			at: table.at,
			values: (buckets) => (c.buckets ? distanceBias(c, buckets, capacity) : alibiBias(c, capacity)),
		});
		return table;
	};

	/** Of the normed rows a. @returns the rows of contexts, (T, H · Dh). */
	return (at: string, a: Rows, c: AttentionConfig, views: AttentionParts<MatrixView, VectorView>): Rows => {
		const { heads: H, keyHeads: K, headWidth: Dh } = c;
		// Heads as attention takes them, filled up.
		const P = paddedHead(Dh);
		const [query, key, value] = [rooms.query(H * P), rooms.key(K * P), rooms.value(K * P)];
		const filledUp = (x: Rows, heads: number): Step => ({ op: 'spaceHeads', x, out: x, heads, from: Dh, to: P });
		const input = b.tap(`${at}.input`, a, b.width);
		b.steps.push(
			...b.project(a, [
				{ linear: plan.linear(views.query), y: query },
				{ linear: plan.linear(views.key), y: key },
				{ linear: plan.linear(views.value), y: value },
			]),
		);
		input.until = b.steps.length;
		b.steps.push(MEET);
		b.tap(`${at}.query.projected`, query, Dh, H);
		b.tap(`${at}.key.projected`, key, Dh, K);
		b.tap(`${at}.value`, value, Dh, K);
		if (views.queryNorm && views.keyNorm) {
			b.steps.push(normed(c, query, H, views.queryNorm), normed(c, key, K, views.keyNorm));
			if (c.queryKeyNorm!.scope === 'width') b.steps.push(MEET);
		}
		if (c.rope) b.steps.push(rotated(c, query, H), rotated(c, key, K));
		b.tap(`${at}.query`, query, Dh, H);
		b.tap(`${at}.key`, key, Dh, K);
		const bytes = K * capacity * P * 2;
		const cache = { keys: arena.take(bytes, 'the cache of keys'), values: arena.take(bytes, 'the cache of values') };
		places.cacheBytes += 2 * bytes;
		for (const at of [cache.keys, cache.values]) places.caches.push({ at, heads: K, rowBytes: P * 2 });
		let slopes = 0;
		if (c.alibi === 'after-scale') {
			slopes = arena.take(H * 4, 'slopes');
			places.constants.push({ at: slopes, values: () => alibiSlopes(H) });
		}
		if (P !== Dh) b.steps.push(MEET, filledUp(query, H), filledUp(key, K), filledUp(value, K), MEET);
		const bias = biasOf(c);
		b.steps.push(
			{ op: 'multiply', x: query, heads: H, headWidth: P, factor: c.scale * QUERY_LIFT },
			{ op: 'keep', x: key, heads: K, headWidth: P, capacity, cache: cache.keys },
			{ op: 'keep', x: value, heads: K, headWidth: P, capacity, cache: cache.values },
			MEET,
		);
		const attend = {
			op: 'attend',
			query,
			out: query,
			cache,
			heads: H,
			keyHeads: K,
			headWidth: P,
			capacity,
			cap: c.cap ?? 0,
			causal: c.causal,
			window: c.window ?? 0,
			slopes,
			sinks: plan.vector(views.sinks, H),
			...(bias && { bias }),
			scratch: rooms.scratch,
			scratchStride: rooms.scratchStride,
		} as const;
		b.tap(`${at}.scores`, query, 0, H, { attend });
		b.tap(`${at}.weights`, query, 0, H, { attend });
		b.steps.push(attend, MEET);
		const context = P === Dh ? query : rooms.context(H * Dh);
		if (P !== Dh) b.steps.push({ op: 'spaceHeads', x: query, out: context, heads: H, from: P, to: Dh }, MEET);
		b.tap(`${at}.context`, context, Dh, H);
		return context;
	};
}
