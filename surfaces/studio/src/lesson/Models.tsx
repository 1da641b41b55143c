// Step 5, every model has its own interpreter: one sentence in several dictionaries, one id in several vocabularies.

import { digits, largest } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard, TokenView } from '../engine/protocol.ts';
import { useEmbedding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { Heat } from '../matrix/Heat.tsx';
import { Scale } from '../matrix/Scale.tsx';
import { useSpeech } from '../messages/index.ts';
import { useModel, useModels } from '../state/models.ts';
import { useOption } from '../state/place.tsx';
import { TextInput } from '../ui/fields.tsx';
import { reopen } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { BoxedStrip, TokenFace } from '../ui/token.tsx';
import { Question } from './Question.tsx';
import type { StepProps } from './step.ts';

const DICTIONARIES = ['gpt-2', 'gpt-4', 'gpt-4o', 'llama-2', 'falcon', 'bert'];

/** One is right, whatever the sentence and the models: it follows from what the step shows. */
const ANSWERS = ['same', 'id', 'foreign', 'width'] as const;
const RIGHT = 'foreign';

export function Models({ card, text, setText, onRight }: StepProps) {
	const { messages: t, count } = useSpeech();
	const words = t.lesson.models;
	const entries = useModels(DICTIONARIES);
	const cards = [card, ...entries.flatMap((entry) => entry.card ?? [])].filter((one) => one.tokenizer);
	const names = cards.map(({ name }) => name);
	const shown = new Set([card.name, ...entries.flatMap(({ name, refusal }) => (refusal ? [] : [name]))]);
	const splits = useAnswer(JSON.stringify([names, text]), (signal) =>
		Promise.all(names.map((name) => ask('encode', [name, text, 'add'], { signal }))),
	);
	const tokensOf = (i: number): readonly TokenView[] => splits.value?.[i] ?? [];
	return (
		<>
			<TextInput label={t.sentence} value={text} onChange={setText} />
			{splits.refusal && <Problem refusal={splits.refusal} />}
			{entries.flatMap((entry) =>
				entry.refusal ? [<Problem key={entry.name} refusal={entry.refusal} onRetry={() => reopen(entry.name)} />] : [],
			)}
			<div className="dictionaries">
				{[...shown].map((name) => {
					const i = names.indexOf(name);
					const one = cards[i];
					// Until it is open it has its place.
					if (!one) return <section key={name} className="dictionary" />;
					return (
						<section key={one.name} className="dictionary">
							<header>
								<h3>{one.title}</h3>
								<dl>
									<div>
										<dt>{words.tokens}</dt>
										<dd>{splits.value ? count(tokensOf(i).length) : '…'}</dd>
									</div>
									<div>
										<dt>{words.size}</dt>
										<dd>{count(one.tokenizer!.size)}</dd>
									</div>
									<div>
										<dt>{words.width}</dt>
										<dd>{one.table ? count(one.table.width) : words.noVectors}</dd>
									</div>
								</dl>
							</header>
							<BoxedStrip tokens={tokensOf(i)} label={one.title} />
							{one.table ? <OwnRows card={one} text={text} /> : <Source card={one} part={t.sourceTokenizer} />}
						</section>
					);
				})}
			</div>

			<h3>{words.idTitle}</h3>
			<p>{words.idIdea}</p>
			<OneId cards={cards} />

			<h3>{words.foreignTitle}</h3>
			<Foreign card={card} />

			<h3>{words.closedTitle}</h3>
			<p>{words.closedIdea}</p>
			<div className="cards">
				{Object.values(words.cards).map((closed) => (
					<section key={closed.name} className="card">
						<h4>{closed.name}</h4>
						<p>
							<strong>{words.published}</strong> {closed.known}
						</p>
						<p>
							<strong>{words.unknown}</strong> {closed.closed}
						</p>
					</section>
				))}
			</div>

			<Question
				question={words.question(card.title)}
				about={card.name}
				choices={ANSWERS.map((id) => ({ id, name: words.answers[id].name }))}
				check={(id) => ({ right: id === RIGHT, say: words.answers[id as (typeof ANSWERS)[number]].say })}
				onRight={onRight}
			/>
		</>
	);
}

/** The rows of the sentence, where the file has vectors. */
function OwnRows({ card, text }: { readonly card: ModelCard; readonly text: string }) {
	const { messages: t, count } = useSpeech();
	const { value } = useEmbedding(card.name, text);
	const [rows = 0, columns = 0] = value?.shape ?? [];
	if (!value || rows === 0) return null;
	return (
		<>
			<Heat
				picture={{ data: value.data, rows, columns, scale: 'signed', limit: largest(value.data) }}
				label={t.lesson.languages.caption(count(rows), count(columns))}
				rowHeight={Math.min(10, 120 / rows)}
			/>
			<Scale scale="signed" limit={largest(value.data)} />
			<Source card={card} provenance={value.provenance} />
		</>
	);
}

function OneId({ cards }: { readonly cards: readonly ModelCard[] }) {
	const { messages: t } = useSpeech();
	const [typed, setTyped] = useOption('id', '306');
	const id = /^\d{1,7}$/.test(typed.trim()) ? Number(typed) : undefined;
	const names = cards.map(({ name }) => name);
	const found = useAnswer(id === undefined ? undefined : JSON.stringify([names, id]), (signal) =>
		Promise.all(names.map((name) => ask('tokens', [name, [id!]], { signal }))),
	);
	return (
		<>
			<TextInput label={t.id} value={typed} onChange={setTyped} numeric width="10rem" />
			{found.value && (
				<table>
					<tbody>
						{cards.map((one, i) => {
							const token = found.value?.[i]?.[0];
							return (
								<tr key={one.name}>
									<th scope="row">{one.title}</th>
									<td>
										{token ? (
											<span className="token hue0">
												<span className="still">
													<TokenFace token={token} />
												</span>
											</span>
										) : (
											t.lesson.models.outside
										)}
									</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			)}
		</>
	);
}

/** A word that both models have as one token. */
const WORD = 'love';

function Foreign({ card }: { readonly card: ModelCard }) {
	const { messages: t } = useSpeech();
	const other = useModel('lecture').card;
	const pair = [card, other].flatMap((one) => (one?.table ? [one] : []));
	const rows = useAnswer(pair.length === 2 ? JSON.stringify(pair.map(({ name }) => name)) : undefined, (signal) =>
		Promise.all(pair.map(({ name }) => ask('reading', [name, [{ word: WORD, share: 1 }], 1], { signal }))),
	).value;
	if (!other?.table || !card.table) return null;
	return (
		<>
			<p>{t.lesson.models.foreignIdea(card.title, card.table.width, other.title, other.table.width)}</p>
			{rows?.map(({ vector, matches: [row] }, i) => (
				<div key={pair[i]!.name}>
					<p>{t.labelled(pair[i]!.title, t.lesson.vectors.rowOf(t.quote(WORD), row!.id))}</p>
					<p className="numbers">
						{Array.from(vector.subarray(0, 4), (x) => digits(x)).join('  ')}
						{vector.length > 4 && ' …'}
					</p>
					<Source card={pair[i]!} />
				</div>
			))}
		</>
	);
}
