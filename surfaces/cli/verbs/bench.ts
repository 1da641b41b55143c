// bench MODEL: how fast this machine reads a prompt and generates, and how soon the first token comes.

import { nodeHost } from '../../../hosts/node/host.ts';
import type { Model } from '../../../src/model.ts';
import type { BenchJson } from '../../protocol/bench.ts';
import { benchJson } from '../../protocol/bench.ts';
import type { Answer, Call } from '../call.ts';
import { precisionOf, withModel } from './common.ts';

/** A context that no model exceeds; the model's own is checked when it is known. */
const MAX_TOKENS = 2 ** 24;
const MAX_RUNS = 100;
/** More than any machine has. */
const MAX_THREADS = 1024;

export async function run(call: Call): Promise<Answer> {
	const own = nodeHost();
	const threads = call.integer('threads', own.threads, 1, MAX_THREADS);
	const sizes = {
		prompt: call.integer('prompt', 512, 2, MAX_TOKENS),
		decode: call.integer('decode', 128, 1, MAX_TOKENS),
		runs: call.integer('runs', 3, 1, MAX_RUNS),
	};
	const measure = async (model: Model) => {
		const json = await benchJson(model, { ...sizes, ...precisionOf(call), threads, signal: call.signal }, own);
		return { json, text: () => page(json) };
	};
	return withModel(call, call.arguments[0]!, measure, { ...own, threads });
}

function page({ load, prefill, decode, threads, runs, memory, kernels }: BenchJson): string {
	const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
	const rate = ({ tokens, tokensPerSecond }: BenchJson['prefill']) => `${tokensPerSecond.toFixed(1)} tokens/s (${tokens} tokens)`;
	const layouts = Object.entries(memory?.layouts ?? {})
		.map(([name, bytes = 0]) => `${name} ${megabytes(bytes)}`)
		.join(', ');
	const held =
		memory &&
		`memory   ${megabytes(memory.all)}: weights ${megabytes(memory.weights)} (${layouts}), cache ${megabytes(memory.cache)}, ` +
			`the rest ${megabytes(memory.all - memory.weights - memory.cache)}\n`;
	return (
		`load     ${load.ms.toFixed(0)} ms from the start of the process to the first token after a prompt of ${load.promptTokens}\n` +
		`prefill  ${rate(prefill)}\n` +
		`decode   ${rate(decode)}\n` +
		(held ?? '') +
		`${kernels ? `On the kernels, build '${kernels.variant}': ${kernels.because}` : 'Exact, in plain TypeScript'}; ${threads === 1 ? 'one thread' : `${threads} threads`}; ${runs === 1 ? 'one run' : `medians of ${runs} runs`}.\n`
	);
}
