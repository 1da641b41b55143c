// JSON of `sentence`: a text as one vector, with how many tokens it took and whether its end was cut.

import type { Provenance } from '../../src/model/provenance.ts';
import type { Model, SentenceOptions } from '../../src/model.ts';
import { shortestFloat32s } from '../../src/tensor/print.ts';

export interface SentenceJson {
	/** Each number is the shortest decimal that reads back as the same float32. */
	readonly vector: readonly number[];
	/** Tokens that went in, flags included. */
	readonly tokens: number;
	readonly truncated: boolean;
}

/** One object a text, and where all of them come from. */
export async function sentencesJson(
	model: Model,
	texts: readonly (string | readonly number[])[],
	options: SentenceOptions,
): Promise<{ readonly sentences: readonly SentenceJson[]; readonly provenance: Provenance }> {
	const { vectors, tokens, truncated, provenance } = await model.sentence(texts, options);
	const sentences = vectors.map((vector, i) => ({ vector: shortestFloat32s(vector), tokens: tokens[i]!, truncated: truncated[i]! }));
	return { sentences, provenance };
}
