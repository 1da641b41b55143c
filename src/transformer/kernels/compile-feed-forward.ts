// The steps of a feed-forward part: one pair or trio of matrices, or a router and experts. Their order is feed-forward.ts's.

import type { ActivationName } from '../../compute/activations.ts';
import { padded } from '../../compute/layouts.ts';
import type { Rows, Step } from '../../program/steps.ts';
import type { FeedForwardConfig } from '../../spec/config.ts';
import type { ExpertParts, FeedForwardParts, VectorView } from '../../weights/parts.ts';
import type { MatrixView } from '../../weights/views.ts';
import { type Builder, MEET } from './builder.ts';
import type { Plan } from './plan.ts';
import type { Rooms } from './rooms.ts';

type Views = FeedForwardParts<MatrixView, VectorView>;

export function createFeedForward(b: Builder, plan: Plan, rooms: Rooms) {
	const activated = ({ activation, width }: FeedForwardConfig, gate: Rows, up: Rows | undefined): Step =>
		typeof activation === 'string'
			? { op: 'activate', activation: activation as ActivationName, gate, up, width }
			: { op: 'clampedActivate', gate, up: up!, width, alpha: activation.alpha, limit: activation.limit };

	return {
		/** Of the normed rows f. @returns the rows of hidden states, (T, F). */
		dense(at: string, f: Rows, c: FeedForwardConfig, views: Views): Rows {
			const F = c.width;
			const gate = rooms.gate(F);
			const up = views.gate ? rooms.up(F) : gate;
			const input = b.tap(`${at}.input`, f, b.width);
			b.steps.push(
				...b.project(f, [...(views.gate ? [{ linear: plan.linear(views.gate), y: gate }] : []), { linear: plan.linear(views.up!), y: up }]),
			);
			input.until = b.steps.length;
			if (views.gate) b.tap(`${at}.gate`, gate, F);
			b.tap(`${at}.up`, up, F);
			b.steps.push(activated(c, gate, views.gate && up), MEET);
			b.tap(`${at}.hidden`, gate, F);
			return gate;
		},

		/** x ← x + the experts' sum of the normed rows f. */
		experts(at: string, f: Rows, x: Rows, c: FeedForwardConfig, views: Views): void {
			const { shares, gathered, expert } = rooms.experts(c.experts!.count);
			const [gate, up, out] = [rooms.gate(c.width), rooms.up(c.width), rooms.made];
			const input = b.tap(`${at}.input`, f, b.width);
			b.steps.push(
				...b.project(f, [{ linear: plan.linear(views.router!), y: shares }]),
				MEET,
				{ op: 'route', x: shares, routing: c.experts! },
				MEET,
			);
			b.tap(`${at}.experts`, shares, c.experts!.count);
			const experts = Array.from({ length: c.experts!.count }, (_, e): Step[] => {
				const parts = views.expert!(e) as ExpertParts<MatrixView, VectorView>;
				return [
					...b.project(gathered, [
						{ linear: plan.linear(parts.gate), y: gate },
						{ linear: plan.linear(parts.up), y: up },
					]),
					activated(c, gate, up),
					MEET,
					...b.project(gate, [{ linear: plan.linear(parts.down), y: expert }]),
					MEET,
				];
			});
			b.steps.push({ op: 'experts', x: f, shares, width: padded(b.width), experts, gathered, made: expert, out }, MEET);
			input.until = b.steps.length;
			b.tap(`${at}.output`, out, b.width);
			b.steps.push({ op: 'add', x, y: out, width: b.width }, MEET);
		},
	};
}
