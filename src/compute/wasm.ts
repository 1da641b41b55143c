// Compiles and instantiates the builds of kernels/: plain SIMD or relaxed SIMD, over private or shared memory.

import { TongsaError } from '../errors.ts';
import { base64Bytes } from './base64.ts';
import { canCompile, probeRelaxedDot } from './detect.ts';
import { type Kernels, type KernelVariant, type Numbers, numbersOf } from './kernels.ts';
import { scalarKernels } from './scalar.ts';

/** One way of making kernels over a memory. */
export interface KernelBuild {
	readonly variant: KernelVariant;
	/** Needed to start the same kernels in another thread; absent for the scalar twins. */
	readonly module?: WebAssembly.Module;
	/** Whether its functions are compiled as well as they ever will be; otherwise the runtime does so while they run. */
	readonly compiled: boolean;
	over(memory: WebAssembly.Memory): Kernels;
}

/**
 * Does the work, in which functions that are called for the first time are compiled by the runtime's best compiler at once, with vectors of
 * 256 bits if `wide`; false, and nothing done, where that cannot be. The host has it: runtimes offer it, if at all, beside the standard.
 */
export type Optimise = (wide: boolean, work: () => void) => boolean;

const SOURCES: Readonly<Record<string, () => Promise<{ default: string }>>> = {
	simd: () => import('./generated/engine-simd.ts'),
	'simd-shared': () => import('./generated/engine-simd-shared.ts'),
	relaxed: () => import('./generated/engine-relaxed.ts'),
	'relaxed-shared': () => import('./generated/engine-relaxed-shared.ts'),
};

/** The best variant for which nothing is needed but WebAssembly; the twins where there is none. What is best with a host's compiler is found by choose.ts. */
export function bestVariant(): KernelVariant {
	if (!canCompile()) return 'scalar';
	return probeRelaxedDot() === undefined ? 'simd' : 'relaxed';
}

/** @throws TongsaError 'unsupported' where the machine has no such instructions, or 'wide' is wanted and cannot be had. */
export async function buildKernels(variant: KernelVariant = bestVariant(), shared = false, optimise?: Optimise): Promise<KernelBuild> {
	if (variant === 'scalar') return { variant, compiled: true, over: scalarKernels };
	const wide = variant === 'wide';
	const build = wide ? 'relaxed' : variant;
	const bytes = base64Bytes((await SOURCES[shared ? `${build}-shared` : build]!()).default);
	try {
		const best = optimised(bytes, wide, shared, optimise);
		const module = best ?? (await WebAssembly.compile(bytes));
		return { variant, module, compiled: best !== undefined, over: (memory) => instantiate(module, variant, memory) };
	} catch (cause) {
		throw new TongsaError('unsupported', 'this machine cannot run the kernels', { field: 'variant', got: variant }, { cause });
	}
}

/** A custom section (§5.5.3 of the core specification) of no content: V8 keeps one machine code for all modules of the same bytes. */
const MARK = Uint8Array.of(0, 5, 4, ...new TextEncoder().encode('wide'));

/**
 * A module whose functions are optimised, for all threads: each is called once, with zeros, which is no work. Undefined where plain vectors are
 * wanted and the host has nothing better for them than the standard way.
 * @throws Error where wide ones are wanted and cannot be had.
 */
export function optimised(
	bytes: Uint8Array<ArrayBuffer>,
	wide: boolean,
	shared: boolean,
	optimise: Optimise | undefined,
): WebAssembly.Module | undefined {
	const marked = new Uint8Array(bytes.length + (wide ? MARK.length : 0));
	marked.set(bytes);
	if (wide) marked.set(MARK, bytes.length);
	let module: WebAssembly.Module | undefined;
	optimise?.(wide, () => {
		module = new WebAssembly.Module(marked);
		const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
		const { exports } = new WebAssembly.Instance(module, { env: { memory } });
		for (const each of Object.values(exports)) if (typeof each === 'function') each();
	});
	if (wide && !module) throw new Error('this runtime makes no vectors of 256 bits');
	return module;
}

/** Kernels of a compiled build over a memory. */
export function instantiate(module: WebAssembly.Module, variant: KernelVariant, memory: WebAssembly.Memory): Kernels {
	const { exports } = new WebAssembly.Instance(module, { env: { memory } });
	if (variant === 'wide') (exports.wide as WebAssembly.Global<'i32'>).value = 1;
	return { ...(exports as unknown as Omit<Kernels, 'variant' | keyof Numbers>), variant, ...numbersOf(memory) };
}
