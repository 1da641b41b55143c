// The one place where the studio touches the library: opening, and what is said about an opened model.

import { browserHost } from '../../../../hosts/browser/host.ts';
import { distances, norms, openModel } from '../../../../hosts/browser/index.ts';
import { TongsaError } from '../../../../src/errors.ts';
import type { Model, OpenOptions } from '../../../../src/model.ts';
import type { Tokenizer } from '../../../../src/tokenizer/types.ts';
import { logProbabilities, top } from '../../../../src/unembedding/probability.ts';
import { statedShape } from '../../../protocol/info.ts';
import { memoryToRun } from './memory.ts';
import type { ModelCard, Opening, TokenView } from './protocol.ts';

export { combine, cosine, distances } from '../../../../hosts/browser/index.ts';

export async function openFiles(opening: Opening, options: OpenOptions): Promise<Model> {
	switch (opening.kind) {
		case 'address':
			return openModel(opening.url, options);
		case 'files':
			return openModel(opening.files, options);
	}
}

/** How far a vector has moved, compared with its length: ‖b − a‖ ÷ ‖a‖. 0 where nothing has changed. */
export function moved(a: Float32Array, b: Float32Array): number {
	const [apart] = distances(a, b, a.length, 'euclidean');
	const [length] = norms(a, a.length);
	return apart === 0 ? 0 : apart! / length!;
}

/** V logits → V probabilities. */
export const probabilities = (logits: Float32Array): Float32Array => Float32Array.from(logProbabilities(logits), Math.exp);

/** The most probable of V logits, best first. */
export function bestOf(logits: Float32Array, count: number, temperature = 1): { readonly id: number; readonly probability: number }[] {
	const logs = logProbabilities(temperature === 1 ? logits : logits.map((x) => x / temperature));
	return top(logs, count).map((id) => ({ id, probability: Math.exp(logs[id]!) }));
}

/** A transformer that is not known: tokens and table of its file work all the same. */
function noPoints(error: unknown): [] {
	if (error instanceof TongsaError && error.code === 'unsupported') return [];
	throw error;
}

export async function cardOf(
	name: string,
	title: string,
	model: Model,
	view: (tokenizer: Tokenizer, id: number) => TokenView,
): Promise<ModelCard> {
	const { tokenizer, table, checkpoint, blocks } = model;
	const whole = table !== undefined && blocks.whole > 0 && blocks.here === blocks.whole;
	const points = whole ? await model.points().catch(noPoints) : [];
	const reads = points.some(({ name }) => name === 'logits');
	const bothWays = points.some(({ causal }) => causal === false);
	const { context, heads } = statedShape(checkpoint, model.architecture);
	const allowed = browserHost().memoryBudget;
	const files = [...checkpoint.files, ...checkpoint.assets.values()];
	const needed = whole ? await memoryToRun(model) : undefined;
	return {
		name,
		title,
		architecture: model.architecture,
		fileName: files[0]?.name.split('/').at(-1) ?? title,
		byteLength: files.reduce((sum, file) => sum + file.byteLength, 0),
		tokenizer: tokenizer && {
			kind: tokenizer.kind,
			size: tokenizer.size,
			before: tokenizer.flags.before.map((id) => view(tokenizer, id)),
			after: tokenizer.flags.after.map((id) => view(tokenizer, id)),
		},
		table: table && {
			...table,
			tensors: [...checkpoint.tensors.values()].flatMap(({ name, shape }) =>
				shape[0] === table.rows && shape[1] === table.width ? [name] : [],
			),
		},
		// A dictionary names its model's blocks and has none of them.
		blocks: { have: table ? blocks.here : 0, of: blocks.whole },
		...(context !== undefined && { context }),
		...(heads !== undefined && { heads }),
		reads,
		writes: reads && !bothWays,
		talks: reads && !bothWays && (await model.chatTemplate()) !== undefined,
		bothWays,
		...(needed !== undefined && { memory: { needed, allowed } }),
	};
}
