// doctor: what this machine offers, and what Tongsa makes of it.

import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { nodeHost } from '../../../hosts/node/host.ts';
import { type Held, inventory } from '../../../hosts/node/inventory.ts';
import { cacheFolder, hubFolder, ollamaFolder } from '../../../hosts/node/places.ts';
import { describeCompute } from '../../../src/compute/describe.ts';
import type { KernelVariant } from '../../../src/compute/kernels.ts';
import type { Answer, Call } from '../call.ts';
import { bytes } from '../view/progress.ts';
import { table } from '../view/table.ts';

const VARIANTS: Readonly<Record<KernelVariant, string>> = {
	scalar: 'plain TypeScript',
	simd: 'WebAssembly SIMD',
	relaxed: 'WebAssembly relaxed SIMD',
	wide: 'WebAssembly relaxed SIMD, 256 bits wide',
};

export async function run(call: Call): Promise<Answer> {
	const host = nodeHost();
	const { relaxedDot: dotTopBit, ...compute } = await describeCompute(host);
	const json = {
		node: process.version,
		platform: `${process.platform}-${process.arch}`,
		cpu: cpus()[0]?.model ?? 'unknown',
		threads: availableParallelism(),
		// The build of the kernels that runs here and why, what its dot product makes of the top bit, and how fast each layout of weights is.
		kernels: { ...compute, ...(dotTopBit && { dotTopBit }) },
		memory: { total: totalmem(), free: freemem(), forWeights: host.memoryBudget },
		folders: { tongsa: cacheFolder(), huggingFace: hubFolder(), ollama: ollamaFolder() },
		models: await inventory(),
	};
	const { kernels, memory, folders, models } = json;
	const names = (wanted: (model: Held) => boolean) =>
		models
			.filter(wanted)
			.map(({ name }) => name)
			.join(', ') || 'none';
	const rows = [
		['Node', `${json.node} on ${json.platform}`],
		['CPU', `${json.cpu}, ${json.threads} threads`],
		['kernels', VARIANTS[kernels.variant] + (dotTopBit ? `, 8-bit products ${dotTopBit}` : '')],
		['chosen by', kernels.because],
		...kernels.layouts.map(({ layout, types, decode, prompt }) => [
			layout,
			`${types.join(', ')}: ${decode.toFixed(0)} G weights/s a token, ${prompt.toFixed(0)} a prompt`,
		]),
		['layouts', 'floats stay floats if half of the memory holds them'],
		['memory', `${bytes(memory.total)}, ${bytes(memory.free)} free; weights may take ${bytes(memory.forWeights)}`],
		...Object.entries(folders).map(([name, path]) => [`${name} folder`, path]),
		['models here', names(({ state }) => state !== 'absent')],
		['to pull', names(({ state }) => state === 'absent')],
	];
	return { json, text: () => table([{ title: '', whole: true }, { title: '' }], rows, call.terminal.columns) };
}
