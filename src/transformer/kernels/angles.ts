// Angles of rotation in the kernels' memory, made as far as positions are asked for.

import type { Kernels } from '../../compute/kernels.ts';
import { fillAngles, frequencies, type RopeTensors } from '../rope.ts';
import type { Compiled } from './compile.ts';

/** Angles are made for so many positions at first, and then for as many again: loops so long that V8 compiles them while they run. */
const FIRST_ANGLES = 256;

/** Fills the tables of angles as far as positions are asked for. */
export function angleFiller({ floats }: Kernels, { ropes }: Compiled, capacity: number, tensors: RopeTensors): (end: number) => void {
	const tables = ropes.map(({ rope, cos, sin, pairs }) => ({
		turning: frequencies(rope, capacity, tensors),
		cos: floats.subarray(cos / 4, cos / 4 + capacity * pairs),
		sin: floats.subarray(sin / 4, sin / 4 + capacity * pairs),
		pairs,
	}));
	let filled = 0;
	return (end) => {
		if (end <= filled) return;
		const to = Math.min(capacity, Math.max(end, 2 * filled, FIRST_ANGLES));
		for (const { turning, cos, sin, pairs } of tables) fillAngles(turning, filled, to - filled, cos, sin, filled * pairs);
		filled = to;
	};
}
