// Two models' next-token distributions over one vocabulary: how much probability lies apart, and the likely tokens of both in one table.

import { percent } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import { useMessages } from '../messages/index.ts';
import { usePlace } from '../state/place.tsx';
import { Busy, Problem, Room } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Source } from '../ui/source.tsx';
import { TokenFace } from '../ui/token.tsx';
import { tokenText } from '../ui/token-text.ts';

const TOP = 10;

export function NextApart({ a, b }: { readonly a: ModelCard; readonly b: ModelCard }) {
	const t = useMessages();
	const words = t.views.compare;
	const { text } = usePlace();
	const { value, refusal } = useAnswer(JSON.stringify([a.name, b.name, text]), (signal) =>
		ask('nextApart', [a.name, b.name, text, TOP], { signal }),
	);
	if (refusal) return <Problem refusal={refusal} />;
	if (!value) {
		return (
			<Room rows={1.6 * TOP} rest={12}>
				<Busy />
			</Room>
		);
	}
	const share = (p: number) => (
		<>
			<td className="right">{percent(p)}</td>
			<td className="wide">
				<span className="bar" style={{ width: `${100 * p}%` }} />
			</td>
		</>
	);
	return (
		<>
			<p>{words.nextApart(percent(value.apart))}</p>
			<table>
				<caption>{words.only(TOP)}</caption>
				<thead>
					<tr>
						<th scope="col">{t.token}</th>
						<th scope="col" colSpan={2}>
							{a.title}
						</th>
						<th scope="col" colSpan={2}>
							{b.title}
						</th>
					</tr>
				</thead>
				<tbody>
					{value.tokens.map(({ token, first, second }) => (
						<tr key={token.id}>
							<th scope="row">
								<TokenFace token={token} />
							</th>
							{share(first)}
							{share(second)}
						</tr>
					))}
				</tbody>
			</table>
			<Saves
				name="compared-next"
				origin={{ models: [a, b], part: 'logits', text, precision: value.precision, apart: value.apart }}
				table={() => ({
					header: ['id', 'token', a.title, b.title],
					rows: value.tokens.map(({ token, first, second }) => [token.id, tokenText(token), first, second]),
				})}
			/>
			{[a, b].map((card) => (
				<Source key={card.name} card={card} part="logits" precision={value.precision} />
			))}
		</>
	);
}
