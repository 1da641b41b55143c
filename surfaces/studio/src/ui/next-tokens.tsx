// What may come next at one place of an answer: as the model has it, and as the settings leave it. Any of them can be taken.

import { percent } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import type { SamplerSettings } from '../engine/work-write.ts';
import { useSpeech } from '../messages/index.ts';
import { Push } from './fields.tsx';
import { Loading } from './opened.tsx';
import { Problem, Room } from './problem.tsx';
import { Saves } from './saves.tsx';
import { Source } from './source.tsx';
import { TokenFace } from './token.tsx';
import { quoted, tokenText } from './token-text.ts';

const SHOWN = 10;
/** Of the table with its buttons, and of what stands under it. */
const ROOM = { rows: SHOWN, row: 3.4, rest: 8 };

export function Chances(props: {
	readonly card: ModelCard;
	/** All tokens before the place; undefined while they are not known. */
	readonly ids: readonly number[] | undefined;
	readonly settings: SamplerSettings;
	/** The token that stands there, if one does. */
	readonly chosen?: number | undefined;
	readonly onTake: (token: { id: number; probability: number; text: string }) => void;
}) {
	const { card, ids, settings, chosen, onTake } = props;
	const { messages: t, count } = useSpeech();
	const words = t.views.generate;
	const { value, refusal, busy } = useAnswer(ids && JSON.stringify([card.name, ids, settings]), (signal) =>
		ask('chances', [card.name, ids!, settings, SHOWN], { signal }),
	);
	if (refusal) return <Problem refusal={refusal} />;
	if (!value) return <Room {...ROOM}>{busy && <Loading name={card.name} />}</Room>;
	return (
		<Room {...ROOM}>
			<table className="chances">
				<thead>
					<tr>
						<th scope="col">{t.token}</th>
						<th scope="col" className="right">
							{words.own}
						</th>
						<th scope="col" className="right">
							{words.drawn}
						</th>
						<td className="wide" />
						<td />
					</tr>
				</thead>
				<tbody>
					{value.best.map((one) => (
						<tr key={one.id} data-picked={one.id === chosen || undefined} data-out={one.drawn === 0 || undefined}>
							<th scope="row">
								<TokenFace token={one} />
							</th>
							<td className="right">{percent(one.probability)}</td>
							<td className="right">{one.drawn === 0 ? '–' : percent(one.drawn)}</td>
							<td className="wide">
								<span className="bar faint" style={{ width: `${100 * one.probability}%` }} />
								<span className="bar" style={{ width: `${100 * one.drawn}%` }} />
							</td>
							<td>
								<Push kind="quiet" onPress={() => onTake(one)} label={t.labelled(t.lesson.out.take, quoted(one, t))}>
									+
								</Push>
							</td>
						</tr>
					))}
				</tbody>
			</table>
			<p className="hint">{words.left(count(value.left), count(card.table?.rows ?? 0))}</p>
			<Source card={card} part="logits" precision={value.precision} />
			<Saves
				name="chances"
				origin={{ models: [card], part: 'logits', precision: value.precision, after: ids!, settings }}
				table={() => ({
					header: ['id', 'token', 'probability', 'drawn'],
					rows: value.best.map((one) => [one.id, tokenText(one), one.probability, one.drawn]),
				})}
			/>
		</Room>
	);
}
