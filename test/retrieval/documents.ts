// Documents by arithmetic: of different lengths, each with a word of its own.

import type { Source } from '../../src/retrieval/indexing.ts';
import { source } from './made.ts';

export const documents = (count: number): Source[] =>
	Array.from({ length: count }, (_, i) =>
		source(
			`d/${i}.txt`,
			Array.from(
				{ length: 1 + (i % 9) },
				(_, j) => `Document ${i}, paragraph ${j}, speaks of matter${i} and of nothing else. 문서 ${i}호.`,
			).join('\n\n'),
		),
	);
