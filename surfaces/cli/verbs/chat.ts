// chat MODEL: a conversation. Ctrl-C stops the answer and not the program; lines from a pipe are a person's turns.

import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline/promises';
import { setImmediate } from 'node:timers/promises';
import { TongsaError } from '../../../src/errors.ts';
import type { ToolCall } from '../../../src/generation/tools/types.ts';
import type { ChatMessage, Model } from '../../../src/model.ts';
import { type GenerateJson, generateJson } from '../../protocol/generate.ts';
import type { Answer, Call } from '../call.ts';
import { dim } from '../view/colour.ts';
import { wrapped } from '../view/text.ts';
import { templateSettings } from './chat-options.ts';
import { calling, type Toolbox, toolboxOf } from './chat-tools.ts';
import { precisionOf, withModel } from './common.ts';
import { checkBias, generateOptions, type Settled, schemaOf } from './sampling.ts';
import { shown, speed } from './streaming.ts';

const HELP = '/clear forgets the conversation, /bye or Ctrl-D leaves, Ctrl-C stops an answer.';

/** A conversation as it stands, and how its next answer is made. */
interface Talk {
	readonly call: Call;
	readonly model: Model;
	readonly schema: Pick<Settled, 'schema'>;
	readonly toolbox: Toolbox | undefined;
	/** Asks a person; without one, --yes answers. */
	allows: (question: string) => Promise<boolean>;
	messages: ChatMessage[];
	/** Stops the answer that is being made. */
	stop: AbortController | undefined;
	last: GenerateJson | undefined;
}

export async function run(call: Call): Promise<Answer | undefined> {
	// Wrong words are told before the model is opened.
	generateOptions(call);
	const schema = await schemaOf(call);
	const toolbox = await toolboxOf(call);
	return withModel(call, call.arguments[0]!, async (model) => {
		checkBias(call, model);
		await checkTalks(call, model);
		const talk: Talk = {
			call,
			model,
			schema,
			toolbox,
			allows: async () => call.flag('yes'),
			messages: [],
			stop: undefined,
			last: undefined,
		};
		const interrupts = process.listeners('SIGINT');
		const interrupt = () => (talk.stop ? talk.stop.abort() : interrupts.forEach((listener) => void listener('SIGINT')));
		process.removeAllListeners('SIGINT').on('SIGINT', interrupt);
		try {
			if (call.terminal.interactive && !call.flag('json')) await conversation(talk);
			else for await (const line of call.terminal.lines()) if (!(await turn(talk, line.replace(/\r$/, '')))) break;
		} finally {
			process.removeAllListeners('SIGINT');
			for (const listener of interrupts) process.on('SIGINT', listener);
		}
		if (!call.flag('json')) return undefined;
		if (!talk.last) throw call.usage('chat --json needs at least one line on stdin');
		return { json: { ...talk.last, messages: talk.messages }, text: () => '' };
	});
}

/** Whoever cannot answer says so before anything is typed; and what can is loaded by then. */
async function checkTalks({ signal }: Call, model: Model): Promise<void> {
	await model.points();
	for await (const _ of model.generate([{ role: 'user', content: '.' }], { maxTokens: 0, signal }));
}

/** With a person: a prompt with history, until Ctrl-D, /bye, or Ctrl-C twice. */
async function conversation(talk: Talk): Promise<void> {
	const { terminal, signal } = talk.call;
	terminal.note(`${dim(wrapped(`${talk.model.name}. ${HELP}`, terminal.columns).join('\n'), terminal.colours)}\n`);
	const lines = createInterface({ input: process.stdin, output: process.stdout });
	if (!talk.call.flag('yes')) talk.allows = async (question) => /^y/i.test(await lines.question(question, { signal }));
	let warned = false;
	lines.on('SIGINT', () => {
		if (talk.stop) return talk.stop.abort();
		if (warned && lines.line === '') return lines.close();
		warned = true;
		terminal.note(`\n${dim('Ctrl-C once more leaves.', terminal.colours)}\n`);
		lines.write(null, { ctrl: true, name: 'e' });
		lines.write(null, { ctrl: true, name: 'u' });
		lines.prompt();
	});
	try {
		for (;;) {
			const text = await ask(lines, signal);
			if (text === undefined || !(await turn(talk, text))) return;
			warned = false;
		}
	} finally {
		lines.close();
	}
}

