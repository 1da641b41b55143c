// The name by which a checkpoint states its architecture.

import type { Checkpoint } from '../formats/checkpoint.ts';

/** general.architecture or model_type. */
export function architectureOf(checkpoint: Checkpoint): string | undefined {
	const name = checkpoint.metadata.get(checkpoint.format === 'gguf' ? 'general.architecture' : 'model_type');
	return typeof name === 'string' ? name : undefined;
}
