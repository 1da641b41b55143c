// The one place where the studio touches the library: opening, and what is said about an opened model.

import { openModel } from '../../../../hosts/browser/index.ts';

export { combine, cosine, distances } from '../../../../hosts/browser/index.ts';

import { openModelTransformer } from '../../../../src/architectures/index.ts';
import type { Model, OpenOptions } from '../../../../src/model.ts';
import type { Tokenizer } from '../../../../src/tokenizer/types.ts';
import type { Selector } from '../../../../src/transformer/select.ts';
import type { Transformer } from '../../../../src/transformer/transformer.ts';
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

/** Points of one run by name. */
export async function traceOf(
	model: Model,
	ids: readonly number[],
	at: readonly Selector[],
	signal: AbortSignal,
): Promise<ReadonlyMap<string, Array2>> {
	const transformer = transformers.get(model) ?? openModelTransformer(model.checkpoint, { memoryBudget: 2 ** 30, signal });
	transformers.set(model, transformer);
	return (await trace(await transformer, { ids }, { at, signal })).points;
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
