// Lens: layer by token, what each state reads as; beside it one cell's ten best.
// nostalgebraist 2020, "interpreting GPT: the logit lens"

import { useState } from 'react';
import { useShade } from '../display/theme.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useEncoding } from '../engine/questions.ts';
import { useParts } from '../engine/use.ts';
import type { LensColumn } from '../engine/work-out.ts';
import { useMessages } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Guesses } from '../ui/guesses.tsx';
import { Missing } from '../ui/missing.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem, Room } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Source } from '../ui/source.tsx';
import { Stoppable } from '../ui/stoppable.tsx';
import { quoted, tokenText } from '../ui/token-text.ts';
import { Bar } from './Bar.tsx';
import { LensGrid, lensSvg } from './LensGrid.tsx';

export function Lens() {
	const t = useMessages();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.lens}</h2>
			<p className="idea">{t.views.lens.idea}</p>
			<Bar />
			<Opened entry={entry}>{(card) => <LensOf card={card} />}</Opened>
		</div>
	);
}

/** Guesses of a cell. */
const SHOWN = 10;
const PART = 'blocks.*.output → final norm → logits';

function LensOf({ card }: { readonly card: ModelCard }) {
	const t = useMessages();
	const words = t.views.lens;
	const { text } = usePlace();
	const shade = useShade();
	const tokens = useEncoding(card.name, text).value;
	const layers = card.blocks.have;
	const key = card.reads ? JSON.stringify([card.name, text, layers]) : undefined;
	const [stopped, setStopped] = useState('');
	const { parts, refusal, busy } = useParts<LensColumn, unknown>(stopped === key ? undefined : key, (signal, onPart) =>
		ask('lens', [card.name, text, SHOWN], { signal, onPart: (part) => onPart(part as LensColumn) }),
	);
	const [at, setAt] = useOption('at', '');
	if (!card.reads) return <Missing card={card} wanted="reads" />;
	if (refusal) return <Problem refusal={refusal} />;
	if (!tokens) return <Busy />;
	if (tokens.length === 0) return <p>{t.empty}</p>;
	const [token = tokens.length - 1, layer = layers] = at.split(',').filter(Boolean).map(Number);
	const column = (i: number) => parts.find((part) => part.token === i);
	const picked = column(token)?.layers[layer];
	const rowName = (row: number) => (row === 0 ? words.before : t.lesson.context.after(row - 1));
	const grid = {
		tokens,
		rows: layers + 1,
		rowName,
		guess: (row: number, i: number) => column(i)?.layers[row]?.[0],
	};
	return (
		<>
			<div className="matrix-bar">
				<Stoppable busy={busy} stopped={stopped === key} onStopped={(stop) => setStopped(stop ? key! : '')}>
					{t.computing}
				</Stoppable>
			</div>
			<div className="lens-beside">
				<LensGrid {...grid} picked={{ token, row: layer }} onPick={(at) => setAt(`${at.token},${at.row}`)} />
				<section aria-live="polite">
					<Room rows={SHOWN} rest={7}>
						{picked && tokens[token] && (
							<>
								<h3>
									{quoted(tokens[token], t)} · {rowName(layer)}
								</h3>
								<Guesses guesses={picked} />
							</>
						)}
					</Room>
				</section>
			</div>
			{card.bothWays && <p className="hint">{words.bothWays}</p>}
			<Source card={card} part={PART} precision={parts[0]?.precision} />
			{!busy && parts.length > 0 && (
				<Saves
					name="lens"
					origin={{ models: [card], part: PART, precision: parts[0]?.precision, text }}
					svg={(saved) => lensSvg(grid, shade, t.nav.lens, saved)}
					table={() => ({
						header: ['place', 'token', 'layer', 'rank', 'reads as', 'probability'],
						rows: [...parts]
							.sort((a, b) => a.token - b.token)
							.flatMap((part) =>
								part.layers.flatMap((guesses, row) =>
									guesses.map((guess, rank) => [
										part.token,
										tokenText(tokens[part.token]!),
										row - 1,
										rank + 1,
										tokenText(guess),
										guess.probability,
									]),
								),
							),
					})}
				/>
			)}
		</>
	);
}
