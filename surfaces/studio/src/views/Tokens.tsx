// Tokens: the live split of a text in one or several models, with offsets; and the vocabulary to search in.

import { useMemo, useState } from 'react';
import { Checkbox, CheckboxGroup } from 'react-aria-components';
import { ask } from '../engine/client.ts';
import type { ModelCard, TokenView } from '../engine/protocol.ts';
import { useEncoding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Push } from '../ui/fields.tsx';
import { Opened } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { csv, json, saveText } from '../ui/save.ts';
import { Source } from '../ui/source.tsx';
import { TokenStrip, tokenText } from '../ui/token.tsx';
import { Bar, useKnownModels } from './Bar.tsx';
import { Vocabulary } from './Vocabulary.tsx';

/** Tokens drawn at first, and with each further press: more at once would make typing slow. */
const SHOWN = 600;

export function Tokens() {
	const { messages: t } = useSpeech();
	const words = t.views.tokens;
	const { model } = usePlace();
	const known = useKnownModels();
	const [beside, setBeside] = useOption('beside', '');
	const others = beside.split(',').filter((name) => name && name !== model);
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.tokens}</h2>
			<Bar rows={5} />
			<CheckboxGroup className="checks" aria-label={words.beside} value={others} onChange={(names) => setBeside(names.join(','))}>
				<span className="label">{words.beside}</span>
				{known
					.filter(({ id }) => id !== model)
					.map(({ id, name }) => (
						<Checkbox key={id} value={id}>
							{name}
						</Checkbox>
					))}
			</CheckboxGroup>
			{[model, ...others].map((name) => (
				<Split key={name} name={name} />
			))}
			<Opened entry={entry}>{(card) => <Vocabulary card={card} />}</Opened>
		</div>
	);
}

function Split({ name }: { readonly name: string }) {
	const entry = useModel(name);
	return <Opened entry={entry}>{(card) => <SplitOf card={card} />}</Opened>;
}

function SplitOf({ card }: { readonly card: ModelCard }) {
	const { messages: t, count } = useSpeech();
	const words = t.views.tokens;
	const { text } = usePlace();
	const { value, refusal } = useEncoding(card.name, text);
	const [shown, setShown] = useState(SHOWN);
	const [picked, setPicked] = useState<number>();
	const characters = useAnswer(text, (signal) => ask('characters', [text], { signal })).value;
	const visible = useMemo(() => value?.slice(0, shown) ?? [], [value, shown]);
	const token = picked !== undefined ? value?.[picked] : undefined;
	const table = (tokens: readonly TokenView[]) => tokens.map((one) => [one.id, tokenText(one), one.kind, one.start, one.end]);
	return (
		<section className="split">
			<header>
				<h3>{card.title}</h3>
				{value && <p>{words.counts(count(value.length), count(characters ?? 0))}</p>}
				{value && (
					<div className="buttons">
						<Push
							kind="quiet"
							onPress={() => saveText(`${card.name}-tokens.csv`, 'text/csv', csv(['id', 'token', 'kind', 'start', 'end'], table(value)))}
						>
							{t.asCsv}
						</Push>
						<Push
							kind="quiet"
							onPress={() => saveText(`${card.name}-tokens.json`, 'application/json', json({ model: card.fileName, text, tokens: value }))}
						>
							{t.asJson}
						</Push>
					</div>
				)}
			</header>
			{refusal && <Problem refusal={refusal} />}
			{value && <TokenStrip tokens={visible} picked={picked} onPick={setPicked} label={card.title} />}
			{value && value.length > shown && (
				<Push onPress={() => setShown(shown + 5 * SHOWN)}>
					{t.more} ({count(value.length - shown)})
				</Push>
			)}
			{token && (
				<dl className="facts" aria-live="polite">
					<div>
						<dt>{t.token}</dt>
						<dd>
							<bdi>{tokenText(token)}</bdi>
						</dd>
					</div>
					<div>
						<dt>{t.id}</dt>
						<dd>{token.id}</dd>
					</div>
					<div>
						<dt>{t.kind}</dt>
						<dd>{t.kinds[token.kind]}</dd>
					</div>
					<div>
						<dt>{words.offsets}</dt>
						<dd>
							{token.start}–{token.end}
						</dd>
					</div>
				</dl>
			)}
			<Source card={card} />
		</section>
	);
}
