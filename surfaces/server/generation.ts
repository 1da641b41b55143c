// What all generating routes share: a turn at the model, settings → options, and a run that counts, times and lets others in between tokens.

import { setImmediate } from 'node:timers/promises';
import type { JsonSchema } from '../../src/generation/constraint.ts';
import type { Finish, GeneratedToken, GenerateOptions } from '../../src/generation/generate.ts';
import { isDraw, type Sampling, samplerOf } from '../../src/generation/sampling.ts';
import type { ToolEvent } from '../../src/generation/tools/types.ts';
import type { TemplateOptions } from '../../src/model.ts';
import type { Reading } from './engine-protocol.ts';
import { checkUnits } from './inputs.ts';
import { Refusal } from './refusal.ts';
import type { Lease } from './registry.ts';
import { type Asked, countTokens, type Service, type Turn, takeTurn } from './service.ts';
import { streamed, type Write } from './stream.ts';

/** How a route answers: the whole as JSON, or pieces of a stream. */
export interface Answer<P> {
	/** What the model is asked. It is made while others compute. */
	prepare(lease: Lease): Promise<P>;
	whole(turn: Turn, prepared: P): Promise<object>;
	pieces(turn: Turn, prepared: P, write: Write): Promise<void>;
	/** The last piece of a stream that breaks off. */
	broken(error: unknown): string;
	/** The stream's media type. */
	readonly type: string;
}

/** Opens the model, prepares, waits for a turn, answers; model and turn are given back however it ends. */
export async function answered<P>(service: Service, c: Asked, name: string, stream: boolean, answer: Answer<P>): Promise<Response> {
	const lease = await service.models.acquire(name);
	let turn: Turn | undefined;
	try {
		const prepared = await answer.prepare(lease);
		const mine = (turn = await takeTurn(lease, c.var));
		if (!stream) return c.json(await answer.whole(mine, prepared).finally(mine.end));
		return await streamed(
			c,
			answer.type,
			(write) => answer.pieces(mine, prepared, write).finally(mine.end),
			(error, write) => write(answer.broken(error)),
		);
	} catch (error) {
		turn?.end();
		lease.release();
		throw error;
	}
}

/** A call that an assistant made, as templates read it. */
export interface MessageCall {
	readonly id: string;
	readonly type: 'function';
	readonly function: { readonly name: string; readonly arguments: unknown };
}

/** A message as templates read it. */
export interface Message {
	readonly role: string;
	readonly content: string;
	readonly name?: string;
	readonly tool_calls?: readonly MessageCall[];
	/** Of a tool's result. */
	readonly tool_call_id?: string;
	/** An assistant's thinking. */
	readonly reasoning_content?: string;
}

const unitsOf = ({ content, tool_calls, reasoning_content }: Message): readonly string[] => [
	content,
	reasoning_content ?? '',
	tool_calls ? JSON.stringify(tool_calls) : '',
];

/** A conversation as the model's own template writes it. */
export async function chatIds(
	service: Service,
	c: Asked,
	lease: Lease,
	messages: readonly Message[],
	param: string,
	options: TemplateOptions = {},
): Promise<readonly number[]> {
	const most = service.settings['max-input-tokens'];
	// Each takes a token at least: more than the context holds are not written down to learn how many.
	if (messages.length > service.settings.context) {
		throw new Refusal(400, `Invalid '${param}': ${messages.length} messages, and the context holds ${service.settings.context} tokens.`, {
			param,
			code: 'context_length_exceeded',
		});
	}
	const units = checkUnits([...messages.flatMap(unitsOf), options.tools ? JSON.stringify(options.tools) : ''], param, most);
	const ids = await service.texts.run('template', lease, { messages, options, most, param }, units, c.var);
	checkContext(service, ids.length, param);
	return ids;
}

