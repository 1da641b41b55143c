// start: the way of a sentence through an interpreter and back, first on the course's own example, then on a real model; and the studio,
// which shows the same in a page.

import { setImmediate } from 'node:timers/promises';
import { TongsaError } from '../../../src/errors.ts';
import type { Embedding, Model } from '../../../src/model.ts';
import { generateJson } from '../../protocol/generate.ts';
import { SEED_SENTENCES } from '../../protocol/sentences.ts';
import { tokenizerOf } from '../../protocol/tokens.ts';
import { nearestJson } from '../../protocol/vectors.ts';
import type { Call } from '../call.ts';
import { attention } from '../view/attention.ts';
import { bold, dim } from '../view/colour.ts';
import { matrix } from '../view/matrix.ts';
import { tokenLabel, visible, wrapped } from '../view/text.ts';
import { withModel } from './common.ts';
import { prepareStudio, type ServedStudio } from './start-studio.ts';
import { shown } from './streaming.ts';

/** Rows of a matrix that are shown: all of a short sentence, the first and last of a long one. */
const SHOWN_ROWS = 10;

const ASK = [
	['embed smollm2 "사랑해"', 'the matrix of your own sentence (--json for every number)'],
	['nearest smollm2 " love"', 'the tokens nearest to a word, among all 49,152'],
	['trace smollm2', 'every value between tokens and answer that can be read'],
	['compare gpt-2 gpt-4 llama-2 "I love you"', 'the same sentence as other models read it'],
	['info GPT-4', 'what is public of a closed model, and what is not'],
	['models', 'every name that answers; any GGUF or safetensors file opens by its path'],
] as const;
/** What only a whole model can do, and how to get it. */
const ASK_WHOLE = [
	['generate smollm2 "What is an embedding?"', 'an answer; tongsa chat smollm2 for a conversation'],
	['lens smollm2 "The capital of Korea is"', 'what each layer would say next'],
] as const;
const ASK_CUT = [['pull smollm2', 'the whole model, which also generates']] as const;

/** The head whose attention is shown; tokens that the whole model adds to the sentence. */
const SHOWN_HEAD = 0;
const CONTINUED_TOKENS = 24;

export async function run(call: Call): Promise<undefined> {
	const { terminal, signal } = call;
	if (call.flag('json')) throw call.usage('start is for people; scripts use tokenize, embed and nearest');
	const say = (text = '') => terminal.write(`${text}\n`);
	const title = (text: string) => say(`\n${bold(wrapped(text, terminal.columns).join('\n'), terminal.colours)}`);

	const studio = call.flag('terminal') ? undefined : prepareStudio(call);
	let served: ServedStudio | undefined;
	try {
		await title("The course's own interpreter: 8 tokens, D = 4");
		await withModel(call, 'lecture', (model) => journey(call, model, SEED_SENTENCES[0]!.text));
		await title('A real one: SmolLM2-135M-Instruct, 49,152 tokens, D = 576');
		await withModel(call, 'smollm2', async (model) => {
			await realJourney(call, model);
			served = await studio?.serve();
			if (terminal.interactive) await conversation(served ? { ...call, signal: served.stopped } : call, model);
		});
		if (served && !terminal.interactive) await new Promise<void>((done) => served!.stopped.addEventListener('abort', () => done()));
	} catch (error) {
		if (!signal.aborted && !served?.stopped.aborted) throw error; // Ctrl-C is the usual way to leave
	} finally {
		await served?.stop();
	}
	return undefined;
}

/** The seed sentence in four languages through the real model, its attention, and what else can be asked. */
async function realJourney(call: Call, model: Model): Promise<void> {
	const { terminal } = call;
	const say = (text = '') => terminal.write(`${text}\n`);
	const title = (text: string) => say(`\n${bold(wrapped(text, terminal.columns).join('\n'), terminal.colours)}`);
	for (const { name, text } of SEED_SENTENCES) {
		await say(dim(`\n${name}`, terminal.colours));
		await journey(call, model, text);
	}
	await title('Attention in the first block');
	await attentionOf(call, model, SEED_SENTENCES[0]!.text);
	const whole = model.blocks.here === model.blocks.whole;
	if (whole) {
		await title('What the whole model says next');
		await continued(call, model, SEED_SENTENCES[0]!.text);
	}
	await title('What else can be asked');
	for (const [words, what] of [...ASK, ...(whole ? ASK_WHOLE : ASK_CUT)]) {
		const command = `npx tongsa ${words}`;
		for (const line of wrapped(command, terminal.columns)) await say(line);
		for (const line of wrapped(what, terminal.columns - 4)) await say(dim(`    ${line}`, terminal.colours));
	}
}

