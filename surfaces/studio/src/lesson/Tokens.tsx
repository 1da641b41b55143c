// Step 2, tokens and flags: live cuts, flags, merges of one piece, and what languages cost.

import { useState } from 'react';
import { ask } from '../engine/client.ts';
import { titleOf } from '../engine/embedded.ts';
import { useEncoding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useModels } from '../state/models.ts';
import { Choose, TextInput } from '../ui/fields.tsx';
import { Merges } from '../ui/merges.tsx';
import { Problem } from '../ui/problem.tsx';
import { Rich } from '../ui/rich.tsx';
import { Source } from '../ui/source.tsx';
import { quoted, TokenStrip } from '../ui/token.tsx';
import { Question } from './Question.tsx';
import type { StepProps } from './step.ts';

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
	const costs = useAnswer(`${card.name} costs`, (signal) => ask('counts', [card.name, WISHES.map((wish) => wish.text)], { signal }));
	return (
		<>
			<TextInput label={t.sentence} value={text} onChange={setText} rows={2} />
			{refusal && <Problem refusal={refusal} />}
			{value && <TokenStrip tokens={value} label={t.token} />}
			<Source card={card} />
			<p>
				<Rich text={flags.length ? words.flagsSome(flags.map(quoted).join(' ')) : words.flagsNone} />
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
			<Question
				question={words.question}
				about={card.name}
				check={async (word) => {
					if (/\s/.test(word)) return { right: false, say: words.oneWord };
					const tokens = await ask('encode', [card.name, word, 'none']);
					return tokens.length === 3
						? { right: true, say: words.right(word, tokens.map(quoted).join(' ')) }
						: { right: false, say: words.wrong(word, tokens.length) };
				}}
				onRight={onRight}
			/>
		</>
	);
}

function OthersWithFlags({ text }: { readonly text: string }) {
	const open = useModels(WITH_FLAGS).filter((entry) => entry.card);
	return (
		<>
			{open.map((entry) => (
				<Strip key={entry.name} model={entry.name} text={text} />
			))}
		</>
	);
}

function Strip({ model, text }: { readonly model: string; readonly text: string }) {
	const { value } = useEncoding(model, text);
	return (
		<div className="labelled">
			<span className="name">{titleOf(model)}</span>
			{value && <TokenStrip tokens={value} label={titleOf(model)} />}
		</div>
	);
}
