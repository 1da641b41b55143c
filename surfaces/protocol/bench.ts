// JSON of `bench`: tokens per second of reading a prompt and of generating, and the time to the first token of all.

import { type Chooser, chooseKernels } from '../../src/compute/choose.ts';
import type { KernelVariant } from '../../src/compute/kernels.ts';
import { TongsaError } from '../../src/errors.ts';
import { type Provenance, provenanceOf } from '../../src/model/provenance.ts';
import type { Model, RunOptions } from '../../src/model.ts';
import type { EngineMemory } from '../../src/transformer/engine.ts';

interface Rate {
	readonly tokens: number;
	/** The median of the runs. */
	readonly tokensPerSecond: number;
}

export interface BenchJson {
	readonly load: {
		/** From the clock's zero, the start of the process, to the first token after a short prompt. */
		readonly ms: number;
		readonly promptTokens: number;
	};
	readonly prefill: Rate;
	readonly decode: Rate;
	readonly threads: number;
	readonly runs: number;
	/** Bytes that the engine holds; absent on the exact path. */
	readonly memory?: EngineMemory;
	/** Which build of the kernels ran and why, and why 4-bit weights lie as they do (if there are any); absent where none did. */
	readonly kernels?: { readonly variant: KernelVariant; readonly because: string };
	readonly provenance: Provenance;
}

export interface BenchOptions extends Pick<RunOptions, 'precision' | 'signal'> {
	/** Tokens that are read, and tokens that are generated after the first. */
	readonly prompt: number;
	readonly decode: number;
	readonly runs: number;
	readonly threads: number;
}

const FIRST_PROMPT = 16;

/** @param host what the model was opened with; its clock counts milliseconds from the start of the process */
export async function benchJson(model: Model, options: BenchOptions, host: Chooser): Promise<BenchJson> {
	const { now } = host;
	const { prompt, decode, runs, threads, precision, signal } = options;
	const rows = model.table?.rows ?? 0;
	if (rows === 0) throw new TongsaError('unsupported', 'a vocabulary alone cannot be timed', { file: model.name });
	const common = { stopIds: [], ...(precision && { precision }), ...(signal && { signal }) };

	/** Milliseconds until the first token, and from there to the last. */
	const once = async (run: number, length: number, maxTokens: number) => {
		const begun = now();
		let first = begun;
		let made = 0;
		const answer = model.generate(idsOf(run, length, rows), { ...common, maxTokens });
		let next = await answer.next();
		for (; !next.done; next = await answer.next()) if (made++ === 0) first = now();
		return { prefillMs: first - begun, decodeMs: now() - first, precision: next.value.provenance.precision! };
	};

	const { precision: used } = await once(0, Math.min(FIRST_PROMPT, prompt), 1);
	const loaded = now();
	const times: Awaited<ReturnType<typeof once>>[] = [];
	for (let run = 1; run <= runs; run++) times.push(await once(run, prompt, decode + 1));
	const memory = await model.memory();
	// The one that the model was opened with: it is made once in a process.
	const choice = used === 'fast' ? await chooseKernels(host) : undefined;
	const rate = (tokens: number, ms: readonly number[]): Rate => ({ tokens, tokensPerSecond: (tokens * 1000) / median(ms) });
	return {
		load: { ms: loaded, promptTokens: Math.min(FIRST_PROMPT, prompt) },
		prefill: rate(
			prompt,
			times.map(({ prefillMs }) => prefillMs),
		),
		decode: rate(
			decode,
			times.map(({ decodeMs }) => decodeMs),
		),
		threads,
		runs,
		...(memory && { memory }),
		...(choice && { kernels: { variant: choice.variant, because: choice.reason } }),
		provenance: provenanceOf(model.checkpoint, { precision: used }),
	};
}

/** Some ids, the first of them another in each run: what the cache holds of the last run must not help this one. */
function idsOf(run: number, length: number, rows: number): number[] {
	return Array.from({ length }, (_, i) => ((i + 1) * 7919 + run) % rows);
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
