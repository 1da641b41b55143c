// Edit: heads switched off, a row swapped, a vector added; lens, next tokens and text of the changed run beside the run as it is.

import { type CSSProperties, useState } from 'react';
import { Checkbox, CheckboxGroup } from 'react-aria-components';
import { headsOf } from '../attention/read.ts';
import { ask } from '../engine/client.ts';
import type { Array2, ModelCard, Precision, TokenView } from '../engine/protocol.ts';
import { useAttention } from '../engine/questions.ts';
import { useAnswer, useParts } from '../engine/use.ts';
import type { Both, Edits } from '../engine/work-edit.ts';
import { AlikeStates } from '../matrix/similarity.tsx';
import { useMessages } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { type Choice, Choose, Push, Slide, TextInput } from '../ui/fields.tsx';
import { Guesses } from '../ui/guesses.tsx';
import { LensPair } from '../ui/lens-pair.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem, Room } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Source } from '../ui/source.tsx';
import { tokenText } from '../ui/token-text.ts';
import { Bar } from './Bar.tsx';

/** Tokens that both runs go on by: each costs two whole runs. */
const WRITTEN = 12;

export function Edit() {
	const t = useMessages();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.edit}</h2>
			<p className="idea">{t.views.edit.idea}</p>
			<Bar />
			<Opened entry={entry}>{(card) => (card.blocks.have > 0 ? <EditOf card={card} /> : <p>{t.sourceDictionary}</p>)}</Opened>
		</div>
	);
}

function EditOf({ card }: { readonly card: ModelCard }) {
	const t = useMessages();
	const words = t.views.edit;
	const { text } = usePlace();
	const [layer, setLayer] = useOption('layer', 0);
	const [off, setOff] = useOption('off', '0');
	const [swapToken, setSwapToken] = useOption('swapToken', -1);
	const [swapWord, setSwapWord] = useOption('swapWord', ' hate');
	const [addWord, setAddWord] = useOption('addWord', '');
	const [strength, setStrength] = useOption('strength', 1);
	const { have, of } = card.blocks;
	const block = Math.min(Math.max(0, Math.trunc(layer)), have - 1);
	const attention = useAttention(card.name, text, block);
	const heads = off
		.split(',')
		.filter((one) => /^\d+$/.test(one))
		.map(Number);
	const tokens = attention.value?.tokens ?? [];
	const H = attention.value ? headsOf(attention.value) : 0;
	const edits = {
		layer: block,
		heads: heads.filter((head) => head < H),
		swap: swapToken >= 0 && swapToken < tokens.length && swapWord ? { token: swapToken, word: swapWord } : undefined,
		add: addWord ? { word: addWord, strength } : undefined,
	};
	const ready = H > 0 && tokens.length > 0;
	const key = ready ? JSON.stringify([card.name, text, edits]) : undefined;
	const { value, refusal, busy } = useAnswer(key, (signal) => ask('edited', [card.name, text, edits, have], { signal }));
	const places = tokens.map((token, i) => ({ id: String(i), name: `${i + 1}. ${tokenText(token)}` }));
	return (
		<>
			<div className="halves">
				<section>
					<h3>{words.heads}</h3>
					{have > 1 && (
						<Choose
							label={t.lesson.attention.block}
							choices={Array.from({ length: have }, (_, i) => ({ id: String(i), name: String(i) }))}
							value={String(block)}
							onChange={(id) => setLayer(Number(id))}
						/>
					)}
					<CheckboxGroup
						className="checks heads-off"
						aria-label={words.heads}
						value={heads.map(String)}
						onChange={(list) => setOff(list.join(',') || 'none')}
					>
						{Array.from({ length: H }, (_, head) => (
							<Checkbox key={head} value={String(head)}>
								{t.lesson.attention.head} {head}
							</Checkbox>
						))}
					</CheckboxGroup>
				</section>
				<section>
					<h3>{words.swap}</h3>
					<Choose
						label={words.swapToken}
						choices={[{ id: '-1', name: words.nothing }, ...places]}
						value={String(edits.swap ? swapToken : -1)}
						onChange={(id) => setSwapToken(Number(id))}
					/>
					<TextInput label={words.swapWord} value={swapWord} onChange={setSwapWord} />
				</section>
				<section>
					<h3>{words.add}</h3>
					<TextInput label={words.addWord} value={addWord} onChange={setAddWord} />
					<Slide label={words.strength} value={strength} onChange={setStrength} min={-4} max={4} step={0.25} />
				</section>
			</div>
			{(attention.refusal ?? refusal) && <Problem refusal={(attention.refusal ?? refusal)!} />}
			{busy && !value && (
				<Room rows={have} row={1.5} rest={card.writes ? 40 : 12}>
					<Busy />
				</Room>
			)}
			{value && card.writes && <Beside card={card} text={text} edits={edits} places={places} />}
			{value && have < of && <p className="hint">{t.lesson.context.partial(have, of)}</p>}
			{value && <Moved card={card} text={text} edits={edits} value={value} />}
		</>
	);
}

