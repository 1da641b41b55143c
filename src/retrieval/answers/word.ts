// A worded answer: a language model's own sentences, under a constraint by which a citation can only name a passage that was given.

import { TongsaError } from '../../errors.ts';
import type { Hit } from '../search.ts';
import { cited } from './extract.ts';
import type { AnswerMessage, AnswerModel, AnswerSentence, Citation } from './types.ts';

const MAX_SENTENCES = 6;
const MAX_SENTENCE_CHARACTERS = 400;

const SYSTEM = `You answer from numbered passages and from nothing else. Answer in the language of the question, in one to four short sentences. After each sentence name the passages that it stands on. If the passages do not answer the question, give no sentences.`;

/** JSON that can only cite passages 1 … count. An empty list: the passages do not say. */
export const answerSchema = (count: number): object => ({
	type: 'object',
	properties: {
		sentences: {
			type: 'array',
			maxItems: MAX_SENTENCES,
			items: {
				type: 'object',
				properties: {
					text: { type: 'string', minLength: 1, maxLength: MAX_SENTENCE_CHARACTERS },
					passages: { type: 'array', minItems: 1, maxItems: 3, items: { enum: Array.from({ length: count }, (_, i) => i + 1) } },
				},
				required: ['text', 'passages'],
				additionalProperties: false,
			},
		},
	},
	required: ['sentences'],
	additionalProperties: false,
});

export function answerMessages(question: string, passages: readonly Hit[]): AnswerMessage[] {
	const given = passages.map(({ heading, text }, i) => `[${i + 1}]${heading ? ` (${heading})` : ''} ${text}`).join('\n\n');
	return [
		{ role: 'system', content: SYSTEM },
		{
			role: 'user',
			content: `Passages:\n\n${given}\n\nQuestion: ${question}\n\nAnswer as JSON: {"sentences": [{"text": "…", "passages": [1]}]}`,
		},
	];
}

/** As many of the best passages as fit beside the answer, counted in the model's own tokens. @throws TongsaError 'too-large' if not one does. */
export async function fittingPassages(
	question: string,
	hits: readonly Hit[],
	model: AnswerModel,
	maxTokens: number,
): Promise<readonly Hit[]> {
	for (let count = hits.length; count > 0; count--) {
		const passages = hits.slice(0, count);
		if ((await model.count(answerMessages(question, passages))) + maxTokens <= model.contextTokens) return passages;
	}
	throw new TongsaError('too-large', 'no passage fits the model beside the question and the answer', {
		got: model.contextTokens,
		allowed: `a context of more than ${maxTokens} tokens and a passage`,
	});
}

interface Worded {
	readonly text: string;
	readonly passages: readonly number[];
}

/** @param onSentence told of each sentence once it is whole, with its citations' numbers */
export async function word(
	question: string,
	passages: readonly Hit[],
	model: AnswerModel,
	options: {
		readonly maxTokens: number;
		readonly signal?: AbortSignal;
		readonly onSentence?: (text: string, citations: readonly number[]) => void;
	},
): Promise<{ readonly text: string; readonly sentences: AnswerSentence[]; readonly citations: Citation[] }> {
	const { maxTokens, signal, onSentence } = options;
	let json = '';
	let text = '';
	const sentences: AnswerSentence[] = [];
	/** Passage → citation, numbered as they are first named. */
	const numbers = new Map<number, number>();
	const take = ({ text: sentence, passages: named }: Worded): void => {
		const own = sentence
			.replace(/\s+/g, ' ')
			.replace(/\s*\[\d+\]/g, '')
			.trim();
		if (own === '') return;
		const citations = [...new Set(named)].map((passage) => {
			if (!numbers.has(passage)) numbers.set(passage, numbers.size + 1);
			return numbers.get(passage)!;
		});
		if (text !== '') text += ' ';
		sentences.push({ start: text.length, end: text.length + own.length, citations });
		text += own;
		onSentence?.(own, citations);
	};
	let taken = 0;
	const seen = new Set<string>();
	for await (const piece of model.generate(answerMessages(question, passages), {
		schema: answerSchema(passages.length),
		maxTokens,
		...(signal && { signal }),
	})) {
		json += piece;
		const whole = wholeSentences(json);
		for (const sentence of whole.slice(taken)) {
			// A small model may say the same for ever.
			if (!seen.has(sentence.text)) take(sentence);
			seen.add(sentence.text);
		}
		taken = whole.length;
	}
	const citations = await Promise.all(Array.from(numbers, ([passage, n]) => cited(n, passages[passage - 1]!)));
	return { text, sentences, citations };
}

/** The sentences that are complete in a JSON text under way: cut at the token limit, its last one is left out. */
export function wholeSentences(json: string): Worded[] {
	for (let end = json.lastIndexOf('}'); end > 0; end = json.lastIndexOf('}', end - 1)) {
		for (const closing of ['', ']}']) {
			try {
				return (JSON.parse(json.slice(0, end + 1) + closing) as { sentences: Worded[] }).sentences;
			} catch {
				// not the end of a sentence
			}
		}
	}
	return [];
}
