// describeCompute: what this machine's kernels are and why, and how fast each way of laying weights is here, measured in a fraction of a second.
// Method: best of several runs, after as many that let the compiler finish; sizes beyond the second-level cache. docs/speed.md

import { type Candidate, type Chooser, chooseKernels } from './choose.ts';
import { canShareMemory, type DotTopBit, probeRelaxedDot } from './detect.ts';
import type { Kernels, KernelVariant } from './kernels.ts';
import { activationBytes, HOT_TYPES, matrixBytes, WEIGHT_KINDS, type WeightKind } from './layouts.ts';
import { buildKernels } from './wasm.ts';

export interface LayoutSpeed {
	readonly layout: WeightKind['name'];
	/** Stored types that it serves. */
	readonly types: readonly string[];
	/** Bytes of memory per weight. */
	readonly bytesPerWeight: number;
	/** Billions of weights per second: one token (decoding), and 64 at once (a prompt), one thread. */
	readonly decode: number;
	readonly prompt: number;
}

export interface ComputeDescription {
	readonly variant: KernelVariant;
	/** Why this one, in a sentence, and what was timed for it (choose.ts). */
	readonly because: string;
	readonly candidates: readonly Candidate[];
	/** What the relaxed dot product does with the top bit; absent without relaxed SIMD. */
	readonly relaxedDot?: DotTopBit;
	/** Whether threads can share a memory here. */
	readonly sharedMemory: boolean;
	/** GB/s at which one thread reads. */
	readonly reading: number;
	readonly layouts: readonly LayoutSpeed[];
}

/** 2048 × 2048: 3 to 5 MB quantised, more than a core's own cache. */
const SIDE = 2048;
const TOKENS = 64;
const RUNS = 4;
const WARM_UP_MS = 30;
const READ_BYTES = 32 * 2 ** 20;
/** In front of everything: nothing may lie at 0. */
const START = 1024;

export async function describeCompute(chooser: Chooser): Promise<ComputeDescription> {
	const { now, optimise } = chooser;
	const { variant, reason, candidates } = await chooseKernels(chooser);
	const relaxedDot = probeRelaxedDot();
	const build = await buildKernels(variant, false, optimise);
	const kernels = build.over(new WebAssembly.Memory({ initial: (READ_BYTES + 2 ** 20) / 65536, maximum: (READ_BYTES + 2 ** 20) / 65536 }));
	const reading = READ_BYTES / best(now, () => kernels.readAll(START, READ_BYTES)) / 1e6;
	const layouts = Object.values(WEIGHT_KINDS).map((kind) => speedOf(kind, kernels, now));
	return {
		variant,
		because: reason,
		candidates,
		...(relaxedDot && { relaxedDot }),
		sharedMemory: canShareMemory(),
		reading,
		layouts,
	};
}

function speedOf(kind: WeightKind, kernels: Kernels, now: () => number): LayoutSpeed {
	const x = START;
	const y = x + Math.ceil(activationBytes(kind, TOKENS, SIDE) / 64) * 64;
	const weights = y + SIDE * TOKENS * 4;
	const run = (tokens: number, rows: number) => () =>
		kernels[kind.matmul](weights, 0, rows / 8, SIDE / kind.columns, x, tokens, y, SIDE * 4, 0);
	const rate = (tokens: number, rows: number): number => (rows * SIDE * tokens) / best(now, run(tokens, rows)) / 1e6;
	return {
		layout: kind.name,
		types: kind.name === 'float32' ? ['F32', 'F16', 'BF16'] : [...HOT_TYPES].filter(([, hot]) => hot.kind === kind).map(([name]) => name),
		bytesPerWeight: matrixBytes(kind, 8, 32) / (8 * 32),
		decode: rate(1, SIDE),
		prompt: rate(TOKENS, SIDE / 8),
	};
}

/** Milliseconds of the fastest run. */
function best(now: () => number, work: () => void): number {
	for (const until = now() + WARM_UP_MS; now() < until; ) work();
	let least = Number.POSITIVE_INFINITY;
	for (let i = 0; i < RUNS; i++) {
		const start = now();
		work();
		least = Math.min(least, now() - start);
	}
	return least;
}
