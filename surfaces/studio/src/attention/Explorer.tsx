// One block's attention to explore: all heads, one head large, and the arithmetic of one cell.

import type { ModelCard } from '../engine/protocol.ts';
import type { Attention } from '../engine/work-inside.ts';
import { Matrix } from '../matrix/Matrix.tsx';
import { useMessages } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { Choose } from '../ui/fields.tsx';
import { quoted, TokenFace, tokenText } from '../ui/token.tsx';
import { Arithmetic } from './Arithmetic.tsx';
import { Heads } from './Heads.tsx';
import { headOf, headsOf } from './read.ts';

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
	const { tokens } = attention;
	const T = tokens.length;
	const H = headsOf(attention);
	const [head, setHead] = useOption('head', 0);
	const [from, setFrom] = useOption('from', T - 1);
	const [to, setTo] = useOption('to', 1);
	const bounded = (n: number, count: number) => Math.min(Math.max(0, Math.trunc(n)), count - 1);
	const cell = { head: bounded(head, H), from: bounded(from, T), to: bounded(to, T) };
	const places = tokens.map((token, i) => ({ id: String(i), name: `${i + 1}. ${tokenText(token)}` }));
	const numbers = (count: number) => Array.from({ length: count }, (_, i) => ({ id: String(i), name: String(i) }));
	return (
		<>
			<div className="fields">
				{card.blocks.have > 1 && (
					<Choose label={words.block} choices={numbers(card.blocks.have)} value={String(layer)} onChange={(id) => setLayer(Number(id))} />
				)}
				<Choose label={words.head} choices={numbers(H)} value={String(cell.head)} onChange={(id) => setHead(Number(id))} />
				<Choose label={words.looking} choices={places} value={String(cell.from)} onChange={(id) => setFrom(Number(id))} />
				<Choose label={words.looked} choices={places} value={String(cell.to)} onChange={(id) => setTo(Number(id))} />
			</div>
			<h3>{words.headTitle}</h3>
			<Matrix
				data={headOf(attention, cell.head)}
				rows={T}
				columns={T}
				scale="share"
				limit={1}
				rowLabel={(r) => <TokenFace token={tokens[r]!} />}
				columnLabel={(c) => <TokenFace token={tokens[c]!} />}
				rowName={(r) => quoted(tokens[r]!)}
				columnName={(c) => quoted(tokens[c]!)}
				cell={{ row: cell.from, column: cell.to }}
				onCell={({ row, column }) => {
					setFrom(row);
					setTo(column);
				}}
				caption={words.headCaption}
				source={t.source(card.fileName, `blocks.${layer}.attention.weights, ${words.head} ${cell.head}`)}
			/>
			<Arithmetic attention={attention} cell={cell} />
			<h3>{words.allTitle}</h3>
			<Heads attention={attention} head={cell.head} onHead={setHead} />
		</>
	);
}
