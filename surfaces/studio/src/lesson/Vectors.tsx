// Step 3, a vector for each token: the course's small table, the real one, and the same row in two sentences.

import { useEffect, useMemo, useRef } from 'react';
import { css, ink, painter } from '../display/colour.ts';
import { digits, fixed, largest } from '../display/number.ts';
import { useShade } from '../display/theme.ts';
import type { ModelCard, TokenView } from '../engine/protocol.ts';
import { useEmbedding } from '../engine/questions.ts';
import { Heat } from '../matrix/Heat.tsx';
import { Scale } from '../matrix/Scale.tsx';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption } from '../state/place.tsx';
import { TextInput } from '../ui/fields.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Rich } from '../ui/rich.tsx';
import { Scroller } from '../ui/scroller.tsx';
import { Source } from '../ui/source.tsx';
import { BoxedStrip, TokenFace } from '../ui/token.tsx';
import { quoted, tokenText } from '../ui/token-text.ts';
import { askedDimension } from './dimension.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';

const OTHER_SENTENCE = 'They love old maps so much.';

export function Vectors({ card, text, setText, onRight }: StepProps) {
	const { messages: t, count } = useSpeech();
	const words = t.lesson.vectors;
	const lecture = useModel('lecture');
	const { value, refusal, busy } = useEmbedding(card.name, text);
	const [picked, setPicked] = useOption('token', 1);
	const rows = value?.tokens.length ?? 0;
	const at = Math.min(Math.max(0, picked), rows - 1);
	const width = value?.shape[1] ?? 0;
	const row = value && rows > 0 ? value.data.subarray(at * width, (at + 1) * width) : undefined;
	const choices = [...new Map(value?.tokens.map((token) => [token.id, { id: String(token.id), name: tokenText(token) }])).values()];
	const asked = useMemo(() => (value ? askedDimension(value.data, width, text) : 0), [value, width, text]);
	return (
		<>
			<h3>{words.lectureTitle}</h3>
			<Opened entry={lecture}>{(small) => <WholeTable card={small} />}</Opened>

			<h3>{words.realTitle(card.title)}</h3>
			{card.table && <p>{words.realIdea(count(card.table.rows), count(card.table.width))}</p>}
			<TextInput label={t.sentence} value={text} onChange={setText} />
			{refusal && <Problem refusal={refusal} />}
			{busy && !value && <Busy />}
			{text === '' && <p>{t.empty}</p>}
			{value && <BoxedStrip tokens={value.tokens} picked={at} onPick={setPicked} label={t.token} />}
			{row && value && (
				<div className="row-lifted" key={value.tokens[at]!.id}>
					<h4>{words.rowOf(quoted(value.tokens[at]!, t), value.tokens[at]!.id)}</h4>
					<Heat
						picture={{ data: row, rows: 1, columns: width, scale: 'signed', limit: largest(value.data) }}
						label={words.rowOf(quoted(value.tokens[at]!, t), value.tokens[at]!.id)}
						rowHeight={28}
					/>
					<Scale scale="signed" limit={largest(value.data)} />
					<NumberList values={row} mark={asked} />
					<Source card={card} provenance={value.provenance} />
				</div>
			)}

			<h3>{words.sameTitle}</h3>
			<p>{words.sameIdea}</p>
			<SameRow card={card} text={text} />

			{value && choices.length < 2 && <NeedWords />}
			{value && choices.length > 1 && (
				<Question
					question={words.question(asked)}
					hint={words.hint}
					about={`${card.name} ${text}`}
					choices={choices}
					check={(id) => {
						const column = value.tokens.map((_, r) => value.data[r * width + asked]!);
						const given = value.tokens.findIndex((token) => String(token.id) === id);
						const right = column[given] === Math.max(...column);
						const say = right ? words.right : words.wrong;
						return { right, say: say(quoted(value.tokens[given]!, t), digits(column[given]!)) };
					}}
					onRight={onRight}
				/>
			)}
		</>
	);
}

