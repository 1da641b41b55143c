// JSON of `generate` and `chat`: the answer's ids and text and why it ended.

import type { ScoredToken } from '../../src/generation/generate.ts';
import { isDraw } from '../../src/generation/sampling.ts';
import type { ToolCall, ToolEvent } from '../../src/generation/tools/types.ts';
import type { Model, Prompt, Provenance } from '../../src/model.ts';

export interface ScoredTokenJson {
	readonly id: number;
	readonly text: string;
	/** Natural logarithm, under the model's own distribution. */
	readonly logProbability: number;
}

export interface GenerateJson {
	readonly ids: readonly number[];
	readonly text: string;
	/** With tools: the whole calls that it makes; their texts are not in `text`. */
	readonly toolCalls?: readonly ToolCall[];
	/** With tools: what the model thought. */
	readonly reasoning?: string;
	/** 'stop': by the model's own end or a stop text. 'length': at the most tokens asked for. 'context': where the context ends. */
	readonly finishReason: 'stop' | 'length' | 'context';
	readonly stoppedBy?: string;
	/** What the draw began with, where there was one: the same seed gives the same answer. */
	readonly seed?: number;
	/** With the log-probabilities of each token and of the best others, where they were asked for. */
	readonly tokens?: readonly (ScoredTokenJson & { readonly top: readonly ScoredTokenJson[] })[];
	readonly timing: Timing;
	readonly provenance: Provenance;
}

export interface Timing {
	/** From the call to the first token: loading what is not loaded yet, and reading the prompt. */
	readonly firstTokenMs: number;
	/** Of the tokens after the first; absent where there are none. */
	readonly tokensPerSecond?: number;
}

type Options = NonNullable<Parameters<Model['generate']>[1]>;

/**
 * Runs a generation to its end.
 * @param now milliseconds
 * @param onText told what each token adds, which may be nothing; the next token waits for it
 */
export async function generateJson(
	model: Model,
	prompt: Prompt,
	options: Options,
	now: () => number,
	onText: (text: string) => Promise<void>,
): Promise<GenerateJson> {
	const tokens: NonNullable<GenerateJson['tokens']>[number][] = [];
	const begun = now();
	let first = begun;
	let last = begun;
	let text = '';
	const add = async (more: string) => {
		text += more;
		await onText(more);
	};
	const toolCalls: ToolCall[] = [];
	let reasoning = '';
	const collect = (call: ToolCall) => {
		toolCalls.push(call);
		options.onToolCall?.(call);
	};
	/** What a piece says to the reader. */
	const saidBy = ({ text, events }: { readonly text: string; readonly events?: readonly ToolEvent[] }): string => {
		if (!events) return text;
		let said = '';
		for (const event of events) {
			if (event.type === 'text') said += event.text;
			else if (event.type === 'reasoning') reasoning += event.text;
		}
		return said;
	};
	const answer = model.generate(prompt, options.tools ? { ...options, onToolCall: collect } : options);
	let next = await answer.next();
	for (; !next.done; next = await answer.next()) {
		const piece = next.value;
		if (piece.id !== undefined) {
			last = now();
			if (tokens.length === 0) first = last;
			tokens.push({ ...scoredJson(piece), top: piece.top.map(scoredJson) });
		}
		await add(saidBy(piece));
	}
	const { finishReason, stoppedBy, provenance } = next.value;
	return {
		ids: tokens.map(({ id }) => id),
		text,
		...(toolCalls.length > 0 && { toolCalls }),
		...(reasoning !== '' && { reasoning }),
		finishReason,
		...(stoppedBy !== undefined && { stoppedBy }),
		...(isDraw(options.sampler) && options.seed !== undefined && { seed: options.seed }),
		...(options.logProbabilities && { tokens }),
		timing: {
			firstTokenMs: (tokens.length > 0 ? first : now()) - begun,
			...(tokens.length > 1 && last > first && { tokensPerSecond: ((tokens.length - 1) * 1000) / (last - first) }),
		},
		provenance,
	};
}

function scoredJson({ id, token, logProbability }: ScoredToken): ScoredTokenJson {
	return { id, text: token, logProbability };
}

/** A conversation where the model has a chat template, else the text to go on from. */
export async function promptOf(model: Model, text: string, raw: boolean): Promise<Prompt> {
	return raw || (await model.chatTemplate()) === undefined ? text : [{ role: 'user', content: text }];
}
