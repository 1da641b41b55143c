// The engine, loaded when it is first asked for: who wants tokens and rows alone never pays for the transformer's code.

import { architectureOf } from '../architectures/name.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { getNumber } from '../formats/get.ts';
import { WHOLE_BLOCKS } from '../formats/gguf/extract.ts';
import type { Host } from '../host.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import type { Engine } from './engine.ts';
import type { Interpreter } from './interpreter.ts';
import type { Model, OpenOptions } from './types.ts';

export function engineWhenAsked(
	host: Host,
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	interpreter: Interpreter,
	open: OpenOptions,
): Engine & Pick<Model, 'blocks'> {
	const blocks = blocksOf(checkpoint);
	let opened: Promise<Engine> | undefined;
	const engine = (): Promise<Engine> => {
		opened ??= import('./engine.ts').then(({ openEngine }) => openEngine(host, checkpoint, tokenizer, interpreter, blocks, open));
		return opened;
	};
	return {
		blocks,
		points: async () => (await engine()).points(),
		trace: async (...given) => (await engine()).trace(...given),
		attentionCell: async (...given) => (await engine()).attentionCell(...given),
		lens: async (...given) => (await engine()).lens(...given),
		surprise: async (...given) => (await engine()).surprise(...given),
		sentence: async (...given) => (await engine()).sentence(...given),
		async *generate(...given) {
			return yield* (await engine()).generate(...given);
		},
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
