// ask QUESTION: an answer from one's own texts, each sentence with the passage that it stands on.

import { nodeHost } from '../../../hosts/node/host.ts';
import { answerModelOf } from '../../../src/model/answer-model.ts';
import { openModel } from '../../../src/model.ts';
import { type AskOptions, ask } from '../../../src/retrieval/answers/ask.ts';
import type { Answer as TextAnswer } from '../../../src/retrieval/answers/types.ts';
import { answerJson } from '../../protocol/texts.ts';
import type { Answer, Call } from '../call.ts';
import { filterOf, placeText, plainText, shownPath, withCollection } from './texts.ts';

/** Up to here a model words answers worse than the passages themselves do: docs/retrieval.md, "Answers by small models". */
const SMALL = 600_000_000;

export async function run(call: Call): Promise<Answer | undefined> {
	const question = call.arguments[0] ?? (call.terminal.stdinIsTerminal ? undefined : (await call.terminal.readAll()).trim());
	if (!question) throw call.usage('ask needs QUESTION, in quotes or piped in');
	const options: AskOptions = {
		top: call.integer('top', 8, 1, 100),
		maxTokens: call.integer('max-tokens', 300, 16, 8192),
		filter: filterOf(call),
		signal: call.signal,
	};
	const reference = call.value('model');
	return withCollection(call, {}, async ({ collection }) => {
		const finish = async (answer: TextAnswer): Promise<Answer> => ({
			json: answerJson(collection, answer, shownPath),
			text: () => page(call, answer, reference === undefined),
		});
		if (reference === undefined) return finish(await ask(collection, question, options));
		const opened = await openModel(nodeHost(), reference, { signal: call.signal });
		try {
			const model = answerModelOf(opened);
			const small = model.parameters <= SMALL && !call.flag('worded');
			if (small) {
				const millions = Math.round(model.parameters / 1e6);
				call.terminal.note(
					`tongsa: ${reference} has ${millions} million parameters; models of this size word answers worse than the passages do, so these are quoted (--worded to have it all the same)\n`,
				);
			}
			return await finish(await ask(collection, question, small ? options : { ...options, model, onSentence: streamed(call) }));
		} finally {
			await opened.close();
		}
	});
}

/** Sentences as they come, for people. */
function streamed(call: Call): (text: string, citations: readonly number[]) => void {
	if (!call.terminal.stderrIsTerminal || call.flag('json')) return () => {};
	return (text, citations) => call.terminal.note(`${plainText(text)} ${marks(citations)}\n`);
}

const marks = (citations: readonly number[]): string => citations.map((n) => `[${n}]`).join('');

async function page(call: Call, answer: TextAnswer, howTo: boolean): Promise<string> {
	const { bold, dim } = await import('../view/colour.ts');
	const { wrapped } = await import('../view/text.ts');
	const { columns, colours } = call.terminal;
	if (answer.abstained) {
		const near = answer.passages.slice(0, 3).map((hit) => `  ${plainText(placeText(hit))}`);
		return `The texts do not say.\n${near.length ? `${dim('The nearest that was found:', colours)}\n${near.join('\n')}\n` : ''}`;
	}
	const sentences = answer.sentences.map(({ start, end, citations }) => `${plainText(answer.text.slice(start, end))} ${marks(citations)}`);
	const quotes = answer.citations.flatMap((citation) => [
		bold(`[${citation.n}] ${plainText(placeText(citation))}`, colours) +
			(citation.heading ? dim(`  ${plainText(citation.heading)}`, colours) : ''),
		...(answer.mode === 'worded' ? wrapped(plainText(citation.quote).replace(/\s+/g, ' '), columns - 4).map((line) => `    ${line}`) : []),
	]);
	const note =
		'Sentences as they stand in the texts. For an answer in a model’s own words: tongsa pull a model of more than 0.6 billion parameters, then ask … --model NAME';
	return `${sentences.flatMap((sentence) => wrapped(sentence, columns)).join('\n')}\n\n${quotes.join('\n')}\n${howTo ? `\n${dim(wrapped(note, columns).join('\n'), colours)}\n` : ''}`;
}
