// Fuzzes everything that opens a model file: GGUF, split GGUF, safetensors, folders, their JSON.

import type { ModelFiles } from '../../src/bytes/source.ts';
import { isLazyArray } from '../../src/formats/get.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readRows, rowCount } from '../../src/formats/tensor-bytes.ts';
import { fixtureBytes } from '../formats/fixtures.ts';
import { ggufBytes, smallModel } from '../formats/make.ts';
import { type Files, fuzz } from './harness.ts';
import { shortened } from './shortened.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const config = encode(
	JSON.stringify({
		model_type: 'bert',
		hidden_size: 384,
		rope_scaling: { type: 'yarn', factor: 4.0 },
		architectures: ['BertModel'],
		layers: [1, 2, null, true],
	}),
);
const index = encode(
	JSON.stringify({ metadata: { total_size: 1 }, weight_map: { float32: 'model.safetensors', empty: 'model.safetensors' } }),
);
const safetensors = fixtureBytes('types.safetensors');
const split = Object.fromEntries([1, 2, 3].map((i) => [`split-0000${i}-of-00003.gguf`, fixtureBytes(`split-0000${i}-of-00003.gguf`)]));

/** What is damaged: one file of each (the first by turns with the others). */
const TARGETS: readonly (readonly [string, Files])[] = [
	['values.gguf', { 'a.gguf': fixtureBytes('values.gguf') }],
	['types.gguf', { 'a.gguf': fixtureBytes('types.gguf') }],
	['aligned.gguf', { 'a.gguf': fixtureBytes('aligned.gguf') }],
	['version2.gguf', { 'sha256-0': fixtureBytes('version2.gguf') }],
	['small model', { 'a.gguf': await ggufBytes(smallModel(2)) }],
	['split set', split],
	['gpt-2', { 'a.gguf': await shortened('gpt-2.gguf', 8) }],
	['llama-2', { 'a.gguf': await shortened('llama-2.gguf', 8) }],
	['falcon', { 'a.gguf': await shortened('falcon.gguf', 8) }],
	['bert-bge', { 'a.gguf': await shortened('bert-bge.gguf', 8) }],
	['safetensors', { 'a.safetensors': safetensors }],
	['folder', { 'model.safetensors': safetensors, 'config.json': config }],
	['sharded folder', { 'model.safetensors.index.json': index, 'model.safetensors': safetensors, 'config.json': config }],
	['tokenizer.json', { 'x.json': encode('{"version": "1.0", "truncation": null, "model": {"type": "BPE"}}') }],
];

/** Opens and then asks for everything once: all arrays, the first and last row of all tensors. */
async function readAll(files: ModelFiles): Promise<void> {
	const checkpoint = await openCheckpoint(files);
	for (const value of checkpoint.metadata.values()) if (isLazyArray(value)) await value.read();
	for (const tensor of checkpoint.tensors.values()) {
		const rows = rowCount(tensor);
		if (rows > 0) await readRows(tensor, [0, rows - 1]);
	}
}

// Header, arrays, rows, and the sniffing of kinds: none of them twice, but for the arrays.
fuzz({ targets: TARGETS, share: 1, readAll, maxRead: 3 });
