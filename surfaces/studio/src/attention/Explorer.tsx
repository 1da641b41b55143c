// One block's attention to explore: one head large as matrix or lines, one row as a distribution, the arithmetic of one cell, all heads.

import { useMemo } from 'react';
import type { ModelCard } from '../engine/protocol.ts';
import type { Attention } from '../engine/work-inside.ts';
import { Matrix } from '../matrix/Matrix.tsx';
import { useMessages } from '../messages/index.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Choose } from '../ui/fields.tsx';
import { TokenFace } from '../ui/token.tsx';
import { placed, quoted, tokenText } from '../ui/token-text.ts';
import { Arithmetic } from './Arithmetic.tsx';
import { Distribution } from './Distribution.tsx';
import { Heads } from './Heads.tsx';
import { Lines } from './Lines.tsx';
import { AVERAGE, averageOf, headOf, headsOf } from './read.ts';

export function Explorer({
	attention,
	layer,
	setLayer,
	card,
}: {
	readonly attention: Attention;
	readonly layer: number;
	readonly setLayer: (layer: number) => void;
	readonly card: ModelCard;
}) {
	const t = useMessages();
	const words = t.lesson.attention;
	const more = t.views.attention;
	const { text } = usePlace();
	const { tokens } = attention;
	const T = tokens.length;
	const H = headsOf(attention);
	const [wanted, setHead] = useOption('head', 0);
	const [from, setFrom] = useOption('from', T - 1);
	const [to, setTo] = useOption('to', 1);
	const [form, setForm] = useOption('form', 'matrix');
	const bounded = (n: number, count: number) => Math.min(Math.max(0, Math.trunc(n)), count - 1);
	const head = wanted === AVERAGE ? AVERAGE : bounded(wanted, H);
	const cell = { head: Math.max(0, head), from: bounded(from, T), to: bounded(to, T) };
	const weights = useMemo(() => (head === AVERAGE ? averageOf(attention) : headOf(attention, head)), [attention, head]);
	const places = tokens.map((token, i) => ({ id: String(i), name: placed(token, i) }));
	const numbers = (count: number) => Array.from({ length: count }, (_, i) => ({ id: String(i), name: String(i) }));
	const headName = head === AVERAGE ? more.averageOf(H) : `${words.head} ${head}`;
	const origin = {
		models: [card],
		part: `blocks.${layer}.attention.weights`,
		text,
		precision: attention.precision,
		...(head === AVERAGE ? { average: `mean of ${H} heads; no head computes it` } : { head }),
	};
	return (
		<>
			<div className="fields">
				{card.blocks.have > 1 && (
					<Choose label={words.block} choices={numbers(card.blocks.have)} value={String(layer)} onChange={(id) => setLayer(Number(id))} />
				)}
				<Choose
					label={words.head}
					choices={[...numbers(H), { id: String(AVERAGE), name: more.averageOf(H) }]}
					value={String(head)}
					onChange={(id) => setHead(Number(id))}
				/>
				<Choose label={words.looking} choices={places} value={String(cell.from)} onChange={(id) => setFrom(Number(id))} />
				<Choose label={words.looked} choices={places} value={String(cell.to)} onChange={(id) => setTo(Number(id))} />
			</div>
			<div className="beside">
				<section>
					<div className="title-line">
						<h3>{head === AVERAGE ? headName : words.headTitle}</h3>
						<Choose
							compact
							label={more.form}
							choices={[
								{ id: 'matrix', name: more.asMatrix },
								{ id: 'lines', name: more.asLines },
							]}
							value={form === 'lines' ? 'lines' : 'matrix'}
							onChange={setForm}
						/>
					</div>
					{head === AVERAGE && <p className="hint">{more.averageNote}</p>}
					{form === 'lines' ? (
						<Lines
							weights={weights}
							names={tokens.map(tokenText)}
							from={cell.from}
							onFrom={setFrom}
							label={headName}
							saved={{ name: 'attention-lines', origin }}
						/>
					) : (
						<Matrix
							data={weights}
							rows={T}
							columns={T}
							scale="share"
							limit={1}
							rowLabel={(r) => <TokenFace token={tokens[r]!} />}
							columnLabel={(c) => <TokenFace token={tokens[c]!} />}
							rowName={(r) => quoted(tokens[r]!, t)}
							columnName={(c) => quoted(tokens[c]!, t)}
							cell={{ row: cell.from, column: cell.to }}
							onCell={({ row, column }) => {
								setFrom(row);
								setTo(column);
							}}
							caption={words.headCaption}
							saved={{ name: 'attention-head', origin }}
							height={520}
						/>
					)}
				</section>
				<Distribution
					row={weights.subarray(cell.from * T, (cell.from + 1) * T)}
					tokens={tokens}
					title={more.distribution(quoted(tokens[cell.from]!, t))}
					onTo={setTo}
					saved={{ name: 'attention-row', origin: { ...origin, token: cell.from } }}
				/>
			</div>
			{head !== AVERAGE && <Arithmetic attention={attention} cell={cell} origin={{ ...origin, ...cell }} />}
			<h3>{words.allTitle}</h3>
			<Heads attention={attention} head={head} onHead={setHead} />
		</>
	);
}
