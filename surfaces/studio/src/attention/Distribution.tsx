// One row of a head as a distribution: what the chosen token takes from each, largest first.

import { percent } from '../display/number.ts';
import type { TokenView } from '../engine/protocol.ts';
import { useMessages } from '../messages/index.ts';
import { Saves, type SavesProps } from '../ui/saves.tsx';
import { at, escaped, look, svgFile } from '../ui/svg.ts';
import { TokenFace } from '../ui/token.tsx';
import { quoted } from '../ui/token-text.ts';

/** Rows of the table; the rest is summed in one. */
const SHOWN = 10;

export function Distribution({
	row,
	tokens,
	title,
	onTo,
	saved,
}: {
	/** T shares. */
	readonly row: Float32Array;
	readonly tokens: readonly TokenView[];
	readonly title: string;
	readonly onTo: (token: number) => void;
	readonly saved: Pick<SavesProps, 'name' | 'origin'>;
}) {
	const t = useMessages();
	const order = [...row.keys()].filter((i) => row[i]! > 0).sort((a, b) => row[b]! - row[a]!);
	const rest = order.slice(SHOWN).reduce((sum, i) => sum + row[i]!, 0);
	const bar = (share: number) => <span className="bar" style={{ width: `${100 * share}%` }} />;
	const file = (stamp: Parameters<typeof svgFile>[4]) => {
		const { ink } = look();
		const body = order.map(
			(i, n) =>
				`<text x="132" y="${22 * n + 16}" text-anchor="end">${escaped(quoted(tokens[i]!, t))}</text><rect x="140" y="${22 * n + 5}" width="${at(400 * row[i]!)}" height="14" fill="${ink}"/><text x="${at(148 + 400 * row[i]!)}" y="${22 * n + 16}">${percent(row[i]!)}</text>`,
		);
		return svgFile(title, 620, 22 * order.length + 6, body.join('\n'), stamp);
	};
	return (
		<section>
			<h3>{title}</h3>
			<table className="distribution">
				<tbody>
					{order.slice(0, SHOWN).map((i) => (
						<tr key={i}>
							<th scope="row">
								<button type="button" className="bare" onClick={() => onTo(i)}>
									{i + 1}. <TokenFace token={tokens[i]!} />
								</button>
							</th>
							<td className="right">{percent(row[i]!)}</td>
							<td className="wide">{bar(row[i]!)}</td>
						</tr>
					))}
					{order.length > SHOWN && (
						<tr>
							<th scope="row">{t.views.attention.others(order.length - SHOWN)}</th>
							<td className="right">{percent(rest)}</td>
							<td className="wide">{bar(rest)}</td>
						</tr>
					)}
				</tbody>
			</table>
			<Saves
				{...saved}
				table={() => ({ header: ['place', 'token', 'share'], rows: order.map((i) => [i, quoted(tokens[i]!, t), row[i]!]) })}
				svg={file}
			/>
		</section>
	);
}