/** @throws Refusal for a prompt that leaves no room for an answer: told before the model's turn is waited for */
export function checkContext({ settings: { context } }: Service, tokens: number, param: string): void {
	if (tokens < context) return;
	throw new Refusal(400, `Invalid '${param}': it has ${tokens} tokens, and prompt and answer together have at most ${context} here.`, {
		param,
		code: 'context_length_exceeded',
	});
}

export interface Wanted extends Sampling {
	readonly maxTokens?: number | undefined;
	readonly seed?: number | undefined;
	readonly stop?: readonly string[];
	readonly logProbabilities?: number;
	/** What the answer has to satisfy. */
	readonly schema?: JsonSchema | undefined;
}

/** Stop texts as the APIs take them: one, some or none. An empty one ends nothing. */
export function stopTexts(given: string | readonly string[] | null | undefined): readonly string[] {
	return (typeof given === 'string' ? [given] : (given ?? [])).filter((text) => text !== '');
}

/** The settings as the library takes them. A draw without a seed gets one. `choices`: how many answers share what one request may have. */
export function optionsOf(
	service: Service,
	{ maxTokens, seed, stop, logProbabilities, schema, ...sampling }: Wanted,
	choices = 1,
	param = 'max_tokens',
): GenerateOptions {
	const limit = service.settings['max-tokens'];
	const most = Math.floor(limit / choices);
	if ((maxTokens ?? 1) > most || choices > limit) {
		const asked = choices > 1 ? `${choices} answers of ${maxTokens ?? 1}` : `${maxTokens}`;
		throw new Refusal(400, `Invalid '${param}': this server generates at most ${limit} tokens in one request; ${asked} were asked for.`, {
			param,
			code: 'invalid_value',
		});
	}
	const sampler = samplerOf(sampling);
	return {
		maxTokens: maxTokens ?? most,
		sampler,
		...(isDraw(sampler) && { seed: seed ?? service.newSeed() }),
		...(stop && { stop }),
		...(logProbabilities !== undefined && { logProbabilities }),
		...(schema !== undefined && { schema }),
	};
}

/** What the engine is asked for, and how its answer is read. */
export type AnswerOptions = GenerateOptions & { readonly reading?: Reading | undefined };

export interface Whole {
	readonly tokens: readonly GeneratedToken[];
	readonly text: string;
	readonly finish: Finish;
}

/**
 * Runs to the end, telling `onText` what each token adds to the text, and without a token the text that was held back to the end; where it
 * returns true nothing more is wanted. The signal is looked at between any two tokens, and other requests are let in.
 */
export async function runWhole(
	service: Service,
	c: Asked,
	{ id, model, rest }: Pick<Turn, 'id' | 'model' | 'rest'>,
	ids: readonly number[],
	options: AnswerOptions,
	onText: (text: string, token?: GeneratedToken, events?: readonly ToolEvent[]) => unknown = () => undefined,
): Promise<Whole> {
	const { signal, began } = c.var;
	const { metrics, now } = service;
	const answer = model.generate(ids, { ...options, signal });
	const tokens: GeneratedToken[] = [];
	let text = '';
	countTokens(service, c, id, 'prompt', ids.length);
	try {
		for (;;) {
			const next = await answer.next();
			c.var.begun();
			await setImmediate();
			signal.throwIfAborted();
			if (next.done) {
				return { tokens, text, finish: next.value };
			}
			const piece = next.value;
			text += piece.text;
			const token = piece.id === undefined ? undefined : piece;
			if (token && tokens.push(token) === 1) metrics.observe('tongsa_first_token_seconds', { model: id }, (now() - began) / 1000);
			if (onText(piece.text, token, piece.events) === true) return { tokens, text, finish: { finishReason: 'stop', reused: 0 } };
			await rest();
		}
	} finally {
		countTokens(service, c, id, 'completion', tokens.length);
		await answer.return(undefined as never); // nobody reads it: the generation is let go
	}
}

/** OpenAI knows no 'context': there too the answer was cut by its length. */
export const finishReason = (finish: Finish): 'stop' | 'length' => (finish.finishReason === 'stop' ? 'stop' : 'length');
