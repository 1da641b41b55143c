// Matrix: the rows of a text on a canvas; sorted, compared, measured against one another.

import { useMemo } from 'react';
import { digits, largest } from '../display/number.ts';
import { useShade } from '../display/theme.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useEmbedding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { Heat } from '../matrix/Heat.tsx';
import { Matrix } from '../matrix/Matrix.tsx';
import { matrixSvg } from '../matrix/svg.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Choose } from '../ui/fields.tsx';
import { Opened } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Source } from '../ui/source.tsx';
import { TokenFace } from '../ui/token.tsx';
import { quoted, tokenText } from '../ui/token-text.ts';
import { Bar } from './Bar.tsx';

export function MatrixView() {
	const { messages: t } = useSpeech();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.matrix}</h2>
			<p className="idea">{t.views.matrix.idea}</p>
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
	const [chosen] = useOption('a', 0);
	const sorted = useMemo(
		() => (value ? sortColumns(value.data, rows, columns, order, chosen) : undefined),
		[value, rows, columns, order, chosen],
	);
	const orders = [
		{ id: 'place', name: words.byPlace },
		{ id: 'strength', name: words.byStrength },
		{ id: 'spread', name: words.bySpread },
		{ id: 'row', name: words.byRow(tokenText(value?.tokens[chosen] ?? { text: '', kind: 'normal' })) },
	];
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
						rowName={(r) => quoted(value.tokens[r]!, t)}
						columnName={(c) => t.views.grid.dimension(sorted.order[c]!)}
						caption={`T × D = ${rows} × ${columns}`}
						saved={{
							name: 'embedding-matrix',
							origin: { models: [card], part: value.provenance.table ?? '', text, ids: value.tokens.map(({ id }) => id), order },
						}}
					>
						<Choose compact label={words.order} choices={orders} value={order} onChange={setOrder} />
					</Matrix>
					<Source card={card} provenance={value.provenance} />
					<Pair card={card} value={value} />
					<Alike
						card={card}
						table={value.provenance.table ?? ''}
						text={text}
						tokens={value.tokens.map((one) => quoted(one, t))}
						faces={value.tokens.map((token, i) => <TokenFace key={`${i} ${token.id}`} token={token} />)}
					/>
				</>
			)}
		</>
	);
}

type Embedded = Awaited<ReturnType<typeof ask<'embed'>>>;

type Order = 'place' | 'strength' | 'spread' | 'row';

/** What each order sorts a dimension's T values by, largest first. */
const ORDERS: Readonly<Record<Exclude<Order, 'place'>, (column: readonly number[], chosen: number) => number>> = {
	strength: (column) => Math.max(...column.map(Math.abs)),
	spread: (column) => Math.max(...column) - Math.min(...column),
	row: (column, chosen) => column[chosen] ?? 0,
};

/** The columns in an order; `chosen` is the row that 'row' sorts by. */
function sortColumns(data: Float32Array, rows: number, columns: number, order: string, chosen: number) {
	const places = Array.from({ length: columns }, (_, c) => c);
	const measure = ORDERS[order as keyof typeof ORDERS];
	if (!measure) return { data, order: places };
	const size = places.map((c) =>
		measure(
			Array.from({ length: rows }, (_, r) => data[r * columns + c]!),
			chosen,
		),
	);
	places.sort((a, b) => size[b]! - size[a]!);
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
	const shade = useShade();
	const three = Float32Array.from([...row(at[0]), ...row(at[1]), ...difference]);
	const picture = { data: three, rows: 3, columns, scale: 'signed', limit } as const;
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
						label={i < 2 ? quoted(tokens[at[i]!]!, t) : words.difference}
						rowHeight={22}
					/>
				</div>
			))}
			{similarity.value !== undefined && (
				<p>
					{t.labelled(t.glossary.cosine.term, '')}
					<strong>{digits(similarity.value)}</strong>
				</p>
			)}
			<Saves
				name="two-rows"
				svg={(saved) => matrixSvg(picture, { rows: [...at.map((i) => quoted(tokens[i]!, t)), words.difference] }, words.pair, shade, saved)}
				origin={{ models: [card], part: value.provenance.table ?? '', ids }}
				table={() => ({
					header: ['dimension', ...at.map((i) => tokenText(tokens[i]!)), 'difference'],
					rows: Array.from(difference, (x, d) => [d, row(at[0])[d]!, row(at[1])[d]!, x]),
				})}
			/>
		</section>
	);
}

const METRICS = ['cosine', 'euclidean', 'dot'] as const;

/** Every token against every other. */
function Alike({
	card,
	table,
	text,
	tokens,
	faces,
}: {
	readonly card: ModelCard;
	/** The table's name and type. */
	readonly table: string;
	readonly text: string;
	readonly tokens: readonly string[];
	readonly faces: readonly React.ReactNode[];
}) {
	const { messages: t } = useSpeech();
	const words = t.views.matrix;
	const [metric, setMetric] = useOption('metric', 'cosine');
	const known = METRICS.find((one) => one === metric) ?? 'cosine';
	const { value, refusal } = useAnswer(JSON.stringify([card.name, text, known]), (signal) =>
		ask('alike', [card.name, text, known], { signal }),
	);
	if (refusal) return <Problem refusal={refusal} />;
	if (!value || value.shape[0] !== tokens.length) return null;
	const names: Readonly<Record<(typeof METRICS)[number], string>> = {
		cosine: t.glossary.cosine.term,
		euclidean: words.euclidean,
		dot: words.dot,
	};
	return (
		<section>
			<h3>{words.alike}</h3>
			<Matrix
				data={value.data}
				rows={tokens.length}
				columns={tokens.length}
				scale="signed"
				limit={known === 'cosine' ? 1 : largest(value.data)}
				rowLabel={(r) => faces[r]}
				rowName={(r) => tokens[r]!}
				columnName={(c) => tokens[c]!}
				columnLabel={(c) => faces[c]}
				caption={names[known]}
				saved={{ name: 'all-tokens', origin: { models: [card], part: table, text, metric: known } }}
			>
				<Choose compact label={words.metric} choices={METRICS.map((id) => ({ id, name: names[id] }))} value={known} onChange={setMetric} />
			</Matrix>
		</section>
	);
}
