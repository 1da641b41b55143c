// Compare: two models, or two precisions of one, on the same sentence.

import { digits } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useEncoding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Choose } from '../ui/fields.tsx';
import { Guesses } from '../ui/guesses.tsx';
import { Lacks } from '../ui/missing.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem, Room } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Source } from '../ui/source.tsx';
import { TokenFace, TokenStrip } from '../ui/token.tsx';
import { tokenText } from '../ui/token-text.ts';
import { Bar, Facts, useKnownModels } from './Bar.tsx';
import { NextApart } from './CompareNext.tsx';
import { States, sameVocabulary } from './CompareStates.tsx';

/** Guesses of each model, where they cannot stand in one table. */
const NEXT = 8;

export function Compare() {
	const { messages: t } = useSpeech();
	const words = t.views.compare;
	const { model } = usePlace();
	const known = useKnownModels();
	const [otherName, setOther] = useOption('other', model === 'gpt-2' ? 'smollm2' : 'gpt-2');
	const one = useModel(model);
	const two = useModel(otherName);
	return (
		<div className="view">
			<h2>{t.nav.compare}</h2>
			<p className="idea">{words.idea}</p>
			<Bar />
			<Choose label={words.other} choices={known} value={otherName} onChange={setOther} />
			<Opened entry={one}>{(a) => <Opened entry={two}>{(b) => <Both a={a} b={b} />}</Opened>}</Opened>
		</div>
	);
}

function Both({ a, b }: { readonly a: ModelCard; readonly b: ModelCard }) {
	const { messages: t } = useSpeech();
	const words = t.views.compare;
	return (
		<>
			<h3>{words.tokens}</h3>
			<div className="halves">
				{[a, b].map((card) => (
					<Half key={card.name} card={card} />
				))}
			</div>
			<Saves name="compared-facts" origin={{ models: [a, b], part: 'facts' }} table={() => factsOf([a, b])} />
			<h3>{words.rows}</h3>
			<Rows a={a} b={b} />
			{a.blocks.have > 0 && b.blocks.have > 0 && (
				<>
					<h3>{words.states}</h3>
					<States a={a} b={b} />
				</>
			)}
			{(a.writes || b.writes) && <h3>{words.next}</h3>}
			{a.writes && b.writes && sameVocabulary(a, b) ? (
				<NextApart a={a} b={b} />
			) : (
				(a.writes || b.writes) && (
					<div className="halves">
						{[a, b].map((card) => (
							<section key={card.name}>
								<h4>{card.title}</h4>
								{card.writes ? <Next card={card} /> : <Lacks card={card} wanted="writes" />}
							</section>
						))}
					</div>
				)
			)}
		</>
	);
}

const factsOf = (cards: readonly ModelCard[]) => ({
	header: ['model', 'file', 'bytes', 'architecture', 'vocabulary', 'tokenizer', 'rows', 'width', 'type', 'tied', 'blocks here', 'blocks'],
	rows: cards.map(({ title, fileName, byteLength, architecture = '', tokenizer, table, blocks }) => [
		title,
		fileName,
		byteLength,
		architecture,
		tokenizer?.size ?? '',
		tokenizer?.kind ?? '',
		table?.rows ?? '',
		table?.width ?? '',
		table?.dtype ?? '',
		table ? String(table.tied) : '',
		blocks.have,
		blocks.of,
	]),
});

function Half({ card }: { readonly card: ModelCard }) {
	const { messages: t, count } = useSpeech();
	const { text } = usePlace();
	const { value, refusal } = useEncoding(card.name, text);
	return (
		<section>
			<h4>{card.title}</h4>
			<Facts card={card} />
			{refusal && <Problem refusal={refusal} />}
			<p>
				{t.labelled(t.lesson.tokens.count, '')}
				<strong>{value ? count(value.length) : '…'}</strong>
			</p>
			<TokenStrip tokens={value ?? []} label={card.title} />
		</section>
	);
}

function Rows({ a, b }: { readonly a: ModelCard; readonly b: ModelCard }) {
	const { messages: t } = useSpeech();
	const words = t.views.compare;
	const { text } = usePlace();
	const same = a.name !== b.name && a.table?.width === b.table?.width && a.table !== undefined && sameVocabulary(a, b);
	const tokens = useEncoding(same ? a.name : undefined, text).value;
	const ids = [...new Map((tokens ?? []).map((token) => [token.id, token])).values()];
	const { value, refusal } = useAnswer(
		same && ids.length ? JSON.stringify([a.name, b.name, ids.map(({ id }) => id)]) : undefined,
		(signal) => ask('apart', [a.name, b.name, ids.map(({ id }) => id)], { signal }),
	);
	if (!same) return <p>{words.rowsNot}</p>;
	return (
		<>
			<p>{words.rowsIdea}</p>
			{refusal && <Problem refusal={refusal} />}
			{value && value.length === ids.length && (
				<Saves
					name="compared-rows"
					origin={{ models: [a, b], part: 'token embedding table', text }}
					table={() => ({
						header: ['id', 'token', 'cosine', 'largest difference'],
						rows: ids.map((token, i) => [token.id, tokenText(token), value[i]!.cosine, value[i]!.difference]),
					})}
				/>
			)}
			{value && value.length === ids.length && (
				<table className="numbers">
					<thead>
						<tr>
							<th scope="col">{t.token}</th>
							<th scope="col">{t.glossary.cosine.term}</th>
							<th scope="col">{t.lesson.vectors.difference}</th>
						</tr>
					</thead>
					<tbody>
						{ids.map((token, i) => (
							<tr key={token.id}>
								<th scope="row">
									<TokenFace token={token} />
								</th>
								<td>{digits(value[i]!.cosine, 6)}</td>
								<td>{digits(value[i]!.difference)}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</>
	);
}

function Next({ card }: { readonly card: ModelCard }) {
	const { text } = usePlace();
	const { value, refusal, busy } = useAnswer(JSON.stringify([card.name, text]), (signal) =>
		ask('next', [card.name, text, [], NEXT, 1], { signal }),
	);
	return (
		<>
			{refusal && <Problem refusal={refusal} />}
			<Room rows={NEXT}>
				{busy && !value && <Busy />}
				{value && <Guesses guesses={value.best} />}
			</Room>
			{value && (
				<Saves
					name={`${card.name}-next`}
					origin={{ models: [card], part: 'logits', precision: value.precision, text }}
					table={() => ({
						header: ['id', 'token', 'probability'],
						rows: value.best.map((one) => [one.id, tokenText(one), one.probability]),
					})}
				/>
			)}
			<Source card={card} part="logits" precision={value?.precision} />
		</>
	);
}
