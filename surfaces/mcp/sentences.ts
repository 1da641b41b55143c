// JSON of the tool `embed`: a vector a text, and how near every two are.

import { cosine } from '../../src/embedding/distance.ts';
import type { SentenceVectors } from '../../src/model.ts';
import { shortestFloat32s } from '../../src/tensor/print.ts';

/** `cosines[i][j]`: of texts i and j. */
export function sentencesJson({
	vectors,
	tokens,
	truncated,
	provenance,
}: Pick<SentenceVectors, 'vectors' | 'tokens' | 'truncated' | 'provenance'>) {
	return {
		sentences: vectors.map((vector, i) => ({ vector: shortestFloat32s(vector), tokens: tokens[i], truncated: truncated[i] })),
		cosines: vectors.map((a) => vectors.map((b) => cosine(a, b))),
		provenance,
	};
}
