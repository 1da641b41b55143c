// A model that no 32-bit memory holds: a Llama-shaped file of random Q8_0 weights is written, run in two ways of dividing it, and deleted.
// The logits of both must be equal to the bit. Usage: node --conditions=tongsa-source bench/large.ts [--blocks 21] [--threads 2]

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileSource } from '../hosts/node/file.ts';
import { nodeHost } from '../hosts/node/host.ts';
import { openModelTransformer } from '../src/architectures/index.ts';
import { memorySource } from '../src/bytes/memory.ts';
import type { TensorInfo } from '../src/formats/checkpoint.ts';
import { type GgufValue, writeGguf } from '../src/formats/gguf/write.ts';
import { openCheckpoint } from '../src/formats/open.ts';
import { numberToHalf } from '../src/tensor/index.ts';
import { KernelModel } from '../src/transformer/kernels/model.ts';

const { values } = parseArgs({ options: { blocks: { type: 'string', default: '21' }, threads: { type: 'string', default: '2' } } });
const L = Number(values.blocks);
/** The shape of Llama 2 7B, with fewer blocks: 202 million weights each. */
const D = 4096;
const F = 11008;
const HEADS = 32;
const V = 32000;

/** Blocks of 32 random bytes under a scale that makes rows of D about 1 long; more of them than the largest tensor has. */
function pool(): Uint8Array {
	const bytes = new Uint8Array(((V * D) / 32 + 2 ** 16) * 34);
	let state = 1;
	const words = new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
	for (let i = 0; i < words.length; i++) words[i] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
	const scale = numberToHalf(1 / (74 * Math.sqrt(D))); // 74: root mean square of −128 … 127
	for (let b = 0; b < bytes.length; b += 34) [bytes[b], bytes[b + 1]] = [scale & 255, scale >> 8];
	return bytes;
}

async function write(path: string): Promise<void> {
	const random = memorySource('random', pool());
	const ones = memorySource('ones', new Uint8Array(new Float32Array(D).fill(1).buffer));
	const tensors: TensorInfo[] = [];
	const matrix = (name: string, rows: number, columns: number): void => {
		const byteOffset = ((tensors.length * 7919) % 2 ** 16) * 34;
		const byteLength = ((rows * columns) / 32) * 34;
		tensors.push({ name, dtype: 'Q8_0', shape: [rows, columns], source: random, byteOffset, byteLength });
	};
	const gain = (name: string): void =>
		void tensors.push({ name, dtype: 'F32', shape: [D], source: ones, byteOffset: 0, byteLength: D * 4 });
	matrix('token_embd.weight', V, D);
	for (let i = 0; i < L; i++) {
		gain(`blk.${i}.attn_norm.weight`);
		gain(`blk.${i}.ffn_norm.weight`);
		for (const part of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) matrix(`blk.${i}.${part}.weight`, D, D);
		for (const part of ['ffn_gate', 'ffn_up']) matrix(`blk.${i}.${part}.weight`, F, D);
		matrix(`blk.${i}.ffn_down.weight`, D, F);
	}
	gain('output_norm.weight');
	const number = (value: number): GgufValue => ({ type: 'u32', value });
	const metadata = new Map<string, GgufValue>([
		['general.architecture', { type: 'string', value: 'llama' }],
		['llama.block_count', number(L)],
		['llama.context_length', number(4096)],
		['llama.embedding_length', number(D)],
		['llama.feed_forward_length', number(F)],
		['llama.attention.head_count', number(HEADS)],
		['llama.attention.layer_norm_rms_epsilon', { type: 'f32', value: 1e-5 }],
		['llama.vocab_size', number(V)],
	]);
	const file = await open(path, 'w');
	await writeGguf({ write: async (bytes) => void (await file.write(bytes)) }, { metadata, tensors });
	await file.close();
}

const GB = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
const host = nodeHost();
const folder = mkdtempSync(join(tmpdir(), 'tongsa-large-'));
try {
	const path = join(folder, 'large.gguf');
	await write(path);
	const source = await fileSource(path);
	console.log(`file ${GB(source.byteLength)}, memory budget ${GB(host.memoryBudget)}`);
	const model = await openModelTransformer(await openCheckpoint({ name: path, files: new Map([['model.gguf', source]]) }), {
		memoryBudget: 0,
	});
	const all: Float32Array[] = [];
	for (const memoryLimit of [2 ** 32, 2 ** 31]) {
		const start = performance.now();
		const fast = await KernelModel.open(model, {
			capacity: 512,
			memoryBudget: host.memoryBudget,
			memoryLimit,
			threads: Number(values.threads),
			startWorker: host.startWorker!,
			optimise: host.optimise!,
			clock: host,
		});
		const opened = performance.now();
		const ids = Array.from({ length: 24 }, (_, i) => (i * 977 + 5) % V);
		all.push((await fast.forward(ids.slice(0, 20), 0, 'logits')).slice());
		const passed = performance.now();
		for (let i = 20; i < 24; i++) all.push((await fast.forward([ids[i]!], i, 'logits')).slice());
		const { weights, cache, all: bytes } = fast.bytes;
		console.log(
			`${fast.memories} memories of at most ${GB(memoryLimit)}: ${GB(bytes)} (weights ${GB(weights)}, cache ${GB(cache)}); opened in ` +
				`${((opened - start) / 1000).toFixed(1)} s, 20 tokens in ${((passed - opened) / 1000).toFixed(1)} s, then ` +
				`${((performance.now() - passed) / 4).toFixed(0)} ms a token, ${fast.threads} threads`,
		);
		fast.close();
	}
	const half = all.length / 2;
	for (let i = 0; i < half; i++) {
		assert.ok(all[i]!.every(Number.isFinite));
		assert.deepEqual(all[i], all[half + i]);
	}
	console.log(`equal to the bit: ${half} × ${V} logits`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
