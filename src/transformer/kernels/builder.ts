// Builder: the list of steps under construction, and beside it the points at which somebody may listen.
// Points are not steps: a pass that nobody listens to knows nothing of them.

import type { AttendStep, Range, Rows, Step } from '../../program/steps.ts';
import type { NormConfig } from '../../spec/config.ts';
import type { NormParts, VectorView } from '../../weights/parts.ts';
import type { PlacedLinear, Plan } from './plan.ts';
import type { Rooms } from './rooms.ts';

/** A point of the pass: which rows hold its values, and when. */
export interface Tap {
	readonly point: string;
	/** The step of `blocks`, or of `source`, before which the values stand there. */
	readonly at: number;
	readonly x: Rows;
	/** Values of a row, or of one head's part of it. */
	readonly width: number;
	readonly heads: number;
	/** Steps that make the values: they are run only for somebody who listens. */
	readonly made?: Range;
	/** What is done with other values in their place, instead of the next `skip` steps. */
	readonly instead?: { readonly steps: Range; readonly skip: number };
	/** Other values hold up to this step: what comes after it reads the old ones. */
	until?: number;
	/** Scores or weights of this step, which the kernel keeps nowhere. */
	readonly attend?: AttendStep;
}

export const MEET: Step = { op: 'meet', when: 'always' };
export const MEET_IF_MANY: Step = { op: 'meet', when: 'many' };

export interface Use {
	readonly linear: PlacedLinear;
	readonly y: Rows;
	readonly add?: boolean;
}

export type Builder = ReturnType<typeof createBuilder>;

/** `width`: D. */
export function createBuilder(width: number, plan: Plan, rooms: Rooms) {
	const steps: Step[] = [];
	const source: Step[] = [];
	const asides: Step[] = [];
	const taps: Tap[] = [];
	const sourceTaps: Tap[] = [];

	const norm = (parts: NormParts<VectorView>, { kind, epsilon, gainOffset }: NormConfig, x: Rows, out: Rows): Step => ({
		op: 'norm',
		x,
		width,
		...plan.norm(parts, width, gainOffset),
		epsilon,
		centre: kind === 'layer',
		out,
	});

	/** x through several matrices: quantised once for each way that they want it. */
	const project = (x: Rows, uses: readonly Use[]): Step[] => {
		const made: Step[] = [];
		const done = new Set<number>();
		for (const { linear } of uses) {
			const records = rooms.records(linear.matrix.kind);
			if (!done.has(records)) made.push({ op: 'quantise', x, matrix: linear.matrix, records });
			done.add(records);
		}
		made.push(MEET_IF_MANY);
		for (const { linear, y, add = false } of uses) {
			made.push({ op: 'matmul', matrix: linear.matrix, x, records: rooms.records(linear.matrix.kind), y, add, bias: linear.bias });
		}
		return made;
	};

	const tap = (point: string, x: Rows, width: number, heads = 1, more: Partial<Tap> = {}): Tap => {
		const made = { point, at: steps.length, x, width, heads, ...more };
		taps.push(made);
		return made;
	};

	/** A point of the steps that read a source text. */
	const sourceTap = (point: string, x: Rows, width: number, heads: number): void =>
		void sourceTaps.push({ point, at: source.length, x, width, heads });

	const aside = (...made: Step[]): Range => {
		asides.push(...made);
		return { list: 'aside', from: asides.length - made.length, to: asides.length };
	};

	/** x ← x + W part. What is added is a point of its own, and made by itself only where somebody listens. */
	const addProjected = (point: string, part: Rows, linear: PlacedLinear, x: Rows): void => {
		const { made } = rooms;
		const adding = [...project(part, [{ linear, y: x, add: true }]), MEET];
		tap(point, made, width, 1, {
			made: aside(...project(part, [{ linear, y: made }]), MEET),
			instead: { steps: aside({ op: 'add', x, y: made, width }, MEET), skip: adding.length },
		});
		steps.push(...adding);
	};

	return { width, steps, source, asides, taps, sourceTaps, norm, project, tap, sourceTap, aside, addProjected };
}
