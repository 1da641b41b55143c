// The steps of a decoder's attention to an encoder: keys and values once for a source text, queries for every token.
// Their order is block.ts's; Vaswani et al. 2017 (arXiv 1706.03762) 3.2.3.

import type { Arena } from '../../compute/arena.ts';
import { QUERY_LIFT } from '../../compute/scalar/attention.ts';
import { paddedHead } from '../../program/heads.ts';
import type { Rows, Step } from '../../program/steps.ts';
import type { AttentionConfig } from '../../spec/config.ts';
import type { AttentionParts, VectorView } from '../../weights/parts.ts';
import type { MatrixView } from '../../weights/views.ts';
import { type Builder, MEET } from './builder.ts';
import type { AttentionPlaces } from './compile-attention.ts';
import type { Plan } from './plan.ts';
import type { Rooms } from './rooms.ts';

/** `capacity`: tokens of a source text at most. */
export function createCross(b: Builder, plan: Plan, rooms: Rooms, arena: Arena, capacity: number, places: AttentionPlaces) {
	const spaced = (x: Rows, out: Rows, heads: number, from: number, to: number): Step[] =>
		from === to && x === out ? [] : [{ op: 'spaceHeads', x, out, heads, from, to }, MEET];

	/** Of the rows a. @returns the rows of contexts, (T, H · Dh). */
	return (at: string, a: Rows, c: AttentionConfig, views: AttentionParts<MatrixView, VectorView>): Rows => {
		const { heads: H, keyHeads: K, headWidth: Dh } = c;
		const P = paddedHead(Dh);
		const [query, key, value] = [rooms.query(H * P), rooms.key(K * P), rooms.value(K * P)];
		const context = P === Dh ? query : rooms.context(H * Dh);
		const bytes = K * capacity * P * 2;
		const cache = { keys: arena.take(bytes, 'keys of the source'), values: arena.take(bytes, 'values of the source') };
		places.cacheBytes += 2 * bytes;
		places.source ||= arena.take(4, 'the length of the source');
		b.source.push(
			...b.project(rooms.input, [
				{ linear: plan.linear(views.key), y: key },
				{ linear: plan.linear(views.value), y: value },
			]),
			MEET,
		);
		b.sourceTap(`${at}.key`, key, Dh, K);
		b.sourceTap(`${at}.value`, value, Dh, K);
		b.source.push(
			...spaced(key, key, K, Dh, P),
			...spaced(value, value, K, Dh, P),
			{ op: 'keep', x: key, heads: K, headWidth: P, capacity, cache: cache.keys },
			{ op: 'keep', x: value, heads: K, headWidth: P, capacity, cache: cache.values },
			MEET,
		);
		const input = b.tap(`${at}.input`, a, b.width);
		b.steps.push(...b.project(a, [{ linear: plan.linear(views.query), y: query }]), MEET);
		input.until = b.steps.length;
		b.tap(`${at}.query`, query, Dh, H);
		b.steps.push(
			...spaced(query, query, H, Dh, P),
			{ op: 'multiply', x: query, heads: H, headWidth: P, factor: c.scale * QUERY_LIFT },
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
			causal: false,
			window: 0,
			slopes: 0,
			sinks: 0,
			source: places.source,
			scratch: rooms.scratch,
			scratchStride: rooms.scratchStride,
		} as const;
		b.tap(`${at}.scores`, query, 0, H, { attend });
		b.tap(`${at}.weights`, query, 0, H, { attend });
		b.steps.push(attend, MEET, ...spaced(query, context, H, P, Dh));
		b.tap(`${at}.context`, context, Dh, H);
		return context;
	};
}
