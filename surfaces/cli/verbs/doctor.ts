// doctor: what this machine offers, and what Tongsa makes of it.

import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { nodeHost } from '../../../hosts/node/host.ts';
import { inventory } from '../../../hosts/node/inventory.ts';
import { cacheFolder, hubFolder, ollamaFolder } from '../../../hosts/node/places.ts';
import type { Answer, Call } from '../call.ts';
import { bytes } from '../view/progress.ts';
import { table } from '../view/table.ts';

/** (module (func (param v128 v128 v128) (result v128) local.get 0..2 INSTRUCTION)): the smallest module with one SIMD instruction. */
const moduleWith = (instruction: readonly number[]) => {
	const code = [0x00, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, ...instruction, 0x0b];
	return new Uint8Array([
		...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
		...[0x01, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
		...[0x03, 2, 1, 0],
		...[0x0a, code.length + 2, 1, code.length, ...code],
	]);
};

/** v128.bitselect; i32x4.relaxed_dot_i8x16_i7x16_add_s. Opcodes: WebAssembly core 2.0 §5.4.8, relaxed SIMD proposal. */
const SIMD = moduleWith([0x52]);
const RELAXED_SIMD = moduleWith([0x93, 0x02]);

export async function run(call: Call): Promise<Answer> {
	const host = nodeHost();
	const json = {
		node: process.version,
		platform: `${process.platform}-${process.arch}`,
		cpu: cpus()[0]?.model ?? 'unknown',
		webassembly: {
			simd: WebAssembly.validate(SIMD),
			relaxedSimd: WebAssembly.validate(RELAXED_SIMD),
			threads: typeof SharedArrayBuffer === 'function',
		},
		threads: availableParallelism(),
		memory: { total: totalmem(), free: freemem(), forWeights: host.memoryBudget },
		folders: { cache: cacheFolder(), huggingFace: hubFolder(), ollama: ollamaFolder() },
		models: await inventory(),
	};
	return {
		json,
		text: () =>
			table(
				[{ title: '' }, { title: '' }],
				[
					['Node', `${json.node} on ${json.platform}`],
					['CPU', `${json.cpu}, ${json.threads} threads`],
					['memory', `${bytes(json.memory.total)}, ${bytes(json.memory.free)} free; weights may take ${bytes(json.memory.forWeights)}`],
					[
						'WebAssembly',
						Object.entries(json.webassembly)
							.map(([name, there]) => `${name} ${there ? 'yes' : 'no'}`)
							.join(', '),
					],
					...Object.entries(json.folders).map(([name, path]) => [`${name} folder`, path]),
					[
						'models here',
						json.models
							.filter(({ state }) => state !== 'absent')
							.map(({ name }) => name)
							.join(', '),
					],
					[
						'to pull',
						json.models
							.filter(({ state }) => state === 'absent')
							.map(({ name }) => name)
							.join(', ') || 'nothing',
					],
				],
				call.terminal.columns,
			),
	};
}
