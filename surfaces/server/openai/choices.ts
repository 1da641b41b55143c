// Answers in choices, whole or as events: what chats and completions have in common, each with its own way to write a choice.
// https://platform.openai.com/docs/api-reference/chat/create, …/completions/create

import { z } from '@hono/zod-openapi';
import type { Finish, GeneratedToken } from '../../../src/generation/generate.ts';
import type { ToolEvent } from '../../../src/generation/tools/types.ts';
import { type AnswerOptions, answered, finishReason, runWhole } from '../generation.ts';
import { errorBody, refusalOf } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import type { Asked, Service, Turn } from '../service.ts';
import { DONE, EVENTS, event } from '../stream.ts';
import { type Reply, replyReader } from '../tools/reply.ts';

export interface Choice {
	readonly index: number;
	/** Of its prompt's: what the prompt took is counted with it. */
	readonly first: boolean;
	readonly ids: readonly number[];
	readonly options: AnswerOptions;
	/** Before the answer: the prompt, where it was asked for. */
	readonly echoed: string;
	/** Log-probabilities of the next tokens, where they were asked for. */
	readonly logprobs: (tokens: readonly GeneratedToken[]) => object | null;
	/** Whether the answer ends with its first call. */
	readonly oneCall?: boolean;
}

/** How an API writes a choice. */
export interface Shape {
	/** What the names of its answers begin with. */
	readonly prefix: string;
	/** The names of the whole and of a piece; and what stands beside them. */
	readonly object: string;
	readonly chunk: string;
	readonly head?: object;
	whole(reply: Reply): object;
	/** What opens a choice in a stream; undefined for nothing. */
	opening(echoed: string): object | undefined;
	/** What comes next; undefined for what this API does not tell. */
	piece(event: ToolEvent): object | undefined;
	/** Why an answer ended that calls tools. */
	readonly calls?: string;
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
			const add = ({ index, echoed, logprobs }: Choice, { reply, tokens, finish }: Ended) =>
				done.push({
					index,
					...shape.whole({ ...reply, text: echoed + reply.text }),
					logprobs: logprobs(tokens),
					finish_reason: reasonOf(shape, reply, finish),
				});
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
				events(choice, events, tokens) {
					let logprobs = tokens.length > 0 ? choice.logprobs(tokens) : null;
					const parts = events.map((one) => shape.piece(one)).filter((part) => part !== undefined);
					if (parts.length === 0 && logprobs) parts.push(shape.piece({ type: 'text', text: '' })!);
					for (const part of parts) {
						say(choice, part, logprobs, null);
						logprobs = null;
					}
				},
				end: (choice, { reply, finish }) => say(choice, shape.closing, null, reasonOf(shape, reply, finish)),
			});
			if (wantsUsage) write(event({ ...same, choices: [], usage }));
			write(DONE);
		},
		broken: (error) => event(errorBody(refusalOf(error))),
	});
}

/** An answer that calls is for its caller to go on with; one that was cut is not. */
function reasonOf({ calls }: Shape, reply: Reply, finish: Finish): string {
	const reason = finishReason(finish);
	return reason === 'stop' && reply.calls.length > 0 && calls !== undefined ? calls : reason;
}

/** How a choice ended: `tokens` without those of a stop string. */
interface Ended {
	readonly reply: Reply;
	readonly tokens: readonly GeneratedToken[];
	readonly finish: Finish;
}

interface Listener {
	begin?(choice: Choice): void;
	/** With the tokens that they come of. */
	events?(choice: Choice, events: readonly ToolEvent[], tokens: readonly GeneratedToken[]): void;
	end(choice: Choice, ended: Ended): void;
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
	{ begin, events, end }: Listener,
): Promise<z.output<typeof usage>> {
	let read = 0;
	let cached = 0;
	let made = 0;
	for (const choice of choices) {
		begin?.(choice);
		const { stop = [] } = choice.options;
		const reading = replyReader(choice.options.reading !== undefined);
		const shown: GeneratedToken[] = [];
		const held: GeneratedToken[] = [];
		const show = (told: readonly ToolEvent[]) => {
			const tokens = held.splice(0);
			shown.push(...tokens);
			events?.(choice, told, tokens);
			return choice.oneCall === true && told.some(({ type }) => type === 'callEnd');
		};
		const whole = await runWhole(service, c, turn, choice.ids, choice.options, (more, token, heard) => {
			if (token) held.push(token);
			const told = reading.read(more, heard);
			// Text that may become a stop string is held back, and so are its tokens.
			return more || told.length > 0 || stop.length === 0 ? show(told) : false;
		});
		if (held.length > 0 && !stop.includes(whole.finish.stoppedBy ?? '')) show([]);
		end(choice, { reply: reading.reply, tokens: shown, finish: whole.finish });
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
