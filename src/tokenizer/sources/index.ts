// loadTokenizer: which of a model's files its tokenizer is in, and the tokenizer made of it.

import type { Checkpoint } from '../../formats/checkpoint.ts';
import type { Tokenizer } from '../types.ts';
import { createTokenizer } from '../tokenizer.ts';
import { ggufSpec } from './gguf.ts';

export async function loadTokenizer(checkpoint: Checkpoint, signal?: AbortSignal): Promise<Tokenizer | undefined> {
	const spec = await ggufSpec(checkpoint, signal);
	return spec && createTokenizer(spec);
}
