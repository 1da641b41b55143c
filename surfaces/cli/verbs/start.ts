// start: the studio's address, then six sentences on how a text goes into a model and comes back, with a real model's own values.

import { TongsaError } from '../../../src/errors.ts';
import type { Embedding, Model } from '../../../src/model.ts';
import { SEED_SENTENCES } from '../../protocol/sentences.ts';
import { tokenizerOf } from '../../protocol/tokens.ts';
import { nearestJson } from '../../protocol/vectors.ts';
import type { Call } from '../call.ts';
import { bold, dim } from '../view/colour.ts';
import { matrix } from '../view/matrix.ts';
import { count } from '../view/numbers.ts';
import { tokenLabel, visible, wrapped } from '../view/text.ts';
import { type Language, languageOf } from '../words/language.ts';
import { filled, START, type StartWords } from '../words/start.ts';
import { withModel } from './common.ts';
import { type ServedStudio, serveStudio } from './start-studio.ts';

const NAME = 'smollm2';
/** Rows and columns of the matrix that are shown: what it looks like, not what it holds. */
const SHOWN_ROWS = 8;
const SHOWN_COLUMNS = 64;
const SHOWN_NEIGHBOURS = 6;
const WORD = ' love';

export async function run(call: Call): Promise<undefined> {
	const { terminal, signal } = call;
	const language = languageOf(call.value('lang') === undefined ? [] : ['--lang', call.value('lang')!]);
	const words = START[language];
	const served = call.flag('terminal') ? undefined : await serveStudio(call, words);
	try {
		if (call.flag('json')) {
			if (!served) throw call.usage('start --json says where the studio is, and --terminal leaves it out');
			await terminal.write(`${JSON.stringify({ url: served.urls[0], urls: served.urls })}\n`);
		} else {
			await withModel(call, NAME, async (model) => {
				await lesson(call, model, language);
				if (terminal.interactive) await conversation(served ? { ...call, signal: served.stopped } : call, model, words, served);
			});
			if (served && terminal.interactive && !served.stopped.aborted) {
				await terminal.write(`\n${wrapped(filled(words.stays, { url: served.urls[0]! }), terminal.columns).join('\n')}\n`);
			}
		}
		if (served && !served.stopped.aborted) await new Promise<void>((done) => served.stopped.addEventListener('abort', () => done()));
	} catch (error) {
		if (!signal.aborted && !served?.stopped.aborted) throw error; // Ctrl-C is the usual way to leave
	} finally {
		await served?.stop();
	}
	return undefined;
}

/** The six sentences, each with what it speaks of, and what to do next. */
async function lesson(call: Call, model: Model, language: Language): Promise<void> {
	const { terminal, signal } = call;
	const { columns, colours } = terminal;
	const words = START[language];
	const { text } = SEED_SENTENCES.find((one) => one.language === language)!;
	const embedding = await model.embed(text, { signal });
	const [tokens, width] = embedding.shape;
	const tokenizer = tokenizerOf(model);
	const label = (id: number) => tokenLabel(tokenizer, id);
	const { matches } = await nearestJson(model, { word: WORD }, { top: SHOWN_NEIGHBOURS + 1, signal });
	const back = await readBack(model, embedding, signal);
	const said = tokenizer.decode(back, { skipSpecial: true });
	const labels = embedding.ids.map(label);
	const values = { vocabulary: count(tokenizer.size), width, tokens, word: visible(WORD.trim()) };
	const indented = (value: string) =>
		wrapped(value, columns - 4)
			.map((line) => `    ${line}\n`)
			.join('');
	const shows = [
		indented(visible(text, false)),
		indented(labels.join(' | ')) + (labels.some((one) => one.startsWith('‹')) ? dimmed(`(${words.bytes})`, terminal) : ''),
		indented(embedding.ids.join(' ')),
		matrix(embedding, label, Math.min(columns, SHOWN_COLUMNS), colours, SHOWN_ROWS),
		indented(
			matches
				.slice(1)
				.map(({ id }) => label(id))
				.join(' | '),
		),
		indented(visible(said, false) + (said === text ? `  ✓ ${words.same}` : '')),
	];
	for (const [i, sentence] of words.sentences.entries()) {
		const lines = wrapped(`${i + 1}. ${filled(sentence, values)}`, columns).join('\n');
		await terminal.write(`\n${bold(lines, colours)}\n${shows[i]}`);
	}
	await next(call, model, words);
}

