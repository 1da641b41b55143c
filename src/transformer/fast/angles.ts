// Angles of rotation in the kernels' memory, made as far as positions are asked for.

import type { Kernels } from '../../compute/kernels.ts';
import { type RopeTensors, ropeTable } from '../rope.ts';
import type { Compiled } from './compile.ts';
import type { RopePlace } from './compile-attention.ts';

/** Angles are made for so many positions at a time. */
const ANGLES_AT_ONCE = 256;

/** Fills the tables of angles as far as positions are asked for. */
export function angleFiller({ floats }: Kernels, { ropes }: Compiled, capacity: number, tensors: RopeTensors): (end: number) => void {
	let filled = 0;
	return (end) => {
		if (end <= filled) return;
		const to = Math.min(capacity, Math.ceil(end / ANGLES_AT_ONCE) * ANGLES_AT_ONCE);
		for (const { rope, cos, sin, pairs } of ropes as readonly RopePlace[]) {
			const table = ropeTable(rope, filled, to - filled, tensors);
			floats.set(table.cos, cos / 4 + filled * pairs);
			floats.set(table.sin, sin / 4 + filled * pairs);
		}
		filled = to;
	};
}
