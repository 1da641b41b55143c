// What all generating routes share: prompts → ids, settings → options, and a run that counts, times and lets others in between tokens.

import { setImmediate } from 'node:timers/promises';
import type { JsonSchema } from '../../src/generation/constraint.ts';
import type { Finish, GeneratedToken, GenerateOptions } from '../../src/generation/generate.ts';
import type { Model } from '../../src/model.ts';
import { isDraw, type Sampling, samplerOf } from '../protocol/generate.ts';
import { templateJson } from '../protocol/template.ts';
import { tokenizerOf } from '../protocol/tokens.ts';
import { checkTokens, checkUnits, countTokens } from './inputs.ts';
import { Refusal } from './refusal.ts';
import type { Asked, Service, Turn } from './service.ts';

export interface Message {
	readonly role: string;
	readonly content: string;
}

/** A conversation as the model's own template writes it. */
export async function chatIds(service: Service, model: Model, messages: readonly Message[], param: string): Promise<readonly number[]> {
	const most = service.settings['max-input-tokens'];
	const units = messages.reduce((sum, { content }) => sum + content.length, 0);
	checkUnits(units, param, most);
	const { ids } = await templateJson(model, { messages, generationPrompt: true }, service.render);
	checkTokens(ids.length, param, most);
	return ids;
}

/** A text with the flags that the model wants; ids as they are. */
export function promptIds(service: Service, model: Model, prompt: string | readonly number[], param: string): readonly number[] {
	countTokens(service, model, [prompt], param);
	return typeof prompt === 'string' ? Array.from(tokenizerOf(model).encode(prompt, { special: 'add' }).ids) : prompt;
}

export interface Wanted extends Sampling {
	readonly maxTokens?: number | undefined;
	readonly seed?: number | undefined;
	readonly stop?: readonly string[];
	readonly top?: number;
	/** What the answer has to satisfy. */
	readonly schema?: JsonSchema | undefined;
}

/** The settings as the library takes them. A draw without a seed gets one. `choices`: how many answers share what one request may have. */
export function optionsOf(service: Service, { maxTokens, seed, stop, top, schema, ...sampling }: Wanted, choices = 1): GenerateOptions {
	const limit = service.settings['max-tokens'];
	const most = Math.floor(limit / choices);
	if ((maxTokens ?? 1) > most || choices > limit) {
		const asked = choices > 1 ? `${choices} answers of ${maxTokens ?? 1}` : `${maxTokens}`;
		throw new Refusal(400, `This server generates at most ${limit} tokens in one request; ${asked} were asked for.`, {
			param: 'max_tokens',
			code: 'invalid_value',
		});
	}
	const sampler = samplerOf(sampling);
	return {
		maxTokens: maxTokens ?? most,
		sampler,
		...(isDraw(sampler) && { seed: seed ?? service.newSeed() }),
		...(stop && { stop }),
		...(top !== undefined && { topLogProbabilities: top }),
		...(schema !== undefined && { schema }),
	};
}

/** Tokens as they come. The signal is looked at between any two, and other requests are let in. */
export async function* tokensOf(
	service: Service,
	c: Asked,
	{ id, model }: Pick<Turn, 'id' | 'model'>,
	ids: readonly number[],
	options: GenerateOptions,
): AsyncGenerator<GeneratedToken, Finish> {
	const { signal, began } = c.var;
	const answer = model.generate(ids, { ...options, signal });
	service.metrics.add('tongsa_tokens_total', { model: id, kind: 'prompt' }, ids.length);
	let made = 0;
	try {
		for (;;) {
			const next = await answer.next();
			await setImmediate();
			signal.throwIfAborted();
			if (next.done) return next.value;
			if (made++ === 0) service.metrics.observe('tongsa_first_token_seconds', { model: id }, (service.now() - began) / 1000);
			yield next.value;
		}
	} finally {
		service.metrics.add('tongsa_tokens_total', { model: id, kind: 'completion' }, made);
		await answer.return(undefined as never); // nobody reads it: the generation is let go
	}
}

export interface Whole {
	readonly tokens: readonly GeneratedToken[];
	readonly text: string;
	readonly finish: Finish;
}

/** Runs to the end, telling `onToken` of each token; the text held back to the end comes to `onRest`. */
export async function runWhole(
	tokens: AsyncGenerator<GeneratedToken, Finish>,
	onToken: (token: GeneratedToken) => void = () => undefined,
	onRest: (text: string) => void = () => undefined,
): Promise<Whole> {
	const all: GeneratedToken[] = [];
	let text = '';
	let next = await tokens.next();
	for (; !next.done; next = await tokens.next()) {
		all.push(next.value);
		text += next.value.text;
		onToken(next.value);
	}
	const finish = next.value;
	if (finish.text) onRest(finish.text);
	return { tokens: all, text: text + finish.text, finish };
}

/** OpenAI knows no 'context': there too the answer was cut by its length. */
export const finishReason = ({ reason }: Finish): 'stop' | 'length' => (reason === 'stop' ? 'stop' : 'length');

/** `reused`: of the prompt's tokens, those whose keys and values were known from an earlier request. */
export const usageOf = (promptTokens: number, completionTokens: number, reused: number) => ({
	prompt_tokens: promptTokens,
	completion_tokens: completionTokens,
	total_tokens: promptTokens + completionTokens,
	prompt_tokens_details: { cached_tokens: reused },
});