/** text → tokens with flags → ids → matrix → nearest rows → text. */
async function journey(call: Call, model: Model, text: string): Promise<void> {
	const { terminal, signal } = call;
	const tokenizer = tokenizerOf(model);
	const label = (id: number) => tokenLabel(tokenizer, id);
	const embedding = await model.embed(text, { signal });
	const [T, D] = embedding.shape;
	const lines: (readonly [string, string])[] = [
		['text', visible(text, false)],
		['tokens', embedding.ids.map(label).join(' | ') + (hasFlags(model) ? '' : dim('  (this model adds no flags)', terminal.colours))],
		['ids', embedding.ids.join(' ')],
		['matrix', `${T} × ${D}, one row per token`],
	];
	for (const [label, value] of lines) await terminal.write(`${labelled(label, value, terminal.columns)}\n`);
	await terminal.write(matrix(embedding, label, terminal.columns, terminal.colours, SHOWN_ROWS));
	const back = await readBack(model, embedding, signal);
	const said = tokenizer.decode(back, { skipSpecial: true });
	await terminal.write(`${labelled('nearest', back.map(label).join(' | '), terminal.columns)}\n`);
	await terminal.write(`${labelled('text', visible(said, false) + (said === text ? '  ✓ the same' : ''), terminal.columns)}\n`);
}

/** For each row of the matrix, the token whose row is nearest: the way back, without looking at the ids. */
async function readBack(model: Model, { data, shape }: Embedding, signal: AbortSignal): Promise<number[]> {
	const [T, D] = shape;
	const back: number[] = [];
	for (let t = 0; t < T; t++) {
		const { matches } = await model.nearest(data.subarray(t * D, (t + 1) * D), { top: 1, signal });
		back.push(matches[0]!.id);
	}
	return back;
}

/** How much each token of a sentence takes from those before it, in one head of block 0. */
async function attentionOf({ terminal, signal }: Call, model: Model, text: string): Promise<void> {
	const at = { point: 'attention.weights', layer: 0, head: SHOWN_HEAD } as const;
	const { ids, points } = await model.trace(text, { at: [at], signal });
	const tokens = ids.map((id) => tokenLabel(model.tokenizer, id));
	const [{ data }] = Object.values(points) as [(typeof points)[string]];
	await terminal.write(attention({ weights: data, queries: tokens, keys: tokens }, terminal.columns, terminal.colours));
	const how = `Head ${SHOWN_HEAD}: each row is a token, and how much it takes from those in the columns (softmax of query · key; a row sums to 1).`;
	await terminal.write(`${dim(wrapped(how, terminal.columns).join('\n'), terminal.colours)}\n`);
}

/** The likeliest continuation of a text, token by token. */
async function continued({ terminal, signal }: Call, model: Model, text: string): Promise<void> {
	const stream = shown(terminal);
	await stream.write(text);
	const options = { maxTokens: CONTINUED_TOKENS, signal };
	try {
		await generateJson(
			model,
			text,
			options,
			() => performance.now(),
			async (more) => {
				await stream.write(more);
				await setImmediate(); // lets Ctrl-C through
			},
		);
	} finally {
		await stream.end();
	}
}

const hasFlags = ({ tokenizer }: Model): boolean =>
	tokenizer !== undefined && tokenizer.flags.before.length + tokenizer.flags.after.length > 0;

const labelled = (label: string, value: string, columns: number): string =>
	wrapped(value, Math.max(20, columns - 10))
		.map((line, i) => `${(i ? '' : label).padEnd(8)}  ${line}`)
		.join('\n');

/** The person's own sentences, until an empty line or Ctrl-D. */
async function conversation(call: Call, model: Model): Promise<void> {
	const { createInterface } = await import('node:readline/promises');
	const { signal } = call;
	const lines = createInterface({ input: process.stdin, output: process.stdout });
	lines.on('SIGINT', () => process.emit('SIGINT'));
	try {
		for (;;) {
			const text = await Promise.race([
				lines.question('\nYour sentence (empty to leave): ', { signal }),
				new Promise<string>((done) => lines.once('close', () => done(''))),
			]);
			if (text.trim() === '') return;
			await answer(call, model, text);
		}
	} finally {
		lines.close();
	}
}

/** A sentence's journey, its price, and what its mean row is near to. A refusal is said and the talk goes on. */
async function answer(call: Call, model: Model, text: string): Promise<void> {
	const { terminal, signal } = call;
	try {
		await journey(call, model, text);
		const tokens = tokenizerOf(model).count(text, { special: 'none', flags: false });
		const { matches } = await nearestJson(model, { word: text }, { top: 5, signal });
		const near = matches.map((match) => tokenLabel(model.tokenizer, match.id)).join(' | ');
		const price = `${(tokens / [...text].length).toFixed(2)} tokens per character. Nearest to the mean of its rows: ${near}`;
		await terminal.write(`${dim(wrapped(price, terminal.columns).join('\n'), terminal.colours)}\n`);
	} catch (error) {
		if (!(error instanceof TongsaError)) throw error;
		terminal.note(`${error.message}\n`);
	}
}
