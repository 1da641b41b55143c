// Tool calls in an answer on its way: which tools may be called, what binds the model, and the events that its tokens make.

import { TongsaError } from '../../errors.ts';
import type { Tokenizer } from '../../tokenizer/types.ts';
import { type Constraint, openTextConstraint } from '../constraint.ts';
import type { Finish, GeneratedToken } from '../generate.ts';
import { GENERIC, type ToolFormat, toolFormatOf } from './formats.ts';
import { callsNode } from './grammar.ts';
import { toolReader } from './reader.ts';
import type { Tool, ToolCall, ToolChoice, ToolEvent } from './types.ts';

export interface ToolOptions {
	/** What the model may call. */
	readonly tools?: readonly Tool[];
	/** Default 'auto': the model decides. */
	readonly toolChoice?: ToolChoice;
	/** Whether one answer may have several calls (default true). */
	readonly parallelToolCalls?: boolean;
	/** Takes Hermes' form where the model's template shows none that is known; it is not guessed otherwise. */
	readonly genericToolCalls?: boolean;
	/** A new call's id. */
	readonly newToolCallId?: (index: number) => string;
	/** Told of each whole call, as soon as it is whole. */
	readonly onToolCall?: (call: ToolCall) => void;
}

/** The form of calls of a model. @throws TongsaError 'unsupported' where its template shows none that is known. */
export function formatFor(template: string, generic = false): ToolFormat {
	const format = toolFormatOf(template) ?? (generic ? GENERIC : undefined);
	if (format) return format;
	throw new TongsaError('unsupported', "this model's chat template shows no form of tool calls that is known", {
		hint: 'Take a model that was made for tools, or ask for the generic form',
	});
}

/** Marks of a format that are tokens of their own. */
function specialMarks(format: ToolFormat, tokenizer: Tokenizer): ReadonlyMap<string, number> {
	const { open, close, section, thinking, shape, silent = [] } = format;
	const all = [open, close, section?.open, section?.close, thinking?.open, thinking?.close, ...silent, ...Object.values(shape)].join('\n');
	const marks = new Map<string, number>();
	for (let id = 0; id < tokenizer.size; id++) {
		const { kind, text } = tokenizer.token(id);
		if (kind === 'control' && text.length > 1 && all.includes(text)) marks.set(text, id);
	}
	return marks;
}

/** Tools by name, as a choice leaves them. @throws TongsaError 'usage' for a name that no tool has. */
function chosen(tools: readonly Tool[], choice: ToolChoice): readonly Tool[] {
	if (typeof choice === 'string') return tools;
	const found = tools.filter(({ function: { name } }) => name === choice.name);
	if (found.length > 0) return found;
	throw new TongsaError('usage', 'no tool of this name', {
		got: choice.name,
		allowed: tools.map(({ function: { name } }) => name).join(', '),
	});
}

/** What binds the answer; undefined where the model decides by itself. */
export function toolConstraint(format: ToolFormat, tokenizer: Tokenizer, options: ToolOptions): Constraint | undefined {
	const { tools = [], toolChoice = 'auto', parallelToolCalls = true } = options;
	if (tools.length === 0 || toolChoice === 'auto' || toolChoice === 'none') return undefined;
	const bound = { tools: chosen(tools, toolChoice), parallel: parallelToolCalls && typeof toolChoice === 'string' };
	const key = JSON.stringify([format.name, bound]);
	return openTextConstraint(tokenizer, key, () => callsNode(format, bound), [...specialMarks(format, tokenizer).values()]);
}

export interface ReadToken extends GeneratedToken {
	/** What the answer says up to here, told apart. */
	readonly events: readonly ToolEvent[];
}

/** Adds events to tokens as they come; those that are certain only at the end come with the end. */
export async function* withEvents(
	tokens: AsyncGenerator<GeneratedToken, Finish>,
	format: ToolFormat,
	tokenizer: Tokenizer,
	options: ToolOptions & { readonly thinking?: boolean },
): AsyncGenerator<ReadToken, Finish & { readonly events: readonly ToolEvent[] }> {
	const marks = specialMarks(format, tokenizer);
	const { tools, newToolCallId, thinking, onToolCall } = options;
	const reader = toolReader(format, {
		...(tools && { tools }),
		...(newToolCallId && { newId: newToolCallId }),
		...(thinking && { thinking }),
		specialMarks: new Set(marks.keys()),
	});
	const decoder = tokenizer.decoder({ skipSpecial: true });
	const report = callsOf(onToolCall);
	for (let next = await tokens.next(); ; next = await tokens.next()) {
		if (next.done) {
			const { stoppedBy } = next.value;
			// A mark that ends the answer has been taken from its text.
			const last = stoppedBy !== undefined && marks.has(stoppedBy) ? reader.read(stoppedBy, true) : [];
			const events = [...reader.read(decoder.end()), ...last, ...reader.end()];
			report(events);
			return { ...next.value, events };
		}
		const { id } = next.value;
		const mark = tokenizer.token(id).text;
		const text = reader.read(decoder.push(id));
		const events = marks.get(mark) === id ? [...text, ...reader.read(mark, true)] : text;
		report(events);
		yield { ...next.value, events };
	}
}

/** Puts calls together out of events. */
export function callsOf(onToolCall: ((call: ToolCall) => void) | undefined): (events: readonly ToolEvent[]) => void {
	const open = new Map<number, { id: string; name: string; arguments: string }>();
	return (events) => {
		for (const event of events) {
			if (event.type === 'call') open.set(event.index, { id: event.id, name: event.name, arguments: '' });
			else if (event.type === 'arguments') open.get(event.index)!.arguments += event.text;
			else if (event.type === 'callEnd') onToolCall?.({ index: event.index, ...open.get(event.index)! });
		}
	};
}
