// Answers in choices, whole or as events: what chats and completions have in common, each with its own way to write a choice.
// https://platform.openai.com/docs/api-reference/chat/create, …/completions/create

import { z } from '@hono/zod-openapi';
import type { GeneratedToken, GenerateOptions } from '../../../src/generation/generate.ts';
import { answered, finishReason, runWhole, type Whole } from '../generation.ts';
import { errorBody, refusalOf } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import type { Asked, Service, Turn } from '../service.ts';
import { DONE, EVENTS, event } from '../stream.ts';

export interface Choice {
	readonly index: number;
	/** Of its prompt's: what the prompt took is counted with it. */
	readonly first: boolean;
	readonly ids: readonly number[];
	readonly options: GenerateOptions;
	/** Before the answer: the prompt, where it was asked for. */
	readonly echoed: string;
	/** Log-probabilities of the next tokens, where they were asked for. */
	readonly logprobs: (tokens: readonly GeneratedToken[]) => object | null;
}

/** How an API writes a choice. */
export interface Shape {
	/** What the names of its answers begin with. */
	readonly prefix: string;
	/** The names of the whole and of a piece; and what stands beside them. */
	readonly object: string;
	readonly chunk: string;
	readonly head?: object;
	whole(text: string): object;
	/** What opens a choice in a stream; undefined for nothing. */
	opening(echoed: string): object | undefined;
	piece(text: string): object;
	/** What stands beside the reason, at the end. */
	readonly closing: object;
}

interface ChoicesBody {
	readonly model: string;
	readonly stream?: boolean | null | undefined;
	readonly stream_options?: { readonly include_usage?: boolean | null | undefined } | null | undefined;
}

export function answeredInChoices(
	service: Service,
	c: Asked,
	asked: ChoicesBody,
	shape: Shape,
	choicesOf: (lease: Lease) => Promise<readonly Choice[]>,
): Promise<Response> {
	const head = (object: string) => ({
		id: service.newId(shape.prefix),
		object,
		created: service.epochSeconds(),
		model: asked.model,
		...shape.head,
		system_fingerprint: `tongsa-${service.version}`,
	});
	return answered(service, c, asked.model, asked.stream === true, {
		type: EVENTS,
		prepare: choicesOf,
		async whole(turn, choices) {
			const done: object[] = [];
			const add = ({ index, echoed, logprobs }: Choice, { text, tokens, finish }: Whole) =>
				done.push({ index, ...shape.whole(echoed + text), logprobs: logprobs(tokens), finish_reason: finishReason(finish) });
			const usage = await runAll(service, c, turn, choices, { end: add });
			return { ...head(shape.object), choices: done, usage };
		},
		async pieces(turn, choices, write) {
			const same = head(shape.chunk);
			const wantsUsage = asked.stream_options?.include_usage === true;
			const say = ({ index }: Choice, part: object, logprobs: object | null, finish_reason: string | null) =>
				write(event({ ...same, choices: [{ index, ...part, logprobs, finish_reason }], ...(wantsUsage && { usage: null }) }));
			const usage = await runAll(service, c, turn, choices, {
				begin(choice) {
					const opening = shape.opening(choice.echoed);
					if (opening) say(choice, opening, null, null);
				},
				text(choice, text, tokens) {
					const logprobs = tokens.length > 0 ? choice.logprobs(tokens) : null;
					if (text || logprobs) say(choice, shape.piece(text), logprobs, null);
				},
				end: (choice, { finish }) => say(choice, shape.closing, null, finishReason(finish)),
			});
			if (wantsUsage) write(event({ ...same, choices: [], usage }));
			write(DONE);
		},
		broken: (error) => event(errorBody(refusalOf(error))),
	});
}

interface Listener {
	begin?(choice: Choice): void;
	/** With the tokens that it comes of. */
	text?(choice: Choice, text: string, tokens: readonly GeneratedToken[]): void;
	/** `whole` without the tokens of a stop string. */
	end(choice: Choice, whole: Whole): void;
}

export const usage = z.object({
	prompt_tokens: z.number(),
	completion_tokens: z.number(),
	total_tokens: z.number(),
	prompt_tokens_details: z.object({ cached_tokens: z.number().openapi({ description: 'Known from an earlier request.' }) }),
});

/** One choice after the other. @returns what they took together: a prompt of several choices once */
async function runAll(
	service: Service,
	c: Asked,
	turn: Turn,
	choices: readonly Choice[],
	{ begin, text, end }: Listener,
): Promise<z.output<typeof usage>> {
	let read = 0;
	let cached = 0;
	let made = 0;
	for (const choice of choices) {
		begin?.(choice);
		const { stop = [] } = choice.options;
		const shown: GeneratedToken[] = [];
		const held: GeneratedToken[] = [];
		const show = (more: string) => {
			const tokens = held.splice(0);
			shown.push(...tokens);
			text?.(choice, more, tokens);
		};
		const whole = await runWhole(service, c, turn, choice.ids, choice.options, (more, token) => {
			if (token) held.push(token);
			if (more || stop.length === 0) show(more); // text that may become a stop string is held back, and so are its tokens
		});
		if (held.length > 0 && !stop.includes(whole.finish.stoppedBy ?? '')) show('');
		end(choice, { ...whole, tokens: shown });
		made += whole.tokens.length;
		if (!choice.first) continue;
		read += choice.ids.length;
		cached += whole.finish.reused;
	}
	return {
		prompt_tokens: read,
		completion_tokens: made,
		total_tokens: read + made,
		prompt_tokens_details: { cached_tokens: cached },
	};
}
