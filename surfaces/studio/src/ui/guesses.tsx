// Tokens with their probabilities, as a table with bars; each may be taken.

import { percent } from '../display/number.ts';
import type { Guess } from '../engine/work-out.ts';
import { useMessages } from '../messages/index.ts';
import { Push } from './fields.tsx';
import { TokenFace } from './token.tsx';
import { quoted } from './token-text.ts';

export function Guesses({ guesses, onTake }: { readonly guesses: readonly Guess[]; readonly onTake?: (id: number) => void }) {
	const t = useMessages();
	return (
		<table>
			<thead>
				<tr>
					<th scope="col">{t.token}</th>
					<th scope="col" className="right">
						{t.glossary.probability.term}
					</th>
					<td className="wide" />
					{onTake && <td />}
				</tr>
			</thead>
			<tbody>
				{guesses.map((one) => (
					<tr key={one.id}>
						<th scope="row">
							<TokenFace token={one} />
						</th>
						<td className="right">{percent(one.probability)}</td>
						<td className="wide">
							<span className="bar" style={{ width: `${100 * one.probability}%` }} />
						</td>
						{onTake && (
							<td>
								<Push kind="quiet" onPress={() => onTake(one.id)} label={t.labelled(t.lesson.out.take, quoted(one, t))}>
									+
								</Push>
							</td>
						)}
					</tr>
				))}
			</tbody>
		</table>
	);
}
