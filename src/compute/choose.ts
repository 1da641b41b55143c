// Which build of the kernels serves here: found by timing a small matrix on each, once in a process, in a few milliseconds.
// Candidates and their speeds on several machines: docs/speed.md

import { base64Bytes } from './base64.ts';
import type { KernelVariant } from './kernels.ts';
import { bestVariant, type Optimise, optimised } from './wasm.ts';

/** What the choice is made with. */
export interface Chooser {
	/** The host's way to a better compiler, if it has one. */
	readonly optimise?: Optimise;
	/** Monotonic milliseconds. */
	now(): number;
}

export interface Candidate {
	readonly variant: KernelVariant;
	/** Billions of 8-bit weights × activations a second, in a prompt, on one thread. */
	readonly speed: number;
	/** Whether its results are those of the plain candidate to the last bit. */
	readonly same: boolean;
}

export interface Choice {
	readonly variant: KernelVariant;
	/** What was timed; none where there was nothing to choose between. */
	readonly candidates: readonly Candidate[];
	/** In a sentence. */
	readonly reason: string;
}

let made: Promise<Choice> | undefined;

/** The choice for this process, made when it is first asked for. */
export function chooseKernels(chooser: Chooser): Promise<Choice> {
	made ??= choose(chooser);
	return made;
}

/** As chooseKernels, made anew. */
export async function choose({ optimise, now }: Chooser): Promise<Choice> {
	const best = bestVariant();
	const only = (reason: string): Choice => ({ variant: best, candidates: [], reason });
	if (best === 'scalar') return only('this runtime lets no WebAssembly be made');
	if (best === 'simd') return only('this runtime has no relaxed SIMD');
	if (!optimise) return only('the best that plain WebAssembly offers');
	const bytes = base64Bytes((await import('./generated/probe-relaxed.ts')).default);
	let modules: readonly WebAssembly.Module[];
	try {
		modules = [false, true].map((wide) => optimised(bytes, wide, false, optimise)!);
	} catch {
		return only('this runtime makes no vectors of 256 bits');
	}
	const results = modules.map((module, wide) => timed(module, wide, now));
	const candidates = (['relaxed', 'wide'] as const).map(
		(variant, i): Candidate => ({
			variant,
			speed: (ROWS * COLUMNS * TOKENS) / results[i]!.ms / 1e6,
			same: results[i]!.y.every((word, at) => word === results[0]!.y[at]),
		}),
	);
	const [plain, wide] = candidates as [Candidate, Candidate];
	const speeds = `${wide.speed.toFixed(0)} G/s with vectors of 256 bits, ${plain.speed.toFixed(0)} with 128`;
	if (!wide.same) return { variant: 'relaxed', candidates, reason: 'vectors of 256 bits give other results here' };
	return wide.speed > plain.speed
		? { variant: 'wide', candidates, reason: `a prompt's 8-bit weights: ${speeds}` }
		: { variant: 'relaxed', candidates, reason: `wider vectors are not faster here: ${speeds}` };
}

/** A matrix of 8-bit weights that fits any first-level cache. */
const ROWS = 16;
const COLUMNS = 512;
const TOKENS = 16;
const GROUPS = COLUMNS / 32;
const RUNS = 24;
/** Places in the memory: activations, results, weights. */
const X = 1024;
const Y = X + TOKENS * GROUPS * 40;
const WEIGHTS = Y + TOKENS * ROWS * 4;
const PAGES = 1;

/** The least time of some runs, and the results' bits. */
function timed(module: WebAssembly.Module, wide: number, now: () => number): { readonly ms: number; readonly y: Int32Array } {
	const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
	const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as {
		matmulSigned8(...numbers: number[]): void;
		wide: WebAssembly.Global<'i32'>;
	};
	kernels.wide.value = wide;
	fill(memory);
	let ms = Number.POSITIVE_INFINITY;
	for (let run = 0; run < RUNS; run++) {
		const start = now();
		kernels.matmulSigned8(WEIGHTS, 0, ROWS / 8, GROUPS, X, TOKENS, Y, ROWS * 4, 0);
		ms = Math.min(ms, now() - start);
	}
	return { ms, y: new Int32Array(memory.buffer, Y, TOKENS * ROWS) };
}

/** Whole numbers over their whole range, activations 0 … 127 and weights without 0, and scales that differ. */
function fill(memory: WebAssembly.Memory): void {
	const bytes = new Uint8Array(memory.buffer);
	const floats = new Float32Array(memory.buffer);
	for (let i = X; i < Y; i++) bytes[i] = (i * 89) & 127;
	for (let i = WEIGHTS; i < WEIGHTS + (ROWS / 8) * GROUPS * 320; i++) bytes[i] = (i * 151) & 255 || 1;
	for (let record = 0; record < (TOKENS / 4) * GROUPS; record++) {
		for (let i = 0; i < 8; i++) floats[(X + record * 160) / 4 + i] = (1 + i) / (100 + record);
	}
	for (let record = 0; record < (ROWS / 8) * GROUPS; record++) {
		for (let i = 0; i < 16; i++) floats[(WEIGHTS + record * 320) / 4 + i] = (1 + i) / (90 + record);
	}
}
