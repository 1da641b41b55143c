// Step 6, two are drawn, really one: reading vectors back, between two words, and sums of words.

import { digits, largest, percent } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import { Heat } from '../matrix/Heat.tsx';
import { Scale } from '../matrix/Scale.tsx';
import { useSpeech } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { Slide, TextInput } from '../ui/fields.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Ranking } from '../ui/ranking.tsx';
import { Rich } from '../ui/rich.tsx';
import { Source } from '../ui/source.tsx';
import { TokenFace } from '../ui/token.tsx';
import { isolated, quoted, tokenText } from '../ui/token-text.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';
import { longestWord } from './words.ts';

export function Reading({ card, text, onRight }: StepProps) {
	const { messages: t, count } = useSpeech();
	const words = t.lesson.reading;
	const [word, setWord] = useOption('word', 'love');
	const near = useReading(card.name, [{ word, share: 1 }], 10);
	// The question is about a word of the learner's own sentence, other than the one that the page starts with.
	const own = longestWord(text, 'love');
	const asked = useAnswer(own && `${card.name} ${own}`, async (signal) => {
		const { matches, words: found } = await ask('reading', [card.name, [{ word: own!, share: 1 }], 60], { signal });
		const [best, ...others] = matches.filter(({ id }) => !found[0]!.ids.includes(id));
		// A choice must be something that can be read.
		const legible = others.filter((one) => one.kind === 'normal' && /\p{L}/u.test(one.text) && !one.bytes);
		return [best, legible[3], legible[10], legible[24]].filter((one) => one !== undefined);
	});
	if (!card.table) return <Problem refusal={{ code: 'unsupported', message: `${card.fileName}: ${t.lesson.models.noVectors}` }} />;
	return (
		<>
			<p>
				<Rich text={card.table.tied ? words.tied(card.title) : words.untied(card.title)} />
			</p>
			<p className="source">
				{words.seen(card.fileName, count(card.table.rows), count(card.table.width))}{' '}
				{card.table.tensors.map((name) => (
					<code key={name}>{name}</code>
				))}
			</p>
			<h3>{words.nearestTitle}</h3>
			<TextInput label={words.word} value={word} onChange={setWord} width="20rem" />
			{near.refusal && <Problem refusal={near.refusal} />}
			{near.busy && !near.value && <Busy />}
			{near.value && <NotOne words={near.value.words} />}
			{near.value && <Ranking matches={near.value.matches} label={words.nearestTitle} />}
			<Source card={card} />
			<Between card={card} />
			<Sums card={card} />
			{own === undefined && <NeedWords />}
			{own !== undefined && asked.value && asked.value.length > 1 && (
				<Question
					question={words.question(isolated(t.quote(own)))}
					hint={words.hint}
					about={`${card.name} ${own}`}
					choices={asked.value.toSorted((a, b) => a.id - b.id).map((one) => ({ id: String(one.id), name: tokenText(one) }))}
					check={(id) => {
						const given = asked.value!.find((one) => String(one.id) === id)!;
						const right = given === asked.value![0];
						return { right, say: (right ? words.right : words.wrong)(quoted(given, t), digits(given.score)) };
					}}
					onRight={onRight}
				/>
			)}
		</>
	);
}

function useReading(model: string, terms: readonly { word: string; share: number }[], top: number, withoutOwn = false) {
	const ready = terms.length > 0 && terms.every(({ word }) => word !== '');
	return useAnswer(ready ? JSON.stringify([model, terms, top, withoutOwn]) : undefined, (signal) =>
		ask('reading', [model, terms, top, withoutOwn], { signal }),
	);
}

function NotOne({ words }: { readonly words: readonly { word: string; ids: readonly number[] }[] }) {
	const t = useSpeech().messages;
	const split = words.filter(({ ids }) => ids.length > 1);
	return (
		<>
			{split.map(({ word, ids }) => (
				<p key={word} className="hint">
					{t.lesson.reading.notOne(isolated(word), ids.length)}
				</p>
			))}
		</>
	);
}

function Between({ card }: { readonly card: ModelCard }) {
	const { messages: t } = useSpeech();
	const words = t.lesson.reading;
	const [from, setFrom] = useOption('from', ' love');
	const [to, setTo] = useOption('to', ' war');
	const [share, setShare] = useOption('share', 0.5);
	const ends = [
		{ word: from, share: 1 - share },
		{ word: to, share },
	];
	const { value, refusal, busy } = useReading(card.name, ends, 5);
	return (
		<>
			<h3>{words.between}</h3>
			<div className="fields">
				<TextInput label={words.from} value={from} onChange={setFrom} />
				<TextInput label={words.to} value={to} onChange={setTo} />
			</div>
			<Slide label={words.share} value={share} onChange={setShare} min={0} max={1} step={0.01} format={{ style: 'percent' }} />
			{refusal && <Problem refusal={refusal} />}
			{busy && !value && <Busy />}
			{value && (
				<>
					<Heat
						picture={{ data: value.vector, rows: 1, columns: value.vector.length, scale: 'signed', limit: largest(value.vector) }}
						label={`${words.from} ${from}, ${words.to} ${to}, ${percent(share)}`}
						rowHeight={24}
					/>
					<Scale scale="signed" limit={largest(value.vector)} />
					<p aria-live="polite">
						{words.readsAs}{' '}
						<strong className="token hue1">
							<span className="still">
								<TokenFace token={value.matches[0]!} />
							</span>
						</strong>
					</p>
					<Ranking matches={value.matches} label={words.between} />
					<Source card={card} />
				</>
			)}
		</>
	);
}

/** "king, woman" → its words. A leading blank is kept: for many models " king" is the word and "king" a part of one. */
const listOf = (text: string): string[] =>
	text
		.split(/[,、，]/)
		.map((word) => word.trimEnd())
		.filter((word) => word.trim() !== '');

function Sums({ card }: { readonly card: ModelCard }) {
	const { messages: t } = useSpeech();
	const words = t.lesson.reading;
	const [plus, setPlus] = useOption('plus', ' king, woman');
	const [minus, setMinus] = useOption('minus', ' man');
	const terms = [...listOf(plus).map((word) => ({ word, share: 1 })), ...listOf(minus).map((word) => ({ word, share: -1 }))];
	const { value, refusal, busy } = useReading(card.name, terms, 8, true);
	return (
		<>
			<h3>{words.sumsTitle}</h3>
			<p>{words.sumsIdea}</p>
			<div className="fields">
				<TextInput label={words.plus} value={plus} onChange={setPlus} />
				<TextInput label={words.minus} value={minus} onChange={setMinus} />
			</div>
			{refusal && <Problem refusal={refusal} />}
			{busy && !value && <Busy />}
			{value && <NotOne words={value.words} />}
			{value && (
				<>
					<Ranking matches={value.matches} label={words.sumsTitle} />
					<Source card={card} />
				</>
			)}
		</>
	);
}
