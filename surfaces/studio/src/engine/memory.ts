// What a whole model takes when it runs: its weights as the kernels lay them out, its cache, and the activations of a pass. From the header alone.

import type { Model } from '../../../../src/model.ts';

/** Bytes; undefined where this model cannot run here at all. */
export async function memoryToRun(model: Model): Promise<number | undefined> {
	try {
		return (await model.cost()).memory?.all;
	} catch {
		return undefined; // an unknown architecture: its table can still be shown
	}
}