/** Lens, next tokens and text of the run as it is, and of the changed one. */
function Beside({
	card,
	text,
	edits,
	places,
}: {
	readonly card: ModelCard;
	readonly text: string;
	readonly edits: Edits;
	readonly places: readonly Choice[];
}) {
	const t = useMessages();
	const words = t.views.edit;
	const layers = card.blocks.have;
	const [wanted, setToken] = useOption('token', -1);
	const token = wanted >= 0 && wanted < places.length ? wanted : places.length - 1;
	const lens = useAnswer(JSON.stringify([card.name, text, edits, token]), (signal) =>
		ask('editedLens', [card.name, text, edits, token, layers], { signal }),
	);
	const names = { before: words.before, after: words.after };
	const [asked, setAsked] = useState('');
	const key = JSON.stringify([card.name, text, edits]);
	const { parts, refusal, busy } = useParts<Both<string>, void>(asked === key ? key : undefined, (signal, onPart) =>
		ask('editedText', [card.name, text, edits, WRITTEN], { signal, onPart: (part) => onPart(part as Both<string>) }),
	);
	const origin = { models: [card], part: 'blocks.*.output → final norm → logits', text, edits };
	const sides = ['before', 'after'] as const;
	return (
		<>
			<h3>{words.lens}</h3>
			<Choose label={words.lensToken} choices={places} value={String(token)} onChange={(id) => setToken(Number(id))} />
			{lens.refusal && <Problem refusal={lens.refusal} />}
			<div className="pair-room" style={{ '--layers': layers + 1 } as CSSProperties}>
				{lens.busy && !lens.value && <Busy />}
				{lens.value && (
					<>
						<div className="lens-beside">
							<LensPair lens={lens.value} names={names} label={words.lens} />
							<div className="halves">
								{sides.map((side) => (
									<section key={side}>
										<h4>{names[side]}</h4>
										<Guesses guesses={lens.value![side].at(-1)!} />
									</section>
								))}
							</div>
						</div>
						<Saves
							name="edited-lens"
							origin={{ ...origin, precision: lens.value.precision, token }}
							table={() => ({
								header: ['layer', 'run', 'rank', 'token', 'probability'],
								rows: sides.flatMap((side) =>
									lens.value![side].flatMap((guesses, layer) =>
										guesses.map((guess, rank) => [layer - 1, side, rank + 1, tokenText(guess), guess.probability]),
									),
								),
							})}
						/>
					</>
				)}
			</div>
			<Source card={card} part={origin.part} precision={lens.value?.precision} />
			<h3>{words.text}</h3>
			<div className="buttons">
				<Push kind="main" onPress={() => setAsked(key)} disabled={asked === key}>
					{words.write(WRITTEN)}
				</Push>
				{asked === key && (
					<Push onPress={() => setAsked('')} disabled={!busy}>
						{t.cancel}
					</Push>
				)}
			</div>
			{refusal && <Problem refusal={refusal} />}
			{asked === key && (
				<Saves
					name="edited-text"
					origin={{ ...origin, part: 'logits', precision: 'fast' }}
					table={() => ({
						header: ['place', 'before', 'after'],
						rows: parts.map((part, i) => [i + 1, part.before, part.after]),
					})}
				/>
			)}
			{asked === key && (
				<div className="halves" aria-live="polite">
					{sides.map((side) => (
						<section key={side}>
							<h4>{names[side]}</h4>
							<p dir="auto" className="written">
								{text}
								<strong>{parts.map((part) => part[side]).join('')}</strong>
							</p>
						</section>
					))}
				</div>
			)}
		</>
	);
}

/** How far each token's state has moved, block by block. */
function Moved({
	card,
	text,
	edits,
	value,
}: {
	readonly card: ModelCard;
	readonly text: string;
	readonly edits: Edits;
	readonly value: { readonly tokens: readonly TokenView[]; readonly moved: Array2; readonly precision: Precision };
}) {
	const t = useMessages();
	const words = t.views.edit;
	const { tokens, moved, precision } = value;
	return (
		<>
			<h3>{words.alike}</h3>
			<p>{words.alikeIdea}</p>
			<AlikeStates
				states={moved}
				measure="moved"
				tokens={tokens}
				saved={{ name: 'edited-states', origin: { models: [card], part: 'blocks.*.output', precision, text, edits, measure: 'moved' } }}
			/>
			<Source card={card} part="blocks.*.output" precision={precision} />
		</>
	);
}
