// An answer that is bound to a form of calls, or read for them: on the model's own thread, over the library's reader.

import { randomInt } from 'node:crypto';
import type { JsonSchema } from '../../../src/generation/constraint.ts';
import type { Finish, GeneratedPiece, GenerateOptions } from '../../../src/generation/generate.ts';
import { withEvents } from '../../../src/generation/tool-calls.ts';
import { type ToolFormat, toolFormatOf } from '../../../src/generation/tools/formats.ts';
import type { Tool, ToolChoice } from '../../../src/generation/tools/types.ts';
import type { Model } from '../../../src/model.ts';
import type { GeneratePrompt, Reading } from '../engine-protocol.ts';

/** Tokens of a prompt's end in which a mark that opens thinking may stand. */
const TAIL = 16;

/** Unicode's noncharacter: a mark that no text has. */
const NEVER = '\uffff';

/** Reads an answer for calls and thinking, and where the choice asks for it binds it to a call. */
export async function readAnswer(
	model: Model,
	prompt: GeneratePrompt,
	options: GenerateOptions,
	{ tools, ...how }: Reading,
): Promise<AsyncGenerator<GeneratedPiece, Finish>> {
	const tokenizer = model.tokenizer!;
	if (mustCall(how.toolChoice)) {
		const schema = callSchema(tools.filter(({ function: { name } }) => typeof how.toolChoice === 'string' || how.toolChoice.name === name));
		return withEvents(piecesOf(model.generate(prompt, { ...options, schema })), BOUND, tokenizer, { tools, ...how, newToolCallId: newId });
	}
	const known = toolFormatOf((await model.chatTemplate(tools.length > 0)) ?? '')!;
	const format = tools.length > 0 ? known : thinkingAlone(known);
	const tail = Array.isArray(prompt) ? tokenizer.decode((prompt as readonly number[]).slice(-TAIL)) : '';
	const open = format.thinking?.open.trimEnd();
	const thinking = open !== undefined && tail.trimEnd().endsWith(open);
	return withEvents(piecesOf(model.generate(prompt, options)), format, tokenizer, { tools, ...how, newToolCallId: newId, thinking });
}

const mustCall = (choice: ToolChoice): boolean => choice === 'required' || typeof choice === 'object';

/** An answer that is one call and nothing else: JSON, which every model can be bound to. */
const BOUND: ToolFormat = { name: 'bound', marks: [], open: '', shape: { kind: 'object', keys: ['arguments'] }, close: '' };

/** Of a call of one of the tools: its name, and arguments that its own schema takes. */
function callSchema(tools: readonly Tool[]): JsonSchema {
	const calls = tools.map(({ function: { name, parameters = { type: 'object', properties: {}, additionalProperties: false } } }) => ({
		type: 'object',
		properties: { name: { const: name }, arguments: parameters },
		required: ['name', 'arguments'],
		additionalProperties: false,
	}));
	return calls.length === 1 ? calls[0]! : { anyOf: calls };
}

/** A generation as the plain generator that the reader takes. */
async function* piecesOf(answer: ReturnType<Model['generate']>): AsyncGenerator<GeneratedPiece, Finish> {
	for (let next = await answer.next(); ; next = await answer.next()) {
		if (next.done) return next.value;
		yield next.value;
	}
}

/** Where nothing may be called, what looks like a call is text. */
const thinkingAlone = ({ name, thinking, silent, marks, shape }: ToolFormat): ToolFormat => ({
	name,
	marks,
	shape,
	open: NEVER,
	close: NEVER,
	...(thinking && { thinking }),
	...(silent && { silent }),
});

/** Nine letters and digits, as some templates want them. */
const newId = (): string => Array.from({ length: 9 }, () => randomInt(36).toString(36)).join('');
