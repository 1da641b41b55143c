// The one place where the studio touches the library: opening, and what is said about an opened model.

import { openModel } from '../../../../hosts/browser/index.ts';

export { combine, cosine, distances } from '../../../../hosts/browser/index.ts';

import { openModelTransformer } from '../../../../src/architectures/index.ts';
import { type GenerateOptions, generate } from '../../../../src/generation/generate.ts';
import type { Model, OpenOptions } from '../../../../src/model.ts';
import type { Tokenizer } from '../../../../src/tokenizer/types.ts';
import type { Selector } from '../../../../src/transformer/select.ts';
import type { Transformer } from '../../../../src/transformer/transformer.ts';
import { languageState } from '../../../../src/unembedding/language.ts';
import { readStates } from '../../../../src/unembedding/lens.ts';
import { logProbabilities, top } from '../../../../src/unembedding/probability.ts';
import { trace } from '../../../../src/unembedding/trace.ts';
import { embedded } from './embedded.ts';
import type { Array2, ModelCard, Opening, TokenView } from './protocol.ts';

export function openFiles(opening: Opening, options: OpenOptions): Promise<Model> {
	switch (opening.kind) {
		case 'address':
			return openModel(opening.url, options);
		case 'files':
			return openModel(opening.files, options);
	}
}

const transformers = new WeakMap<Model, Promise<Transformer>>();

function transformerOf(model: Model): Promise<Transformer> {
	const opened = transformers.get(model) ?? openModelTransformer(model.checkpoint, { memoryBudget: 2 ** 30 });
	transformers.set(model, opened);
	return opened;
}

/** Points of one run by name. */
export async function traceOf(
	model: Model,
	ids: readonly number[],
	at: readonly Selector[],
	signal: AbortSignal,
): Promise<ReadonlyMap<string, Array2>> {
	return (await trace(await transformerOf(model), { ids }, { at, signal })).points;
}

/** States (n, D) of any layer read as logits (n, V). */
export async function readAsLogits(model: Model, states: Float32Array, signal: AbortSignal): Promise<Float32Array> {
	return readStates(await transformerOf(model), states, signal);
}

/** Goes on with some ids, token by token. */
export async function* continueWith(model: Model, ids: readonly number[], options: GenerateOptions) {
	return yield* generate(await languageState(await transformerOf(model)), model.tokenizer, ids, options);
}

/** The most probable of V logits, best first. */
export function bestOf(logits: Float32Array, count: number, temperature = 1): { readonly id: number; readonly probability: number }[] {
	const logs = logProbabilities(temperature === 1 ? logits : logits.map((x) => x / temperature));
	return top(logs, count).map((id) => ({ id, probability: Math.exp(logs[id]!) }));
}

/** Blocks whose weights are in the file. */
function blocksInFile(model: Model): number {
	const numbers = new Set<string>();
	for (const name of model.checkpoint.tensors.keys()) {
		const found = /^(?:blk|model\.layers|encoder\.layer|h|transformer\.h)\.(\d+)\./.exec(name)?.[1];
		if (found !== undefined) numbers.add(found);
	}
	return numbers.size;
}

function blocksOf(model: Model): number {
	const { metadata } = model.checkpoint;
	const found = metadata.get(`${model.architecture}.block_count`) ?? metadata.get('num_hidden_layers') ?? metadata.get('n_layer');
	return typeof found === 'number' || typeof found === 'bigint' ? Number(found) : 0;
}

export async function cardOf(
	name: string,
	title: string,
	model: Model,
	view: (tokenizer: Tokenizer, id: number) => TokenView,
): Promise<ModelCard> {
	const { tokenizer, table, checkpoint } = model;
	const have = blocksInFile(model);
	return {
		name,
		title,
		architecture: model.architecture,
		fileName: checkpoint.files[0]?.name.split('/').at(-1) ?? name,
		byteLength: checkpoint.files.reduce((sum, file) => sum + file.byteLength, 0),
		tokenizer: tokenizer && {
			kind: tokenizer.kind,
			size: tokenizer.size,
			before: tokenizer.flags.before.map((id) => view(tokenizer, id)),
			after: tokenizer.flags.after.map((id) => view(tokenizer, id)),
		},
		table,
		blocks: { have, of: Math.max(have, blocksOf(model), embedded.find((one) => one.name === name)?.whole?.blocks ?? 0) },
		heads: undefined,
		chatTemplate: false,
	};
}
