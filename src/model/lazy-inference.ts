// Inference, loaded when it is first asked for: who wants tokens and rows alone never pays for the transformer's code.

import { architectureOf } from '../architectures/name.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { getNumber } from '../formats/get.ts';
import { WHOLE_BLOCKS } from '../formats/gguf/extract.ts';
import type { Host } from '../host.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { generationOf } from './generation.ts';
import type { Inference } from './inference.ts';
import type { Interpreter } from './interpreter.ts';
import type { Model, OpenOptions } from './types.ts';

export function lazyInference(
	host: Host,
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	interpreter: Interpreter,
	open: OpenOptions,
): Omit<Inference, 'generate'> & Pick<Model, 'blocks' | 'generate'> {
	const blocks = blocksOf(checkpoint);
	let opened: Promise<Inference> | undefined;
	const inference = (): Promise<Inference> => {
		opened ??= import('./inference.ts').then(({ openInference }) => openInference(host, checkpoint, tokenizer, interpreter, blocks, open));
		return opened;
	};
	async function* generate(...given: Parameters<Model['generate']>) {
		return yield* (await inference()).generate(...given);
	}
	const logProbabilities: Model['logProbabilities'] = async (...given) => (await inference()).logProbabilities(...given);
	return {
		blocks,
		points: async () => (await inference()).points(),
		trace: async (...given) => (await inference()).trace(...given),
		attentionCell: async (...given) => (await inference()).attentionCell(...given),
		logits: async (...given) => (await inference()).logits(...given),
		unembed: async (...given) => (await inference()).unembed(...given),
		lens: async (...given) => (await inference()).lens(...given),
		logProbabilities,
		surprise: logProbabilities,
		sentence: async (...given) => (await inference()).sentence(...given),
		generate: (...given) => generationOf(generate(...given)),
		cost: async (...given) => (await inference()).cost(...given),
		memory: async () => (await opened)?.memory(),
		close: () => void opened?.then((one) => one.close()),
	};
}

/** Blocks in the file, and in the model that `extract` cut it from. */
function blocksOf(checkpoint: Checkpoint): Model['blocks'] {
	const bounds = { min: 0, max: 100_000, integer: true }; // no model has a thousandth as many as the bound
	const here =
		getNumber(checkpoint, `${architectureOf(checkpoint)}.block_count`, bounds) ?? getNumber(checkpoint, 'num_hidden_layers', bounds) ?? 0;
	return { here, whole: getNumber(checkpoint, WHOLE_BLOCKS, bounds) ?? here };
}
