// A Model as answers see it: a conversation in, JSON out that satisfies a schema.

import type { AnswerModel } from '../retrieval/answers/types.ts';
import type { Model } from './types.ts';

/** Tokens of prompt and answer together, unless the model was opened for others. */
const STANDARD_CONTEXT = 4096;

export function answerModelOf(model: Model, contextTokens = STANDARD_CONTEXT): AnswerModel {
	let parameters = 0;
	for (const { shape } of model.checkpoint.tensors.values()) parameters += shape.reduce((product, size) => product * size, 1);
	return {
		id: model.name,
		parameters,
		contextTokens,
		count: async (messages) => (await model.template(messages)).ids.length,
		async *generate(messages, { schema, maxTokens, signal }) {
			for await (const { text } of model.generate(messages, { schema: schema as never, maxTokens, ...(signal && { signal }) })) yield text;
		},
	};
}