/** A line, or undefined when there are no more. */
function ask(lines: Interface, signal: AbortSignal): Promise<string | undefined> {
	const asked = new AbortController();
	const closed = once(lines, 'close', { signal: asked.signal }).then(
		() => undefined,
		() => undefined,
	);
	const text = lines.question('> ', { signal }).catch((error: unknown) => {
		if (signal.aborted) throw error;
		return undefined; // Ctrl-D
	});
	return Promise.race([text, closed]).finally(() => asked.abort());
}

/** One turn. @returns whether the conversation goes on. A refusal is said and the conversation goes on without that turn. */
async function turn(talk: Talk, text: string): Promise<boolean> {
	const { call } = talk;
	const word = text.trim();
	if (word === '/bye') return false;
	if (word === '/clear') talk.messages = [];
	else if (word.startsWith('/')) call.terminal.note(`${HELP}\n`);
	else if (word !== '') await answer(talk, text);
	return true;
}

/** Answers in a row that call tools: a model that calls for ever is stopped. */
const MAX_ROUNDS = 8;

async function answer(talk: Talk, text: string): Promise<void> {
	talk.messages = [...talk.messages, { role: 'user', content: text }];
	for (let round = 0; round < MAX_ROUNDS; round++) {
		const calls = await reply(talk);
		if (!talk.toolbox || calls.length === 0) return;
		for (const one of calls) {
			const allowed = await talk.allows(`run ${one.name}(${one.arguments})? y/n `);
			const refused: ChatMessage = { role: 'tool', tool_call_id: one.id, name: one.name, content: 'The user did not allow this call.' };
			talk.messages = [...talk.messages, allowed ? await talk.toolbox.run(one, talk.call.signal) : refused];
		}
	}
	talk.call.terminal.note(`stopped after ${MAX_ROUNDS} rounds of tool calls\n`);
}

/** The model's turn. @returns the calls that it made */
async function reply(talk: Talk): Promise<readonly ToolCall[]> {
	const { call, model, schema, toolbox } = talk;
	const { terminal } = call;
	const before = talk.messages;
	const stop = new AbortController();
	talk.stop = stop;
	const options = {
		...generateOptions(call),
		...schema,
		...precisionOf(call),
		...templateSettings(call),
		...(toolbox && { tools: toolbox.tools, newToolCallId: () => Math.random().toString(36).slice(2, 11).padEnd(9, '0') }),
		signal: AbortSignal.any([stop.signal, call.signal]),
	};
	const streams = !call.flag('json');
	const stream = shown(terminal);
	let said = '';
	let calls: readonly ToolCall[] = [];
	try {
		const json = await generateJson(model, before, options, nowMs, async (piece) => {
			said += piece;
			if (streams) await stream.write(piece);
			await setImmediate(); // lets Ctrl-C through
		});
		talk.last = json;
		calls = json.toolCalls ?? [];
		await stream.end();
		if (terminal.interactive) terminal.note(`${dim(speed(json).trimEnd(), terminal.colours)}\n`);
	} catch (error) {
		await stream.end();
		if (call.signal.aborted || !(stop.signal.aborted || error instanceof TongsaError)) throw error;
		if (stop.signal.aborted) terminal.note(`${dim('stopped', terminal.colours)}\n`);
		else if (!terminal.interactive) throw error;
		else terminal.note(`${(error as TongsaError).message}\n`);
	} finally {
		talk.stop = undefined;
	}
	// What was said before it was stopped belongs to the conversation; a turn without an answer does not.
	if (calls.length > 0) talk.messages = [...before, calling(said, calls)];
	else if (said !== '') talk.messages = [...before, { role: 'assistant', content: said }];
	else
		talk.messages = before.slice(
			0,
			before.findLastIndex(({ role }) => role === 'user'),
		);
	return calls;
}

const nowMs = () => performance.now();
