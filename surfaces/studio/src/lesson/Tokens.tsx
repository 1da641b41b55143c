// Step 2, tokens and flags: live cuts, flags, merges of one piece, and what languages cost.

import { useState } from 'react';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useEncoding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useModels } from '../state/models.ts';
import { Choose, TextInput } from '../ui/fields.tsx';
import { Merges } from '../ui/merges.tsx';
import { Problem } from '../ui/problem.tsx';
import { Rich } from '../ui/rich.tsx';
import { Source } from '../ui/source.tsx';
import { BoxedStrip } from '../ui/token.tsx';
import { isolated, quoted } from '../ui/token-text.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';
import { longestWord } from './words.ts';

/** The same wish in four languages and without words. */
const WISHES: readonly { readonly lang: string; readonly text: string }[] = [
	{ lang: 'en', text: 'I love you so much.' },
	{ lang: 'ko', text: '너를 정말 많이 사랑해.' },
	{ lang: 'ja', text: 'あなたのことが大好きです。' },
	{ lang: 'zh', text: '我非常非常爱你。' },
	{ lang: 'ar', text: 'أحبك كثيرا جدا.' },
	{ lang: 'zxx', text: '❤️🥰' },
];
const WITH_FLAGS = ['lecture', 'llama-2', 'bert'];
const characters = (text: string) => [...new Intl.Segmenter().segment(text)].length;

export function Tokens({ card, text, setText, onRight }: StepProps) {
	const { messages: t } = useSpeech();
	const words = t.lesson.tokens;
	const { value, refusal } = useEncoding(card.name, text);
	const flags = [...(card.tokenizer?.before ?? []), ...(card.tokenizer?.after ?? [])];
	// A word with the blank before it: to most models that is one thing.
	const pieces = [...new Set(text.match(/ ?[\p{L}\p{M}\p{N}]+/gu) ?? [])].slice(0, 60);
	const [piece, setPiece] = useState('');
	const longest = pieces.toSorted((a, b) => b.length - a.length)[0];
	const chosen = pieces.includes(piece) ? piece : longest;
	// The question grows out of the learner's own longest word.
	const own = longestWord(text);
	const cut = useAnswer(own && JSON.stringify([card.name, own]), (signal) => ask('encode', [card.name, own!, 'none'], { signal }));
	const wanted = (cut.value?.length ?? 0) + 2;
	const costs = useAnswer(`${card.name} costs`, (signal) => ask('counts', [card.name, WISHES.map((wish) => wish.text)], { signal }));
	return (
		<>
			<TextInput label={t.sentence} value={text} onChange={setText} rows={2} />
			{refusal && <Problem refusal={refusal} />}
			{text === '' && <p>{t.empty}</p>}
			<BoxedStrip tokens={value ?? []} label={t.token} />
			<Source card={card} part={t.sourceTokenizer} />
			<p>
				<Rich text={flags.length ? words.flagsSome(flags.map((one) => quoted(one, t)).join(' ')) : words.flagsNone} />
			</p>
			{flags.length === 0 && <OthersWithFlags text={text} />}

			<h3>{words.mergesTitle}</h3>
			<p>
				<Rich text={words.mergesIdea} />
			</p>
			{chosen && (
				<>
					<Choose
						label={words.mergesPick}
						choices={pieces.map((id) => ({ id, name: id.replace(' ', '␣') }))}
						value={chosen}
						onChange={setPiece}
					/>
					<Merges model={card.name} word={chosen} />
				</>
			)}

			<h3>{words.costTitle}</h3>
			<p>{words.costIdea}</p>
			{costs.value && (
				<table>
					<thead>
						<tr>
							<th scope="col">{words.text}</th>
							<th scope="col" className="right">
								{words.characters}
							</th>
							<th scope="col" className="right">
								{words.count}
							</th>
							<td className="wide" />
						</tr>
					</thead>
					<tbody>
						{WISHES.map((wish, i) => (
							<tr key={wish.lang}>
								<th scope="row">
									<bdi lang={wish.lang}>{wish.text}</bdi>
								</th>
								<td className="right">{characters(wish.text)}</td>
								<td className="right">{costs.value![i]}</td>
								<td className="wide">
									<span className="bar" style={{ width: `${(100 * costs.value![i]!) / Math.max(...costs.value!)}%` }} />
								</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			<Source card={card} part={t.sourceTokenizer} />
			{own && cut.value ? (
				<Question
					question={words.question(isolated(own), cut.value.length, wanted)}
					about={`${card.name} ${own}`}
					check={async (word) => {
						if (/\s/.test(word)) return { right: false, say: words.oneWord };
						const tokens = await ask('encode', [card.name, word, 'none']);
						return tokens.length === wanted
							? { right: true, say: words.right(isolated(word), tokens.map((one) => quoted(one, t)).join(' ')) }
							: { right: false, say: words.wrong(isolated(word), tokens.length, wanted) };
					}}
					onRight={onRight}
				/>
			) : (
				<NeedWords />
			)}
		</>
	);
}

function OthersWithFlags({ text }: { readonly text: string }) {
	const entries = useModels(WITH_FLAGS).filter(({ refusal }) => !refusal);
	return entries.map(({ name, card }) => (card ? <Strip key={name} card={card} text={text} /> : <div key={name} className="labelled" />));
}

function Strip({ card, text }: { readonly card: ModelCard; readonly text: string }) {
	const { messages: t } = useSpeech();
	const { value, refusal } = useEncoding(card.name, text);
	return (
		<div className="labelled">
			<span className="name">
				{card.title}
				<span className="source">{card.fileName}</span>
			</span>
			{refusal ? <span className="hint">{t.lesson.tokens.cannotWrite}</span> : value && <BoxedStrip tokens={value} label={card.title} />}
		</div>
	);
}
