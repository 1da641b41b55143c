// One head as lines from each token to those it looks at, as thick as the share. The chosen token's lines stand out.

import { type KeyboardEvent, useRef } from 'react';
import { percent } from '../display/number.ts';
import { useWidth } from '../display/theme.ts';
import { useMessages } from '../messages/index.ts';
import { Saves, type SavesProps } from '../ui/saves.tsx';
import { at, escaped, look, svgFile } from '../ui/svg.ts';

/** CSS pixels: a line of text, the tokens' columns, the room between them at most. */
const LINE = 22;
const SIDE = 118;
const BETWEEN = 300;
/** Shares below this are not drawn, and no more lines than this: the strongest. */
const LEAST = 0.01;
const MOST = 3000;
/** Letters of a token that fit beside the lines. */
const LETTERS = 14;

export function Lines({
	weights,
	names,
	from,
	onFrom,
	label,
	saved,
}: {
	/** (T, T), row by row. */
	readonly weights: Float32Array;
	readonly names: readonly string[];
	readonly from: number;
	readonly onFrom: (token: number) => void;
	readonly label: string;
	readonly saved: Pick<SavesProps, 'name' | 'origin'>;
}) {
	const t = useMessages();
	const T = names.length;
	const lines = strongest(weights, T);
	const frame = useRef<HTMLDivElement>(null);
	const room = useWidth(frame) || 2 * SIDE + BETWEEN;
	const between = Math.min(BETWEEN, Math.max(60, room - 2 * SIDE));
	const width = 2 * SIDE + between;
	const y = (token: number) => (token + 0.5) * LINE;
	const short = (name: string) => ([...name].length > LETTERS ? `${[...name].slice(0, LETTERS - 1).join('')}…` : name);
	const path = (a: number, b: number) =>
		`M${SIDE} ${y(a)}C${SIDE + between / 2} ${y(a)} ${SIDE + between / 2} ${y(b)} ${SIDE + between} ${y(b)}`;
	const thickness = (weight: number) => at(0.5 + 5 * weight);
	function onKeyDown(event: KeyboardEvent) {
		const step = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: T - 1 }[event.key];
		if (step === undefined || step < 0 || step >= T) return;
		event.preventDefault();
		onFrom(step);
	}
	const file = (stamp: Parameters<typeof svgFile>[4]) => {
		const { ink, soft } = look();
		const body = [
			...lines.map(
				({ a, b, weight }) =>
					`<path d="${path(a, b)}" fill="none" stroke="${soft}" stroke-width="${thickness(weight)}" stroke-opacity="${at(0.15 + 0.85 * weight)}"><title>${escaped(`${names[a]} → ${names[b]}: ${percent(weight)}`)}</title></path>`,
			),
			...names.flatMap((name, i) => [
				`<text x="${SIDE - 6}" y="${y(i) + 4}" text-anchor="end" fill="${ink}">${escaped(short(name))}</text>`,
				`<text x="${SIDE + between + 6}" y="${y(i) + 4}" fill="${ink}">${escaped(short(name))}</text>`,
			]),
		];
		return svgFile(label, width, T * LINE, body.join('\n'), stamp);
	};
	return (
		<figure className="lines">
			<div
				className="lines-frame"
				ref={frame}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk over the tokens
				tabIndex={0}
				role="application"
				aria-label={t.views.attention.linesLabel(T)}
				onKeyDown={onKeyDown}
			>
				<svg width={width} height={T * LINE} viewBox={`0 0 ${width} ${T * LINE}`} aria-hidden="true">
					{[...lines]
						.sort((p, q) => Number(p.a === from) - Number(q.a === from))
						.map(({ a, b, weight }) => (
							<path
								key={`${a} ${b}`}
								d={path(a, b)}
								className={a === from ? 'line chosen' : 'line'}
								strokeWidth={thickness(weight)}
								strokeOpacity={at(a === from ? 0.3 + 0.7 * weight : 0.08 + 0.5 * weight)}
							/>
						))}
					{names.map((name, i) => (
						// biome-ignore lint/a11y/noStaticElementInteractions: the frame's arrow keys do the same
						<g key={i} onClick={() => onFrom(i)} className={i === from ? 'looks chosen' : 'looks'}>
							<rect x={0} y={i * LINE} width={SIDE} height={LINE} />
							<text x={SIDE - 6} y={y(i) + 4} textAnchor="end">
								{short(name)}
							</text>
							<text x={SIDE + between + 6} y={y(i) + 4} className="looked">
								{short(name)}
							</text>
						</g>
					))}
				</svg>
			</div>
			<figcaption>
				<span>{t.views.attention.linesNote(percent(LEAST))}</span>
				<Saves {...saved} svg={file} />
			</figcaption>
		</figure>
	);
}

function strongest(weights: Float32Array, T: number): { readonly a: number; readonly b: number; readonly weight: number }[] {
	const lines = [];
	for (let i = 0; i < weights.length; i++) if (weights[i]! >= LEAST) lines.push({ a: Math.floor(i / T), b: i % T, weight: weights[i]! });
	return lines.length <= MOST ? lines : lines.sort((p, q) => q.weight - p.weight).slice(0, MOST);
}
