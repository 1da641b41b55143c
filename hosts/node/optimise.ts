// Has functions of WebAssembly compiled as well as V8 can: at their first call, by its optimising compiler, and on x86 with vectors of 256
// bits instead of 128. The pass that joins neighbouring vectors is V8's `--experimental-wasm-revectorize` (wasm-revec-phase.cc). docs/speed.md

/** The first Node whose V8 has the pass. An older one would complain on stderr. */
const FIRST_NODE = 24;

/** How V8 is set for the moment, and set back to: the first 32 functions of a module are optimised at once, instead of when they have run long. */
const SOON = ['--wasm-tier-mask-for-testing=-1', '--wasm-tier-mask-for-testing=0'] as const;
const WIDE = ['--experimental-wasm-revectorize', '--no-experimental-wasm-revectorize'] as const;

/**
 * Does the work; functions of WebAssembly that are called for the first time in it are optimised. False, and nothing done, where this runtime
 * cannot. V8's settings are those of the whole process, so that they are changed for some milliseconds only; and only these two, which other
 * threads read once a function: V8's own fuzzer runs with both. (Turning `--liftoff` off and on crashes what compiles in the background.)
 */
export function optimise(wide: boolean, work: () => void): boolean {
	const { versions, arch, execArgv } = process;
	if (versions.bun || versions.deno || Number.parseInt(versions.node, 10) < FIRST_NODE || (wide && arch !== 'x64')) return false;
	// Not imported: every start would pay for it.
	const { setFlagsFromString } = process.getBuiltinModule('node:v8');
	// Who started Node with the pass keeps it.
	const flags = wide && !execArgv.includes(WIDE[0]) ? [SOON, WIDE] : [SOON];
	try {
		for (const [set] of flags) setFlagsFromString(set);
		work();
	} finally {
		for (const [, back] of flags) setFlagsFromString(back);
	}
	return true;
}
