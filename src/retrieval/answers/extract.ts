// An extractive answer: the sentences of the passages that answer best, as they stand.

import { dot } from '../../embedding/distance.ts';
import { duplicatesOf } from '../duplicates.ts';
import { sha256 } from '../hash.ts';
import type { Hit } from '../search.ts';
import { queryTerms, termsOf } from '../terms.ts';
import type { EmbeddingModel } from '../types.ts';
import type { AnswerSentence, Citation } from './types.ts';

/** A sentence of a passage; units of the passage's text. */
interface Candidate {
	readonly hit: Hit;
	readonly start: number;
	readonly end: number;
	readonly text: string;
	readonly rank: number;
}

/** Most sentences of an answer; and how far behind the best one may be to be one of them, as a part of the best one's lead over the mean. */
const MAX_SENTENCES = 3;
const CLOSE = 0.12;
/** Sentences that are compared with the question: those of the best passages. */
const MAX_CANDIDATES = 60;
/** What a passage's own rank adds: two sentences that are as near, the one of the better passage. */
const RANK_WORTH = 0.02;
/** What the question's words in a sentence are worth beside its meaning. */
const WORDS_WORTH = 0.1;

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });
const encoder = new TextEncoder();

/** Sentences with their citations, n from 1; in the order of the best. */
export async function extract(
	question: string,
	hits: readonly Hit[],
	model: EmbeddingModel | undefined,
	signal?: AbortSignal,
): Promise<{ readonly text: string; readonly sentences: AnswerSentence[]; readonly citations: Citation[] }> {
	const candidates = hits.flatMap((hit, rank) => candidatesOf(hit, rank)).slice(0, MAX_CANDIDATES);
	const scores = await scoresOf(question, candidates, model, signal);
	const order = candidates.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
	const best = scores[order[0]!]!;
	const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
	const close = order.filter((i) => scores[i]! >= best - CLOSE * (best - mean));
	const repeated = duplicatesOf(close.map((i) => candidates[i]!.text));
	const chosen = close.filter((_, i) => repeated[i] === undefined).slice(0, MAX_SENTENCES);

	let text = '';
	const parts: AnswerSentence[] = [];
	const citations: Citation[] = [];
	for (const i of chosen) {
		const { hit, start, end, text: sentence } = candidates[i]!;
		const n = citations.length + 1;
		if (text !== '') text += ' ';
		parts.push({ start: text.length, end: text.length + sentence.length, citations: [n] });
		text += sentence;
		citations.push(await cited(n, hit, start, end));
	}
	return { text, sentences: parts, citations };
}

/** A part of a passage as a citation; units of the passage's text. */
export async function cited(n: number, hit: Hit, start = 0, end = hit.text.length): Promise<Citation> {
	const quote = hit.text.slice(start, end);
	const before = hit.text.slice(0, start);
	const byteStart = hit.byteStart + encoder.encode(before).length;
	return {
		n,
		path: hit.path,
		start: hit.start + start,
		end: hit.start + end,
		byteStart,
		byteEnd: byteStart + encoder.encode(quote).length,
		line: hit.line + (before.match(/\n/g)?.length ?? 0),
		...(hit.page !== undefined && { page: hit.page }),
		heading: hit.heading,
		quote,
		sha256: await sha256(quote),
		fileSha256: hit.fileSha256,
	};
}

/** Sentences, without headings and without what is no sentence. */
function candidatesOf(hit: Hit, rank: number): Candidate[] {
	const out: Candidate[] = [];
	for (const { index, segment } of sentences.segment(hit.text)) {
		const start = index + (segment.length - segment.trimStart().length);
		const text = segment.trim();
		if (!/\p{L}.*\p{L}/su.test(text) || /^#{1,6}\s/.test(text) || isHeading(hit, text)) continue;
		out.push({ hit, start, end: start + text.length, text, rank });
	}
	return out.length ? out : [{ hit, start: 0, end: hit.text.length, text: hit.text, rank }];
}

const isHeading = ({ heading, title }: Hit, text: string): boolean => text === title || heading.split(' › ').includes(text);

async function scoresOf(
	question: string,
	candidates: readonly Candidate[],
	model: EmbeddingModel | undefined,
	signal?: AbortSignal,
): Promise<number[]> {
	const asked = queryTerms(question).map(({ term }) => term);
	const words = candidates.map(({ text }) => {
		const terms = termsOf(text);
		return asked.filter((term) => terms.has(term)).length / (asked.length || 1);
	});
	if (!model) return candidates.map(({ rank }, i) => words[i]! - RANK_WORTH * rank);
	const options = signal ? { signal } : {};
	const [query] = await model.embed([question], { kind: 'query', ...options });
	// With the heading above it, a sentence says what it is about.
	const vectors = await model.embed(
		candidates.map(({ hit, text }) => fitting(`${hit.heading ? `${hit.heading}\n` : ''}${text}`, text, model)),
		{ kind: 'passage', ...options },
	);
	return candidates.map(({ rank }, i) => dot(vectors[i]!, query!) + WORDS_WORTH * words[i]! - RANK_WORTH * Math.min(rank, 3));
}

function fitting(whole: string, sentence: string, model: EmbeddingModel): string {
	return model.offsets(whole).length / 2 <= model.maxTokens ? whole : sentence;
}
