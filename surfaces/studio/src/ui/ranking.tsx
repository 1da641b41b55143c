// Tokens with how alike they are, best first, as a table with bars.

import { digits } from '../display/number.ts';
import type { TokenView } from '../engine/protocol.ts';
import { useSpeech } from '../messages/index.ts';
import { TokenFace } from './token.tsx';

type Scored = TokenView & { readonly score: number };

export function Ranking({ matches, label }: { readonly matches: readonly Scored[]; readonly label: string }) {
	const t = useSpeech().messages;
	return (
		<table className="ranking">
			<caption className="sr-only">{label}</caption>
			<thead>
				<tr>
					<th scope="col">{t.token}</th>
					<th scope="col" className="right">
						{t.id}
					</th>
					<th scope="col" className="right">
						{t.score}
					</th>
					<td className="wide" />
				</tr>
			</thead>
			<tbody>
				{matches.map((match) => (
					<tr key={match.id}>
						<th scope="row">
							<TokenFace token={match} />
						</th>
						<td className="right">{match.id}</td>
						<td className="right">{digits(match.score)}</td>
						<td className="wide">
							<span className="bar" style={{ width: `${100 * Math.max(0, match.score)}%` }} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
