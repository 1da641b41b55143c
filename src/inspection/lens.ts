// Lens: any layer's state read as words, by the final norm and the output table. One run gives every layer's states of every token.
// nostalgebraist 2020, "interpreting GPT: the logit lens".

import type { Engine, EngineInput } from '../transformer/engine.ts';
import { index } from '../transformer/select.ts';
import { tokensOf } from '../transformer/transformer.ts';
import { topTokens } from './logits.ts';
import { trace } from './trace.ts';

/** Logits that are held at a time: 32 MB of float32, whatever the length of the text. */
const LOGITS_AT_ONCE = 2 ** 23;

export interface LensCandidate {
	readonly id: number;
	readonly probability: number;
}

export interface LensLayer {
	/** The block whose output is read; −1 is what block 0 receives. */
	readonly layer: number;
	/** The most probable next tokens, best first. */
	readonly top: readonly LensCandidate[];
}

export interface LensOptions {
	/** How many a layer (default 10). */
	readonly top?: number | undefined;
	/** Which tokens' states are read: positions, negative ones from the end (default: all). */
	readonly tokens?: readonly number[] | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** What each layer would say next after each of the tokens, in their order. */
export async function lens(
	engine: Engine,
	input: EngineInput,
	{ top: count = 10, tokens, signal }: LensOptions = {},
): Promise<LensLayer[][]> {
	const { config } = engine.model;
	const { width: D, vocabulary: V } = config;
	const T = tokensOf(input, config);
	const wanted = tokens?.map((token) => index('token', token, T)) ?? Array.from({ length: T }, (_, t) => t);
	const selectors = (point: 'embedding.output' | 'output') => (tokens ? wanted.map((token) => ({ point, token })) : [{ point }]);
	const { points } = await trace(engine, input, { at: [...selectors('embedding.output'), ...selectors('output')], signal });
	const kept = [...new Set(wanted)].sort((a, b) => a - b);
	const layers = [-1, ...config.blocks.keys()];
	const states = new Float32Array(layers.length * kept.length * D);
	for (const [i, layer] of layers.entries())
		states.set(points.get(layer < 0 ? 'embedding.output' : `blocks.${layer}.output`)!.data, i * kept.length * D);

	const readings = new Map<number, LensLayer[]>(kept.map((token) => [token, []]));
	const rows = layers.length * kept.length;
	const step = Math.max(1, Math.floor(LOGITS_AT_ONCE / V));
	for (let from = 0; from < rows; from += step) {
		const to = Math.min(from + step, rows);
		const logits = await engine.logits(states.subarray(from * D, to * D), 'any', { signal });
		for (let row = from; row < to; row++) {
			const own = logits.subarray((row - from) * V, (row - from + 1) * V);
			readings.get(kept[row % kept.length]!)!.push({ layer: layers[Math.floor(row / kept.length)]!, top: topTokens(own, count) });
		}
	}
	return wanted.map((token) => readings.get(token)!);
}
