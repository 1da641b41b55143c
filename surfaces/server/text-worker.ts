// A thread of the text pool: tokenizes, renders and writes JSON, so that the thread that answers requests is always free.

import { nodeHost } from '../../hosts/node/host.ts';
import { type Model, openModel } from '../../src/model.ts';
import { type Failure, failureOf } from './failure.ts';
import { TEXT_WORK, type TextWork } from './text-work.ts';

export interface TextTask {
	readonly name: keyof TextWork;
	/** undefined: it needs no model. */
	readonly reference?: string;
	readonly task: unknown;
}

export type TextResult = { readonly done: unknown } | { readonly failed: Failure };

/** Models that are kept open here: what was asked for last stands last. */
const KEPT = 4;
const models = new Map<string, Promise<Model>>();

function opened(reference: string): Promise<Model> {
	const found = models.get(reference) ?? openModel(nodeHost(), reference);
	models.delete(reference);
	models.set(reference, found);
	found.catch(() => models.delete(reference));
	const [oldest] = models;
	if (models.size > KEPT && oldest) {
		models.delete(oldest[0]);
		oldest[1].then(
			(model) => model.close(),
			() => undefined,
		);
	}
	return found;
}

export default async function run({ name, reference, task }: TextTask): Promise<TextResult> {
	try {
		const model = reference === undefined ? undefined : await opened(reference);
		const work = TEXT_WORK[name] as (model: Model | undefined, task: unknown) => unknown;
		return { done: await work(model, task) };
	} catch (error) {
		return { failed: failureOf(error) };
	}
}
