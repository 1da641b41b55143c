// Compiles and instantiates the builds of kernels/: plain SIMD or relaxed SIMD, over private or shared memory.

import { TongsaError } from '../errors.ts';
import { base64Bytes } from './base64.ts';
import { probeRelaxedDot } from './detect.ts';
import { type Kernels, type KernelVariant, type Numbers, numbersOf } from './kernels.ts';
import { scalarKernels } from './scalar.ts';

/** One way of making kernels over a memory. */
export interface KernelBuild {
	readonly variant: KernelVariant;
	/** Needed to start the same kernels in another thread; absent for the scalar twins. */
	readonly module?: WebAssembly.Module;
	over(memory: WebAssembly.Memory): Kernels;
}

/**
 * Compiles a module to the end at once, with vectors of 256 bits if `wide`; undefined where the runtime cannot. The host has it, since
 * runtimes offer it, if at all, beside the standard.
 */
export type Compile = (bytes: Uint8Array<ArrayBuffer>, wide: boolean) => WebAssembly.Module | undefined;

const SOURCES: Readonly<Record<string, () => Promise<{ default: string }>>> = {
	simd: () => import('./generated/engine-simd.ts'),
	'simd-shared': () => import('./generated/engine-simd-shared.ts'),
	relaxed: () => import('./generated/engine-relaxed.ts'),
	'relaxed-shared': () => import('./generated/engine-relaxed-shared.ts'),
};

/** The best variant for which nothing is needed but WebAssembly. What is best with a host's compiler is found by choose.ts. */
export function bestVariant(): KernelVariant {
	return probeRelaxedDot() === undefined ? 'simd' : 'relaxed';
}

/** @throws TongsaError 'unsupported' where the machine has no such instructions, or 'wide' is wanted and cannot be had. */
export async function buildKernels(variant: KernelVariant = bestVariant(), shared = false, compile?: Compile): Promise<KernelBuild> {
	if (variant === 'scalar') return { variant, over: scalarKernels };
	const wide = variant === 'wide';
	const build = wide ? 'relaxed' : variant;
	const { default: base64 } = await SOURCES[shared ? `${build}-shared` : build]!();
	const module = await compiled(base64Bytes(base64), wide, compile).catch((cause) => {
		throw new TongsaError('unsupported', 'this machine cannot run the kernels', { field: 'variant', got: variant }, { cause });
	});
	return { variant, module, over: (memory) => instantiate(module, variant, memory) };
}

/** A custom section (§5.5.3 of the core specification) of no content: V8 keeps one machine code for all modules of the same bytes. */
const MARK = Uint8Array.of(0, 5, 4, ...new TextEncoder().encode('wide'));

/** By the host's compiler, or else by the standard one. */
export async function compiled(bytes: Uint8Array<ArrayBuffer>, wide: boolean, compile?: Compile): Promise<WebAssembly.Module> {
	if (!wide) return compile?.(bytes, false) ?? WebAssembly.compile(bytes);
	const marked = new Uint8Array(bytes.length + MARK.length);
	marked.set(bytes);
	marked.set(MARK, bytes.length);
	const module = compile?.(marked, true);
	if (!module) throw new Error('there is no compiler for vectors of 256 bits');
	return module;
}

/** Kernels of a compiled build over a memory. */
export function instantiate(module: WebAssembly.Module, variant: KernelVariant, memory: WebAssembly.Memory): Kernels {
	const { exports } = new WebAssembly.Instance(module, { env: { memory } });
	if (variant === 'wide') (exports.wide as WebAssembly.Global<'i32'>).value = 1;
	return { ...(exports as unknown as Omit<Kernels, 'variant' | keyof Numbers>), variant, ...numbersOf(memory) };
}
