// Taps of a program: where a point's values stand, and at which step. They are not steps: a pass without hooks knows nothing of them.

import type { AttendStep, Range, Rows } from '../../program/steps.ts';
import { type Point, pointOf, sizesOf } from '../../spec/points.ts';
import type { Transformer } from '../transformer.ts';
import type { Operation } from './record.ts';

export interface Tap {
	readonly point: Point;
	/** The step of its list before which the values stand there. */
	readonly at: number;
	readonly x: Rows;
	/** Values of a row, or of one head's part of it. */
	readonly width: number;
	readonly heads: number;
	/** Steps that make the values: they are run only for a hook. */
	readonly made?: Range;
	/** What is done with other values in their place, instead of the next `skip` steps. */
	readonly replacement?: { readonly steps: Range; readonly skip: number };
	/** Other values hold up to this step, and then the old ones stand there again: somebody reads the same rows as another value. */
	restoreAt?: number;
	/** Scores or weights of this step, which the kernel keeps nowhere. */
	readonly attend?: AttendStep;
}

export function tapOf(
	{ config, isEncoder }: Transformer,
	{ layer, point: id }: Extract<Operation, { op: 'tap' }>,
	x: Rows,
	at: number,
): Tap {
	const point = pointOf(config, id, layer, isEncoder);
	const sizes = sizesOf(config, { ...point, encoder: false }, 0, 0);
	const attends = point.kind === 'scores' || point.kind === 'weights';
	return { point, at, x, width: attends ? 0 : sizes[point.shape.at(-1)!], heads: point.heads ?? 1 };
}
