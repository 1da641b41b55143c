// Shards: blocks → as few memories as hold them. A 32-bit memory has 4 GiB; a larger model's consecutive blocks lie in several of them.

import { type Arena, createArena } from '../../compute/arena.ts';
import { matrixBytes, type WeightKind } from '../../compute/layouts.ts';
import { TongsaError } from '../../errors.ts';
import type { TransformerConfig } from '../../spec/config.ts';
import type { EngineMemory } from '../engine.ts';
import type { Transformer } from '../transformer.ts';
import { type Compiled, compile } from './compile.ts';
import { STAGING_BYTES } from './load.ts';
import type { Sizes } from './lower.ts';
import { createPlan, type Plan } from './plan.ts';

/** Consecutive blocks, compiled for a memory of their own. */
export interface Shard {
	readonly plan: Plan;
	readonly compiled: Compiled;
	/** Where weights pass on their way in. */
	readonly staging: number;
	/** What the first memory has in front of the blocks: `reserve` bytes. */
	readonly reserved: number;
	readonly pages: number;
}

export interface MemoryLimits {
	/** Whether weights that the file has in floats stay floats. */
	readonly floats: boolean;
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
export async function divide(model: Transformer, sizes: Sizes, limits: MemoryLimits): Promise<readonly Shard[]> {
	const { name, config } = model;
	const lay = async (from: number, to: number): Promise<Shard> => {
		const arena = createArena(START, Number.POSITIVE_INFINITY);
		const reserved = from === 0 ? arena.take(limits.reserve, 'rows') : 0;
		const plan = createPlan(arena, limits.floats);
		const compiled = await compile(model, plan, arena, sizes, from, to);
		const staging = arena.take(STAGING_BYTES + 64, 'loading');
		return { plan, compiled, staging, reserved, pages: pagesOf(arena) };
	};
	const fits = async (from: number, to: number): Promise<Shard | undefined> => {
		const shard = await lay(from, to);
		return shard.pages * PAGE <= limits.memoryLimit ? shard : undefined;
	};
	const L = config.blocks.length;
	const whole = await lay(0, L);
	if (whole.pages * PAGE > limits.memoryBudget) throw tooLarge(name, config, whole, limits.memoryBudget);
	if (whole.pages * PAGE <= limits.memoryLimit) return [whole];

	const shards: Shard[] = [];
	for (let from = 0; from < L; ) {
		// The most blocks that fit, by halving.
		let [low, high] = [from, L + 1];
		let found: Shard | undefined;
		while (high - low > 1) {
			const middle = Math.floor((low + high) / 2);
			const shard = await fits(from, middle);
			if (shard) [low, found] = [middle, shard];
			else high = middle;
		}
		if (!found) {
			throw new TongsaError('too-large', `block ${from} and what stands beside it do not fit one memory`, {
				file: name,
				got: `${(await lay(from, from + 1)).pages * PAGE} bytes`,
				allowed: `at most ${limits.memoryLimit}, what 32 bits can address`,
				hint: 'Use a smaller context, or a model with fewer bits per weight',
			});
		}
		shards.push(found);
		from = low;
	}
	return shards;
}

function pagesOf(arena: Arena): number {
	return Math.ceil(arena.used / PAGE);
}

function tooLarge(file: string, config: TransformerConfig, whole: Shard, budget: number): TongsaError {
	const { weights, cache, all } = bytesOf([whole]);
	return new TongsaError('too-large', 'the model takes more memory than it may', {
		file,
		got: `${all} bytes (weights ${weights}, cache ${cache}, ${config.blocks.length} blocks)`,
		allowed: `at most ${budget}, the memory budget`,
		hint: 'Use a smaller context, or a model with fewer bits per weight',
	});
}

export function bytesOf(shards: readonly Shard[]): EngineMemory {
	const layouts: Partial<Record<WeightKind['name'], number>> = {};
	for (const { plan } of shards) {
		for (const { kind, rows, columns } of plan.matrices.map(({ placed }) => placed)) {
			layouts[kind.name] = (layouts[kind.name] ?? 0) + matrixBytes(kind, rows, columns);
		}
	}
	const sum = (f: (shard: Shard) => number): number => shards.reduce((so, shard) => so + f(shard), 0);
	return {
		weights: Object.values(layouts).reduce((so, bytes) => so + bytes, 0),
		layouts,
		cache: sum(({ compiled }) => compiled.cacheBytes),
		all: sum(({ pages }) => pages * PAGE),
	};
}
