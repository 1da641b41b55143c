// Every head of every block as a small picture, drawn block by block as the run reaches it; one is picked by pointer or arrow keys.

import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { digits, percent } from '../display/number.ts';
import { useShade, useWidth } from '../display/theme.ts';
import { ask } from '../engine/client.ts';
import { AVERAGES } from '../engine/heads.ts';
import type { ModelCard, Precision } from '../engine/protocol.ts';
import { useParts } from '../engine/use.ts';
import type { BlockOfHeads } from '../engine/work-inside.ts';
import { useMessages } from '../messages/index.ts';
import { usePlace } from '../state/place.tsx';
import { Push } from '../ui/fields.tsx';
import { Problem } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Scroller } from '../ui/scroller.tsx';
import { Source } from '../ui/source.tsx';
import { Stoppable } from '../ui/stoppable.tsx';
import { at, escaped, svgFile } from '../ui/svg.ts';
import { type Grid, gridOf, type Head, paintHeads } from './tiles.ts';

export function Overview({
	card,
	picked,
	onPick,
}: {
	readonly card: ModelCard;
	readonly picked: Head;
	readonly onPick: (head: Head) => void;
}) {
	const t = useMessages();
	const words = t.views.attention;
	const { text } = usePlace();
	const layers = card.blocks.have;
	const [stopped, setStopped] = useState('');
	const key = JSON.stringify([card.name, text, layers]);
	const { value, parts, refusal, busy } = useParts<BlockOfHeads, { precision: Precision }>(
		stopped === key ? undefined : key,
		(signal, onPart) => ask('overview', [card.name, text, layers], { signal, onPart: (part) => onPart(part as BlockOfHeads) }),
	);
	const [pointed, setPointed] = useState<Head>();
	const [table, setTable] = useState(false);
	const frame = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const width = useWidth(frame);
	const shade = useShade();
	// The pictures' room is there before the first of them.
	const H = parts[0]?.small.shape[0] ?? card.heads ?? 0;
	const grid = gridOf(layers, H, width);
	useLayoutEffect(() => {
		if (canvas.current && H > 0) paintHeads(canvas.current, parts, grid, picked, shade, devicePixelRatio || 1);
	});
	const said = pointed ?? picked;
	const block = parts.find(({ layer }) => layer === said.layer);
	const name = ({ layer, head }: Head) => `${t.lesson.attention.block} ${layer} · ${t.lesson.attention.head} ${head}`;
	const averages = ({ averages }: BlockOfHeads, head: number) =>
		AVERAGES.map((one, i) => {
			const value = averages.data[head * AVERAGES.length + i]!;
			return one === 'distance' ? digits(value, 3) : percent(value);
		});
	const rows = () =>
		[...parts]
			.sort((a, b) => a.layer - b.layer)
			.flatMap((one) =>
				Array.from({ length: H }, (_, head) => [
					one.layer,
					head,
					...one.averages.data.subarray(head * AVERAGES.length, (head + 1) * AVERAGES.length),
				]),
			);
	const origin = { models: [card], part: 'blocks.*.attention.weights', text, precision: value?.precision };

	function onKeyDown(event: KeyboardEvent) {
		const step = grid.steps[event.key];
		if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
		event.preventDefault();
		const bounded = (n: number, count: number) => Math.min(count - 1, Math.max(0, n));
		onPick({ layer: bounded(picked.layer + step.layer, layers), head: bounded(picked.head + step.head, H) });
	}

	return (
		<section>
			<h3>{words.overview}</h3>
			<p>{words.overviewIdea}</p>
			{refusal && <Problem refusal={refusal} />}
			<figure className="overview">
				<div className="matrix-bar">
					<Stoppable busy={busy} stopped={stopped === key} onStopped={(stop) => setStopped(stop ? key : '')}>
						{words.blocksDone(parts.length, layers)}
					</Stoppable>
					{!busy && parts.length > 0 && (
						<Saves
							name="attention-overview"
							origin={origin}
							table={() => ({ header: ['block', 'head', ...AVERAGES.map((one) => `average ${one}`)], rows: rows() })}
							canvas={() => canvas.current}
							svg={(saved) => svgOf(canvas.current!, grid, words.overview, saved)}
						/>
					)}
				</div>
				<div className="overview-frame" ref={frame}>
					<div
						className="overview-grid"
						// biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk over the heads
						tabIndex={0}
						role="application"
						aria-label={words.overviewLabel(layers, H)}
						onKeyDown={onKeyDown}
						onPointerMove={(event) => event.pointerType === 'mouse' && setPointed(grid.headAt(event))}
						onPointerLeave={() => setPointed(undefined)}
						onClick={(event) => {
							const head = grid.headAt(event);
							if (head) onPick(head);
						}}
						style={{ width: grid.width, height: grid.height }}
					>
						<canvas ref={canvas} style={{ width: grid.width, height: grid.height }} />
					</div>
				</div>
				<figcaption>
					<output aria-live="polite">
						<strong>{name(said)}</strong>
						{block && ` · ${words.average(...(averages(block, Math.min(said.head, H - 1)) as [string, string, string, string]))}`}
					</output>
					{parts.length > 0 && (
						<Push kind="quiet" onPress={() => setTable(!table)}>
							{table ? t.hideTable : t.showAsTable}
						</Push>
					)}
				</figcaption>
			</figure>
			<Source card={card} part={origin.part} precision={value?.precision} />
			{table && (
				<Scroller className="table-scroll heads-table" label={words.overview}>
					<table className="numbers">
						<caption>
							{words.averages}
							<span className="hint">{words.averagesNote}</span>
						</caption>
						<thead>
							<tr>
								<th scope="col">{t.lesson.attention.head}</th>
								{AVERAGES.map((one) => (
									<th key={one} scope="col">
										{words[one]}
									</th>
								))}
							</tr>
						</thead>
						<tbody>
							{parts.flatMap((one) =>
								Array.from({ length: H }, (_, head) => (
									<tr key={`${one.layer} ${head}`}>
										<th scope="row">{name({ layer: one.layer, head })}</th>
										{averages(one, head).map((value, i) => (
											<td key={AVERAGES[i]}>{value}</td>
										))}
									</tr>
								)),
							)}
						</tbody>
					</table>
				</Scroller>
			)}
		</section>
	);
}

/** The tiles as one picture, the numbers beside them as text. */
function svgOf(canvas: HTMLCanvasElement, grid: Grid, title: string, saved: Parameters<typeof svgFile>[4]): string {
	const image = `<image width="${at(grid.width)}" height="${at(grid.height)}" style="image-rendering:pixelated" href="${canvas.toDataURL('image/png')}"/>`;
	const labels = grid.labels.map(({ x, y, text }) => `<text x="${at(x)}" y="${at(y)}" text-anchor="middle">${escaped(text)}</text>`);
	return svgFile(title, grid.width, grid.height, [image, ...labels].join('\n'), saved);
}