/** What to ask for after this; of what only a whole model can do, how to get one. */
async function next({ terminal }: Call, model: Model, words: StartWords): Promise<void> {
	const { commands } = words;
	const whole = model.blocks.here === model.blocks.whole;
	const lines: (readonly [string, string])[] = [
		[`embed ${NAME} "…"`, commands.embed],
		['compare gpt-2 gpt-4 llama-2 "…"', commands.compare],
		['models', commands.models],
		whole ? [`generate ${NAME} "…"`, commands.generate] : [`pull ${NAME}`, commands.pull],
	];
	await terminal.write(`\n${bold(words.more, terminal.colours)}\n`);
	for (const [command, what] of lines) await terminal.write(`  npx tongsa ${command}\n${dimmed(what, terminal)}`);
	await terminal.write(`${dim(wrapped(words.others, terminal.columns).join('\n'), terminal.colours)}\n`);
}

const dimmed = (text: string, { columns, colours }: Call['terminal']): string =>
	wrapped(text, columns - 4)
		.map((line) => `    ${dim(line, colours)}\n`)
		.join('');

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

/** The person's own sentences. An empty line ends them only where no studio would end with them. */
async function conversation(call: Call, model: Model, words: StartWords, served: ServedStudio | undefined): Promise<void> {
	const { createInterface } = await import('node:readline/promises');
	const { signal, terminal } = call;
	const lines = createInterface({ input: process.stdin, output: process.stdout });
	lines.on('SIGINT', () => process.emit('SIGINT'));
	const closed = new Promise<undefined>((done) => lines.once('close', () => done(undefined)));
	try {
		for (;;) {
			const text = await Promise.race([lines.question(`\n${served ? words.ask : words.askTerminal}`, { signal }), closed]);
			if (text === undefined) return; // Ctrl-D
			if (text.trim() !== '') await answer(call, model, words, text);
			else if (!served) return;
			else await terminal.write(`${wrapped(filled(words.empty, { url: served.urls[0]! }), terminal.columns).join('\n')}\n`);
		}
	} finally {
		lines.close();
	}
}

/** A sentence's tokens and matrix, its price, and what its mean row is near to. A refusal is said and the talk goes on. */
async function answer(call: Call, model: Model, words: StartWords, text: string): Promise<void> {
	const { terminal, signal } = call;
	try {
		const tokenizer = tokenizerOf(model);
		const label = (id: number) => tokenLabel(tokenizer, id);
		const embedding = await model.embed(text, { signal });
		await terminal.write(`${wrapped(embedding.ids.map(label).join(' | '), terminal.columns).join('\n')}\n`);
		await terminal.write(matrix(embedding, label, Math.min(terminal.columns, SHOWN_COLUMNS), terminal.colours, SHOWN_ROWS));
		const tokens = tokenizer.count(text, { special: 'none', flags: false });
		const { matches } = await nearestJson(model, { word: text }, { top: 5, signal });
		const near = matches.map((match) => label(match.id)).join(' | ');
		const price = filled(words.near, { rate: (tokens / [...text].length).toFixed(2), near });
		await terminal.write(`${dim(wrapped(price, terminal.columns).join('\n'), terminal.colours)}\n`);
	} catch (error) {
		if (!(error instanceof TongsaError)) throw error;
		terminal.note(`${error.message}\n`);
	}
}
