// divide: blocks → as few memories as hold them. A 32-bit memory has 4 GiB; a larger model's consecutive blocks lie in several of them.

import { type Arena, createArena } from '../../compute/arena.ts';
import { matrixBytes, WEIGHT_KINDS, type WeightKind } from '../../compute/layouts.ts';
import { TongsaError } from '../../errors.ts';
import type { TransformerConfig } from '../../spec/config.ts';
import type { Transformer } from '../transformer.ts';
import { type Compiled, compile } from './compile.ts';
import { STAGING_BYTES } from './load.ts';
import { createPlan, type Layouts, type Plan } from './plan.ts';
import type { Sizes } from './rooms.ts';

/** Consecutive blocks, compiled for a memory of their own. */
export interface Stretch {
	readonly plan: Plan;
	readonly compiled: Compiled;
	/** Where weights pass on their way in. */
	readonly staging: number;
	/** What the first memory has in front of the blocks: `reserve` bytes. */
	readonly reserved: number;
	readonly pages: number;
}

export interface Room extends Layouts {
	/** Bytes of all memories together, at most. */
	readonly memoryBudget: number;
	/** Bytes of one memory, at most. */
	readonly memoryLimit: number;
	/** Bytes that the first memory keeps free in front. */
	readonly reserve: number;
}

const PAGE = 65536;
/** Nothing lies at 0, which means: there is none. */
const START = 64;

/** @throws TongsaError 'too-large' with the bytes that all of it needs. */
export function divide(model: Transformer, sizes: Omit<Sizes, 'from' | 'to'>, room: Room): readonly Stretch[] {
	const { name, config } = model;
	const lay = (from: number, to: number, limit: number): Stretch => {
		const arena = createArena(START, limit);
		const reserved = from === 0 ? arena.take(room.reserve, 'rows') : 0;
		const plan = createPlan(arena, room);
		const compiled = compile(model, plan, arena, { ...sizes, from, to });
		const staging = arena.take(STAGING_BYTES + 64, 'loading');
		return { plan, compiled, staging, reserved, pages: pagesOf(arena) };
	};
	const fits = (from: number, to: number): Stretch | undefined => {
		const stretch = lay(from, to, Number.POSITIVE_INFINITY);
		return stretch.pages * PAGE <= room.memoryLimit ? stretch : undefined;
	};
	const L = config.blocks.length;
	const whole = lay(0, L, Number.POSITIVE_INFINITY);
	if (whole.pages * PAGE > room.memoryBudget) throw tooLarge(name, config, whole, room.memoryBudget);
	if (whole.pages * PAGE <= room.memoryLimit) return [whole];

	const stretches: Stretch[] = [];
	for (let from = 0; from < L; ) {
		// The most blocks that fit, by halving.
		let [low, high] = [from, L + 1];
		let found: Stretch | undefined;
		while (high - low > 1) {
			const middle = Math.floor((low + high) / 2);
			const stretch = fits(from, middle);
			if (stretch) [low, found] = [middle, stretch];
			else high = middle;
		}
		if (!found) {
			throw new TongsaError('too-large', `block ${from} and what stands beside it do not fit one memory`, {
				file: name,
				got: `${lay(from, from + 1, Number.POSITIVE_INFINITY).pages * PAGE} bytes`,
				allowed: `at most ${room.memoryLimit}, what 32 bits can address`,
				hint: 'Use a smaller context, or a model with fewer bits per weight',
			});
		}
		stretches.push(found);
		from = low;
	}
	return stretches;
}

function pagesOf(arena: Arena): number {
	return Math.ceil(arena.used / PAGE);
}

function tooLarge(file: string, config: TransformerConfig, whole: Stretch, budget: number): TongsaError {
	const { weights, cache, all } = bytesOf([whole]);
	return new TongsaError('too-large', 'the model takes more memory than it may', {
		file,
		got: `${all} bytes (weights ${weights}, cache ${cache}, ${config.blocks.length} blocks)`,
		allowed: `at most ${budget}, the memory budget`,
		hint: 'Use a smaller context, or a model with fewer bits per weight',
	});
}

/** What memories are made of, in bytes. */
export interface MemoryBytes {
	/** Weights as they are laid for the kernels. */
	readonly weights: number;
	/** The same by their layout. */
	readonly layouts: Readonly<Partial<Record<WeightKind['name'], number>>>;
	/** Keys and values in halves. */
	readonly cache: number;
	/** Everything: these, activations, angles, rows of the table met before. */
	readonly all: number;
}

export function bytesOf(stretches: readonly Stretch[]): MemoryBytes {
	const layouts: Partial<Record<WeightKind['name'], number>> = {};
	for (const { plan } of stretches) {
		for (const { kind, rows, columns } of plan.matrices.map(({ placed }) => placed)) {
			layouts[kind.name] = (layouts[kind.name] ?? 0) + matrixBytes(kind, rows, columns);
		}
	}
	const sum = (f: (stretch: Stretch) => number): number => stretches.reduce((so, stretch) => so + f(stretch), 0);
	return {
		weights: Object.values(layouts).reduce((so, bytes) => so + bytes, 0),
		layouts,
		cache: sum(({ compiled }) => compiled.cacheBytes),
		all: sum(({ pages }) => pages * PAGE),
	};
}

/** Whether there are packed weights of 4 bits, and all of it would take at most `allowed` bytes if each of them had a byte. */
export function hasRoomForBytes(stretches: readonly Stretch[], allowed: number): boolean {
	const { layouts, all } = bytesOf(stretches);
	const { unsigned4: packed = 0 } = layouts;
	const { unsigned4, unsigned5 } = WEIGHT_KINDS;
	return packed > 0 && all + packed * (unsigned5.recordBytes / unsigned4.recordBytes - 1) <= allowed;
}
