// How 4-bit weights are laid out here, packed or one to a byte: found by timing one token's products on both, once a process, in milliseconds.
// Both are exact and give equal results to the last bit; what is timed, and found on several machines: docs/speed.md

import type { Kernels, KernelVariant } from './kernels.ts';
import { type FourBits, matrixBytes, WEIGHT_KINDS, type WeightKind } from './layouts.ts';
import type { KernelBuild } from './wasm.ts';

/** Billions of weights a second, one token, one thread. */
export type FourBitSpeeds = Readonly<Record<FourBits, number>>;

export interface LayoutChoice {
	readonly fourBits: FourBits;
	/** On a matrix that fits a first-level cache; absent where nothing was timed. */
	readonly cached?: FourBitSpeeds;
	/** On more than caches hold. Absent where bytes gain too little even in cache: from memory, where they are more to read, they gain less still. */
	readonly streamed?: FourBitSpeeds;
	/** In a sentence. */
	readonly reason: string;
}

const made = new Map<KernelVariant, LayoutChoice>();

/** The choice for this process and variant, made when it is first asked for. `now`: monotonic milliseconds. */
export function chooseLayout(build: KernelBuild, shared: boolean, now: () => number): LayoutChoice {
	const known = made.get(build.variant);
	if (known) return known;
	const choice = decide(build, shared, now);
	made.set(build.variant, choice);
	return choice;
}

/** What chooseLayout has found for a variant, if it was asked. */
export function layoutChoice(variant: KernelVariant): LayoutChoice | undefined {
	return made.get(variant);
}

/** As chooseLayout, made anew. */
export function decide(build: KernelBuild, shared: boolean, now: () => number): LayoutChoice {
	if (!build.module) return { fourBits: 'packed', reason: '4-bit weights stay packed: plain TypeScript is not timed' };
	const cached = timed(build, shared, now, CACHED);
	if (!worthIt(cached)) {
		return {
			fourBits: 'packed',
			cached,
			reason: `4-bit weights stay packed: bytes would gain less than a quarter even in cache (a token ${said(cached)})`,
		};
	}
	const streamed = timed(build, shared, now, STREAMED);
	const reason = `a token from memory ${said(streamed)} (in cache ${cached.packed.toFixed(0)} and ${cached.bytes.toFixed(0)})`;
	return worthIt(streamed)
		? {
				fourBits: 'bytes',
				cached,
				streamed,
				reason: `4-bit weights are unpacked to bytes where half of the memory budget holds them: ${reason}`,
			}
		: { fourBits: 'packed', cached, streamed, reason: `4-bit weights stay packed: ${reason}` };
}

function said({ packed, bytes }: FourBitSpeeds): string {
	return `${packed.toFixed(0)} G/s packed, ${bytes.toFixed(0)} in bytes`;
}

/** Bytes must be a quarter faster for their two thirds more memory: it is one thread that is timed, and all threads share what memory gives. */
function worthIt({ packed, bytes }: FourBitSpeeds): boolean {
	return bytes > packed * 1.25;
}

const COLUMNS = 2048;
const KINDS: Readonly<Record<FourBits, WeightKind>> = { packed: WEIGHT_KINDS.unsigned4, bytes: WEIGHT_KINDS.unsigned5 };

interface Trial {
	/** Bytes that a layout's weights take, about. */
	readonly bytes: number;
	/** Passes over them that are timed as one: a clock may be coarse. */
	readonly passes: number;
	/** Runs of each layout, by turns. */
	readonly runs: number;
	/** Runs in all where bytes seem worth it: other work of the machine may have slowed the packed ones. */
	readonly doubted: number;
	/** Milliseconds of further runs then, where functions are still being compiled: one layout's may be finished before the other's. */
	readonly warmUp: number;
}

const CACHED: Trial = { bytes: 20 * 1024, passes: 64, runs: 8, doubted: 8, warmUp: 10 };
const STREAMED: Trial = { bytes: 32 * 2 ** 20, passes: 1, runs: 2, doubted: 4, warmUp: 0 };
/** Activations, all zeros: what is multiplied takes no less time. Nothing may lie at 0. */
const X = 1024;
const PAGE = 65536;

/** The least times of runs by turns. */
function timed(build: KernelBuild, shared: boolean, now: () => number, { bytes, passes, runs, doubted, warmUp }: Trial): FourBitSpeeds {
	const rowsOf = (kind: WeightKind): number => 8 * Math.max(1, Math.floor(bytes / matrixBytes(kind, 8, COLUMNS)));
	const results = X + (COLUMNS / 32) * 40;
	const weights = Math.ceil((results + rowsOf(KINDS.packed) * 4) / 64) * 64;
	const pages = Math.ceil((weights + bytes) / PAGE) + 1;
	const kernels = build.over(new WebAssembly.Memory({ initial: pages, maximum: pages, shared }));
	// What was never written to is one page of zeros to the system, and in cache.
	for (let at = weights; at < pages * PAGE; at += 4096) kernels.words[at >> 2] = 0x01010101;
	const least: Record<FourBits, number> = { packed: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
	const until = now() + (build.compiled ? 0 : warmUp);
	const speed = (layout: FourBits): number => (rowsOf(KINDS[layout]) * COLUMNS * passes) / least[layout] / 1e6;
	const speeds = (): FourBitSpeeds => ({ packed: speed('packed'), bytes: speed('bytes') });
	for (let run = 0; run < runs || (worthIt(speeds()) && (run < doubted || now() < until)); run++) {
		for (const layout of ['packed', 'bytes'] as const) {
			const start = now();
			for (let i = 0; i < passes; i++) multiply(kernels, KINDS[layout], weights, rowsOf(KINDS[layout]), results);
			least[layout] = Math.min(least[layout], now() - start);
		}
	}
	return speeds();
}

function multiply(kernels: Kernels, kind: WeightKind, weights: number, rows: number, results: number): void {
	kernels[kind.matmul](weights, 0, rows / 8, COLUMNS / kind.columns, X, 1, results, rows * 4, 0);
}
