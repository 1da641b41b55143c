// Compiles kernels as well as V8 can: all functions at once by its optimising compiler, and on x86 with vectors of 256 bits instead of 128.
// The pass that joins neighbouring vectors is V8's `--experimental-wasm-revectorize` (wasm-revec-phase.cc). docs/speed.md

/** The first Node whose V8 has the pass. An older one would complain on stderr. */
const FIRST_NODE = 24;

/** How V8 is set for the moment, and set back to. */
const EAGER = [
	['--no-liftoff', '--liftoff'],
	['--no-wasm-lazy-compilation', '--wasm-lazy-compilation'],
] as const;
const WIDE = ['--experimental-wasm-revectorize', '--no-experimental-wasm-revectorize'] as const;

/**
 * A module, compiled to the end; undefined where this runtime cannot. V8's settings are those of the whole process: they are changed for
 * the milliseconds of one synchronous compilation, so that no other module meets them.
 */
export function compile(bytes: Uint8Array<ArrayBuffer>, wide: boolean): WebAssembly.Module | undefined {
	const { versions, arch, execArgv } = process;
	if (versions.bun || versions.deno || Number.parseInt(versions.node, 10) < FIRST_NODE || (wide && arch !== 'x64')) return undefined;
	// Not imported: every start would pay for it.
	const { setFlagsFromString } = process.getBuiltinModule('node:v8');
	// Who started Node with a setting of these keeps it.
	const flags = [...EAGER, ...(wide ? [WIDE] : [])].filter((pair) => !pair.some((flag) => execArgv.includes(flag)));
	try {
		for (const [set] of flags) setFlagsFromString(set);
		return new WebAssembly.Module(bytes);
	} finally {
		for (const [, back] of flags) setFlagsFromString(back);
	}
}
