// JSON of `lens` and `surprise`: what each layer would say next, and how probable each token of a text was.

import type { Provenance } from '../../src/model/provenance.ts';
import type { LensReading, Model } from '../../src/model.ts';

/** The library's own reading is the JSON: ids, and for each layer (−1: what block 0 receives) the tokens it would say next. */
export type LensJson = LensReading;

export interface SurpriseJson {
	readonly ids: readonly number[];
	readonly tokens: readonly {
		readonly id: number;
		readonly text: string;
		/** Natural logarithm; absent for the first token, which nothing precedes. */
		readonly logProbability?: number;
		/** How many tokens were thought more probable. */
		readonly rank?: number;
	}[];
	/** e to the mean of −logProbability; absent for a single token. */
	readonly perplexity?: number;
	readonly provenance: Provenance;
}

type SurpriseInput = Parameters<Model['surprise']>[0];
type SurpriseOptions = NonNullable<Parameters<Model['surprise']>[1]>;

export async function surpriseJson(model: Model, input: SurpriseInput, options: SurpriseOptions): Promise<SurpriseJson> {
	const { tokens, provenance } = await model.surprise(input, options);
	const logs = tokens.flatMap(({ logProbability }) => (logProbability === undefined ? [] : [logProbability]));
	const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
	return { ids: tokens.map(({ id }) => id), tokens, ...(logs.length > 0 && { perplexity: Math.exp(-mean) }), provenance };
}