/** All rows of a small table, as numbers on their colours. */
function WholeTable({ card }: { readonly card: ModelCard }) {
	const { messages: t, count } = useSpeech();
	const shade = useShade();
	const ids = useMemo(() => Array.from({ length: Math.min(card.table?.rows ?? 0, 64) }, (_, i) => i), [card]);
	const { value } = useEmbedding(card.name, ids);
	if (!value || !card.table) return null;
	const colour = painter('signed', shade, largest(value.data));
	const width = card.table.width;
	return (
		<>
			<p>{t.lesson.vectors.lectureIdea(count(card.table.rows), count(width))}</p>
			<Scroller className="table-scroll" label={card.title}>
				<table className="numbers coloured">
					<thead>
						<tr>
							<th scope="col">{t.id}</th>
							<th scope="col">{t.token}</th>
							{Array.from({ length: width }, (_, c) => (
								<th key={c} scope="col">
									{c}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{value.tokens.map((token, r) => (
							<tr key={token.id}>
								<td>{token.id}</td>
								<th scope="row">
									<TokenFace token={token} />
								</th>
								{Array.from(value.data.subarray(r * width, (r + 1) * width), (x, c) => (
									<td key={c} style={{ background: css(colour(x)), color: ink(colour(x)) }}>
										{fixed(x)}
									</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</Scroller>
			<Source card={card} provenance={value.provenance} />
		</>
	);
}

/** Every number of one vector with its dimension, in a box of its own; the marked one in sight. */
function NumberList({ values, mark }: { readonly values: Float32Array; readonly mark: number }) {
	const marked = useRef<HTMLLIElement>(null);
	useEffect(() => {
		const box = marked.current?.closest('section');
		if (box && marked.current) box.scrollTop = marked.current.offsetTop - box.clientHeight / 2;
	}, [mark]);
	const t = useSpeech().messages;
	return (
		<Scroller className="number-list" label={t.value}>
			<ol start={0}>
				{Array.from(values, (x, i) => (
					<li key={i} ref={i === mark ? marked : null} data-picked={i === mark || undefined}>
						<span className="place">{i}</span> {digits(x)}
					</li>
				))}
			</ol>
		</Scroller>
	);
}

function SameRow({ card, text }: { readonly card: ModelCard; readonly text: string }) {
	const { messages: t } = useSpeech();
	const words = t.lesson.vectors;
	const [other, setOther] = useOption('other', OTHER_SENTENCE);
	const mine = useEmbedding(card.name, text).value;
	const theirs = useEmbedding(card.name, other).value;
	const [r, s] = sharedRows(mine?.tokens ?? [], theirs?.tokens ?? []);
	const width = mine?.shape[1] ?? 0;
	const pair =
		mine && theirs && r >= 0
			? ([mine.data.subarray(r * width, (r + 1) * width), theirs.data.subarray(s * width, (s + 1) * width)] as const)
			: undefined;
	const difference = pair ? Math.max(...Array.from(pair[0], (x, i) => Math.abs(x - pair[1][i]!))) : 0;
	return (
		<>
			<TextInput label={words.other} value={other} onChange={setOther} />
			{theirs && <BoxedStrip tokens={theirs.tokens} picked={s} label={words.other} />}
			{pair && mine ? (
				<div className="pair">
					<p>
						<Rich text={t.labelled(words.shared, quoted(mine.tokens[r]!, t))} />
					</p>
					<Heat picture={{ data: pair[0], rows: 1, columns: width, scale: 'signed', limit: largest(pair[0]) }} label={t.sentence} />
					<Heat picture={{ data: pair[1], rows: 1, columns: width, scale: 'signed', limit: largest(pair[0]) }} label={words.other} />
					<Scale scale="signed" limit={largest(pair[0])} />
					<p>
						{t.labelled(words.difference, '')}
						<strong>{digits(difference)}</strong>
					</p>
					<Source card={card} provenance={mine.provenance} />
				</div>
			) : (
				<p>{words.noneShared}</p>
			)}
		</>
	);
}

/** Places of the longest token that both have, bytes of a character last; −1 where there is none. */
export function sharedRows(a: readonly TokenView[], b: readonly TokenView[]): [number, number] {
	let best: [number, number] = [-1, -1];
	let most = 0;
	for (let i = 0; i < a.length; i++) {
		const j = b.findIndex(({ id }) => id === a[i]!.id);
		const length = a[i]!.bytes ? 0.5 : a[i]!.text.trim().length;
		if (j >= 0 && length > most) {
			best = [i, j];
			most = length;
		}
	}
	return best;
}
