// Tool calls in an answer on its way: which tools may be called, what binds the model, and the events that its tokens make.

import { TongsaError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { type Constraint, openTextConstraint } from './constraint.ts';
import type { Finish, GeneratedPiece } from './generate.ts';
import { GENERIC, type ToolFormat, toolFormatOf } from './tools/formats.ts';
import { callsNode } from './tools/grammar.ts';
import { toolReader } from './tools/reader.ts';
import type { Tool, ToolCall, ToolChoice, ToolEvent, ToolOptions } from './tools/types.ts';

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

/**
 * What binds the answer; undefined where the model decides by itself.
 * @param thinking whether the answer begins inside the model's thinking, which nothing binds
 */
export function toolConstraint(format: ToolFormat, tokenizer: Tokenizer, options: ToolOptions, thinking = false): Constraint | undefined {
	const { tools = [], toolChoice = 'auto', parallelToolCalls = true } = options;
	if (tools.length === 0 || toolChoice === 'auto' || toolChoice === 'none') return undefined;
	const marks = specialMarks(format, tokenizer);
	// A mark that ends the answer is not written: the answer ends.
	const ends = tokenizer.special.stops.includes(marks.get(format.close) ?? -1);
	const bound = { tools: chosen(tools, toolChoice), parallel: parallelToolCalls && typeof toolChoice === 'string' && !ends };
	const written = ends ? { ...format, close: '' } : format;
	const key = JSON.stringify([written.name, written.close, bound]);
	const constraint = openTextConstraint(tokenizer, key, () => callsNode(written, bound), [...marks.values()]);
	return thinking ? afterMark(constraint, format.thinking!.close, tokenizer) : constraint;
}

/** Binds what comes behind a mark. Until then the answer may not end. */
function afterMark(constraint: Constraint, mark: string, tokenizer: Tokenizer): Constraint {
	let text = '';
	let found = false;
	return {
		get complete() {
			return found && constraint.complete;
		},
		get over() {
			return found && constraint.over;
		},
		allows: (id) => !found || constraint.allows(id),
		push(id) {
			if (found) return constraint.push(id);
			text = (text + tokenizer.token(id).text).slice(-mark.length * 2);
			found = text.endsWith(mark);
		},
	};
}

/** Whether a prompt ends inside the model's thinking. */
export const opensThinking = ({ thinking }: ToolFormat, prompt: string): boolean =>
	thinking !== undefined && prompt.trimEnd().endsWith(thinking.open.trimEnd());

/** Adds events to the pieces of an answer as they come; what is certain only at the end comes in a last one. */
export async function* withEvents(
	pieces: AsyncGenerator<GeneratedPiece, Finish>,
	format: ToolFormat,
	tokenizer: Tokenizer,
	options: ToolOptions & { readonly thinking?: boolean },
): AsyncGenerator<GeneratedPiece, Finish> {
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
	let heldBack = '';
	for (let next = await pieces.next(); ; next = await pieces.next()) {
		if (next.done) {
			const { stoppedBy } = next.value;
			// A mark that ends the answer has been taken from its text.
			const last = stoppedBy !== undefined && marks.has(stoppedBy) ? reader.read(stoppedBy, true) : [];
			const events = [...reader.read(decoder.end()), ...last, ...reader.end()];
			report(events);
			if (heldBack !== '' || events.length > 0) yield { text: heldBack, events };
			return next.value;
		}
		const piece = next.value;
		if (piece.id === undefined) {
			heldBack += piece.text;
			continue;
		}
		const mark = tokenizer.token(piece.id).text;
		const text = reader.read(decoder.push(piece.id));
		const events = marks.get(mark) === piece.id ? [...text, ...reader.read(mark, true)] : text;
		report(events);
		yield { ...piece, events };
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
