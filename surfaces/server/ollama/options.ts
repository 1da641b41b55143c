// Ollama's options and what they are to the engine, with Ollama's own standards.
// https://github.com/ollama/ollama/blob/main/docs/modelfile.md#valid-parameters-and-values; api/types.go (DefaultOptions)

import { z } from '@hono/zod-openapi';
import { noEffect, notHonoured } from '../define.ts';
import { stopTexts, type Wanted } from '../generation.ts';
import { lastOf } from '../openai/sampling.ts';

const speed = noEffect('A setting of another engine, of its speed alone.');

export const options = z
	.strictObject({
		temperature: z.number().min(0).max(100).optional().openapi({ description: 'Default 0.8.' }),
		top_k: z.number().int().min(0).max(1_000_000).optional().openapi({ description: 'Default 40; 0 for all.' }),
		top_p: z.number().min(0).max(1).optional().openapi({ description: 'Default 0.9.' }),
		min_p: z.number().min(0).max(1).optional(),
		typical_p: z.number().gt(0).max(1).optional(),
		repeat_penalty: z.number().gt(0).max(1000).optional().openapi({ description: 'Default 1, over the last 64 tokens.' }),
		frequency_penalty: z.number().min(-100).max(100).optional(),
		presence_penalty: z.number().min(-100).max(100).optional(),
		repeat_last_n: z
			.number()
			.int()
			.min(-1)
			.max(2 ** 31 - 1)
			.optional()
			.openapi({ description: 'How many of the latest tokens penalties look at; default 64, -1 for all, 0 for none.' }),
		seed: z.number().int().optional().openapi({ description: 'The same seed gives the same answer; -1: another each time.' }),
		num_predict: z
			.number()
			.int()
			.min(-2)
			.max(2 ** 31 - 1)
			.optional()
			.openapi({ description: 'The most tokens; below 0: as many as fit.' }),
		stop: z.union([z.string(), z.array(z.string()).max(16)]).optional(),
		num_ctx: z
			.number()
			.int()
			.min(1)
			.optional()
			.openapi({ description: "The most tokens of prompt and answer together, within the server's own most." }),
		num_keep: notHonoured('nothing of a prompt is dropped'),
		mirostat: notHonoured('the engine has no such sampler', 0),
		draft_num_predict: speed,
		num_thread: speed,
		num_gpu: speed,
		num_batch: speed,
		main_gpu: speed,
		low_vram: speed,
		use_mmap: speed,
		use_mlock: speed,
		numa: speed,
	})
	.optional()
	.openapi('OllamaOptions');

export function wantedOf(given: z.output<typeof options> = {}): Wanted {
	const {
		temperature = 0.8,
		top_k = 40,
		top_p = 0.9,
		min_p,
		typical_p,
		repeat_penalty,
		repeat_last_n,
		num_predict = -1,
		seed,
		stop,
	} = given;
	return {
		temperature,
		...(top_k > 0 && { topK: top_k }),
		...(top_p < 1 && { topP: top_p || Number.MIN_VALUE }), // 0: the most probable token alone
		...(min_p && { minP: min_p }),
		...(typical_p && typical_p < 1 && { typical: typical_p }),
		...(repeat_penalty && { repetition: repeat_penalty }),
		...(repeat_last_n !== undefined && { penaltyLast: lastOf(repeat_last_n) }),
		...(given.frequency_penalty && { frequency: given.frequency_penalty }),
		...(given.presence_penalty && { presence: given.presence_penalty }),
		...(seed !== undefined && seed !== -1 && { seed: seed >>> 0 }),
		...(num_predict >= 0 && { maxTokens: num_predict }),
		stop: stopTexts(stop),
	};
}
