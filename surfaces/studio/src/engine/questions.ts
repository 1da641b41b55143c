// Common questions to the engine as hooks, keyed by what they depend on.

import { useDeferredValue } from 'react';
import type { SpecialMode } from '../../../../src/tokenizer/types.ts';
import { ask } from './client.ts';
import { useAnswer } from './use.ts';

export function useEncoding(model: string | undefined, text: string, special: SpecialMode = 'add') {
	const late = useDeferredValue(text);
	return useAnswer(model === undefined ? undefined : JSON.stringify([model, late, special]), (signal) =>
		ask('encode', [model!, late, special], { signal }),
	);
}

export function useEmbedding(model: string | undefined, input: string | readonly number[]) {
	const late = useDeferredValue(input);
	return useAnswer(model === undefined ? undefined : JSON.stringify([model, late]), (signal) => ask('embed', [model!, late], { signal }));
}

export function useAttention(model: string | undefined, text: string, layer: number) {
	const late = useDeferredValue(text);
	return useAnswer(model === undefined ? undefined : JSON.stringify([model, late, layer]), (signal) =>
		ask('attention', [model!, late, layer], { signal }),
	);
}
