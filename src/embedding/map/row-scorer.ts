// How rows are scored on this machine; in the workers of the map too, which need nothing else of the library.

import type { RowScorer } from '../../compute/row-scorer.ts';

/** The machine's own way of scoring many rows. Its code is loaded when it is asked for. */
export async function rowScorer(): Promise<RowScorer> {
	const [{ createRowScorer }, { buildKernels }] = await Promise.all([import('../../compute/rows.ts'), import('../../compute/wasm.ts')]);
	return createRowScorer(await buildKernels());
}
