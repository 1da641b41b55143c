// compare MODEL MODEL… TEXT: one sentence through several models.

import { type ComparedModel, compared } from '../../protocol/compare.ts';
import { SEED_SENTENCES, type Sentence } from '../../protocol/sentences.ts';
import type { Answer, Call } from '../call.ts';
import { bold } from '../view/colour.ts';
import { table } from '../view/table.ts';
import { cut, padEnd, tokenLabel, visible, wrapped } from '../view/text.ts';
import { withModel } from './common.ts';

/** With the tokens as people read them. */
interface Labelled extends ComparedModel {
	readonly labels: readonly string[];
}

/** More columns than any terminal has. */
const MAX_MODELS = 16;

export async function run(call: Call): Promise<Answer> {
	const seed = call.flag('languages');
	const references = seed ? call.arguments : call.arguments.slice(0, -1);
	const text = seed ? SEED_SENTENCES[0]!.text : call.arguments.at(-1)!;
	if (references.length === 0) throw call.usage('compare needs one MODEL or more, then TEXT');
	if (references.length > MAX_MODELS)
		throw call.usage('too many models', { got: String(references.length), allowed: `at most ${MAX_MODELS}` });
	const sentences = [...sentencesOf(text), ...call.values('also').map((words) => also(call, words))];
	const models: Labelled[] = [];
	for (const reference of references) {
		models.push(
			await withModel(call, reference, async (model) => {
				const one = await compared(model, text, sentences);
				return { ...one, labels: one.ids.map((id) => tokenLabel(model.tokenizer, id)) };
			}),
		);
	}
	return { json: { text, models: models.map(({ labels, ...one }) => one) }, text: () => page(call, text, models, sentences) };
}

/** The seed sentence brings its translations; any other text stands alone. */
const sentencesOf = (text: string): readonly Sentence[] =>
	SEED_SENTENCES.some((sentence) => sentence.text === text) ? SEED_SENTENCES : [{ language: 'text', name: 'text', text }];

function also(call: Call, words: string): Sentence {
	const [, language, text] = /^([\w-]{1,35})=([\s\S]+)$/.exec(words) ?? [];
	if (!language || !text)
		throw call.usage('not a translation', { field: '--also', got: words, allowed: 'LANG=TEXT, as in fr="Je t\'aime tant."' });
	return { language, name: language, text };
}

function page(call: Call, text: string, compared: readonly Labelled[], sentences: readonly Sentence[]): string {
	const models = compared.map((one) => ({ ...one, model: visible(one.model, false) }));
	const { columns, colours } = call.terminal;
	const width = Math.min(Math.max(...models.map(({ model }) => model.length)), columns >> 1);
	const splits = models.flatMap(({ model, labels }) =>
		wrapped(labels.join(' | '), Math.max(8, columns - width - 2)).map((line, i) => `${padEnd(i ? '' : cut(model, width), width)}  ${line}`),
	);
	const number = (value: number | undefined, digits: number) => (value === undefined ? '–' : value.toFixed(digits));
	const right = (title: string) => ({ title, align: 'right' as const, whole: true });
	return [
		wrapped(visible(text, false), columns)
			.map((line) => bold(line, colours))
			.join('\n'),
		`${splits.join('\n')}\n`,
		bold('Tokens', colours),
		table(
			[{ title: 'model' }, right('all'), ...sentences.map(({ name }) => right(name)), right('vocabulary'), { title: 'kind', whole: true }],
			models.map(({ model, ids, counts, vocabulary, tokenizer }) => [
				model,
				String(ids.length),
				...counts.map((one) => (one.tokens === null ? '–' : String(one.tokens))),
				vocabulary.toLocaleString('en'),
				tokenizer,
			]),
			columns,
		),
		bold('Tables', colours),
		table(
			[
				{ title: 'model' },
				right('width'),
				{ title: 'dtype', whole: true },
				right('mean norm'),
				right('least'),
				right('most'),
				{ title: 'at the exit', whole: true },
			],
			models.map(({ model, width: D, dtype, tied, statistics }) => [
				model,
				D === undefined ? '–' : String(D),
				dtype ?? 'none here',
				number(statistics?.meanNorm, 3),
				number(statistics?.leastNorm, 3),
				number(statistics?.mostNorm, 3),
				tied === undefined ? '–' : tied ? 'same table' : 'another table',
			]),
			columns,
		),
	].join('\n');
}
