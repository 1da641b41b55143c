// Matrix: the rows of a text on a canvas; sorted, compared, measured against one another.

import { useMemo } from 'react';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useEmbedding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { Heat } from '../matrix/Heat.tsx';
import { Matrix } from '../matrix/Matrix.tsx';
import { digits, largest } from '../matrix/number.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Choose, Push } from '../ui/fields.tsx';
import { Opened } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { csv, json, saveText } from '../ui/save.ts';
import { Source } from '../ui/source.tsx';
import { quoted, TokenFace, tokenText } from '../ui/token.tsx';
import { Bar } from './Bar.tsx';

export function MatrixView() {
	const { messages: t } = useSpeech();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.matrix}</h2>
			<Bar />
			<Opened entry={entry}>{(card) => <MatrixOf card={card} />}</Opened>
		</div>
	);
}

function MatrixOf({ card }: { readonly card: ModelCard }) {
	const { messages: t } = useSpeech();
	const words = t.views.matrix;
	const { text } = usePlace();
	const [order, setOrder] = useOption('order', 'place');
	const { value, refusal } = useEmbedding(card.table && card.name, text);
	const [rows = 0, columns = 0] = value?.shape ?? [];
	const sorted = useMemo(() => (value ? sortColumns(value.data, rows, columns, order) : undefined), [value, rows, columns, order]);
	if (!card.table) return <p>{t.sourceDictionary}</p>;
	return (
		<>
			{refusal && <Problem refusal={refusal} />}
			{value && rows === 0 && <p>{t.empty}</p>}
			{value && sorted && rows > 0 && (
				<>
					<Matrix
						data={sorted.data}
						rows={rows}
						columns={columns}
						scale="signed"
						limit={largest(value.data)}
						rowLabel={(r) => <TokenFace token={value.tokens[r]!} />}
						rowName={(r) => quoted(value.tokens[r]!)}
						columnName={(c) => t.views.grid.dimension(sorted.order[c]!)}
						caption={`T × D = ${rows} × ${columns}`}
						source={t.source(card.fileName, value.provenance.table ?? '')}
					>
						<Choose
							compact
							label={words.order}
							choices={[
								{ id: 'place', name: words.byPlace },
								{ id: 'strength', name: words.byStrength },
							]}
							value={order}
							onChange={setOrder}
						/>
						<Push kind="quiet" onPress={() => saveText('matrix.csv', 'text/csv', matrixCsv(value))}>
							{t.asCsv}
						</Push>
						<Push
							kind="quiet"
							onPress={() =>
								saveText(
									'matrix.json',
									'application/json',
									json({ text, shape: value.shape, tokens: value.tokens, data: value.data, provenance: value.provenance }),
								)
							}
						>
							{t.asJson}
						</Push>
					</Matrix>
					<Source card={card} provenance={value.provenance} />
					<Pair card={card} value={value} />
					<Alike
						card={card}
						text={text}
						tokens={value.tokens.map(quoted)}
						faces={value.tokens.map((token, i) => <TokenFace key={`${i} ${token.id}`} token={token} />)}
					/>
				</>
			)}
		</>
	);
}

type Embedded = Awaited<ReturnType<typeof ask<'embed'>>>;

function matrixCsv({ data, shape, tokens, provenance }: Embedded): string {
	const [, columns = 0] = shape;
	const header = ['id', 'token', ...Array.from({ length: columns }, (_, c) => String(c))];
	return csv(
		header,
		tokens.map((token, r) => [token.id, tokenText(token), ...data.subarray(r * columns, (r + 1) * columns)]),
		provenance,
	);
}

/** Columns in their own order, or the ones with the largest number first. */
function sortColumns(data: Float32Array, rows: number, columns: number, order: string): { data: Float32Array; order: number[] } {
	const places = Array.from({ length: columns }, (_, c) => c);
	if (order !== 'strength') return { data, order: places };
	const strength = places.map((c) => Math.max(...Array.from({ length: rows }, (_, r) => Math.abs(data[r * columns + c]!))));
	places.sort((a, b) => strength[b]! - strength[a]!);
	return {
		data: Float32Array.from({ length: rows * columns }, (_, i) => data[Math.floor(i / columns) * columns + places[i % columns]!]!),
		order: places,
	};
}

function Pair({ card, value }: { readonly card: ModelCard; readonly value: Embedded }) {
	const { messages: t } = useSpeech();
	const words = t.views.matrix;
	const [a, setA] = useOption('a', 0);
	const [b, setB] = useOption('b', 1);
	const { tokens, data, shape } = value;
	const columns = shape[1]!;
	const at = [a, b].map((i) => Math.min(Math.max(0, i), tokens.length - 1)) as [number, number];
	const ids = at.map((i) => tokens[i]!.id) as [number, number];
	const similarity = useAnswer(JSON.stringify([card.name, ids]), (signal) => ask('similarity', [card.name, ...ids], { signal }));
	const row = (i: number) => data.subarray(i * columns, (i + 1) * columns);
	const difference = row(at[0]).map((x, c) => x - row(at[1])[c]!);
	const limit = largest(data);
	const choices = tokens.map((token, i) => ({ id: String(i), name: `${i + 1}. ${tokenText(token)}` }));
	return (
		<section>
			<h3>{words.pair}</h3>
			<div className="fields">
				<Choose label={words.first} choices={choices} value={String(at[0])} onChange={(id) => setA(Number(id))} />
				<Choose label={words.second} choices={choices} value={String(at[1])} onChange={(id) => setB(Number(id))} />
			</div>
			{[row(at[0]), row(at[1]), difference].map((vector, i) => (
				<div key={i} className="labelled">
					<span className="name">{i < 2 ? <TokenFace token={tokens[at[i]!]!} /> : words.difference}</span>
					<Heat
						picture={{ data: vector, rows: 1, columns, scale: 'signed', limit }}
						label={i < 2 ? quoted(tokens[at[i]!]!) : words.difference}
						rowHeight={22}
					/>
				</div>
			))}
			{similarity.value !== undefined && (
				<p>
					{t.glossary.cosine.term}: <strong>{digits(similarity.value)}</strong>
				</p>
			)}
		</section>
	);
}

/** Every token against every other. */
function Alike({
	card,
	text,
	tokens,
	faces,
}: {
	readonly card: ModelCard;
	readonly text: string;
	readonly tokens: readonly string[];
	readonly faces: readonly React.ReactNode[];
}) {
	const { messages: t } = useSpeech();
	const { value } = useAnswer(JSON.stringify([card.name, text]), (signal) => ask('alike', [card.name, text], { signal }));
	if (!value || value.shape[0] !== tokens.length) return null;
	return (
		<section>
			<h3>{t.views.matrix.alike}</h3>
			<Matrix
				data={value.data}
				rows={tokens.length}
				columns={tokens.length}
				scale="signed"
				limit={1}
				rowLabel={(r) => faces[r]}
				rowName={(r) => tokens[r]!}
				columnName={(c) => tokens[c]!}
				columnLabel={(c) => faces[c]}
				caption={t.glossary.cosine.term}
			/>
		</section>
	);
}
