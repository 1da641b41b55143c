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

const SOURCES: Readonly<Record<string, () => Promise<{ default: string }>>> = {
	simd: () => import('./generated/engine-simd.ts'),
	'simd-shared': () => import('./generated/engine-simd-shared.ts'),
	relaxed: () => import('./generated/engine-relaxed.ts'),
	'relaxed-shared': () => import('./generated/engine-relaxed-shared.ts'),
};

/** The fastest variant that this machine has. */
export function bestVariant(): KernelVariant {
	return probeRelaxedDot() === undefined ? 'simd' : 'relaxed';
}

/** @throws TongsaError 'unsupported' where the machine has no such instructions. */
export async function buildKernels(variant: KernelVariant = bestVariant(), shared = false): Promise<KernelBuild> {
	if (variant === 'scalar') return { variant, over: scalarKernels };
	const { default: base64 } = await SOURCES[shared ? `${variant}-shared` : variant]!();
	const module = await WebAssembly.compile(base64Bytes(base64)).catch((cause) => {
		throw new TongsaError('unsupported', 'this machine cannot run the kernels', { field: 'variant', got: variant }, { cause });
	});
	return { variant, module, over: (memory) => instantiate(module, variant, memory) };
}

/** Kernels of a compiled build over a memory. */
export function instantiate(module: WebAssembly.Module, variant: KernelVariant, memory: WebAssembly.Memory): Kernels {
	const { exports } = new WebAssembly.Instance(module, { env: { memory } });
	return { ...(exports as unknown as Omit<Kernels, 'variant' | keyof Numbers>), variant, ...numbersOf(memory) };
}
