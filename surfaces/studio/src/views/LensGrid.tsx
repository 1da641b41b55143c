// The lens as a grid: a row a layer, a column a token, in each cell what the state reads as. Arrow keys walk from cell to cell.

import { type KeyboardEvent, useLayoutEffect, useRef } from 'react';
import { css, ink, painter, type Shade } from '../display/colour.ts';
import { percent } from '../display/number.ts';
import { useShade } from '../display/theme.ts';
import type { TokenView } from '../engine/protocol.ts';
import type { Guess } from '../engine/work-out.ts';
import { useMessages } from '../messages/index.ts';
import type { Saved } from '../ui/save.ts';
import { Scroller } from '../ui/scroller.tsx';
import { escaped, look, svgFile } from '../ui/svg.ts';
import { TokenFace } from '../ui/token.tsx';
import { tokenText } from '../ui/token-text.ts';

interface Grid {
	readonly tokens: readonly TokenView[];
	/** L + 1: what enters block 0, then each block's output. */
	readonly rows: number;
	readonly rowName: (row: number) => string;
	/** The most probable; undefined until it has been computed. */
	readonly guess: (row: number, token: number) => Guess | undefined;
}

export interface LensCell {
	readonly token: number;
	readonly row: number;
}

type GridProps = Grid & { readonly picked: LensCell; readonly onPick: (cell: LensCell) => void };

export function LensGrid({ tokens, rows, rowName, guess, picked, onPick }: GridProps) {
	const t = useMessages();
	const colour = painter('share', useShade(), 1);
	const table = useRef<HTMLTableElement>(null);
	// The picked column is in sight, on a phone too.
	const { token: column } = picked;
	useLayoutEffect(() => {
		const cell = table.current?.querySelectorAll<HTMLElement>('thead th')[column];
		const box = table.current?.parentElement;
		if (!cell || !box) return;
		const [left, right] = [cell.offsetLeft, cell.offsetLeft + cell.offsetWidth];
		const names = table.current!.querySelector('thead td')!.clientWidth;
		if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
		else if (left < box.scrollLeft + names) box.scrollLeft = left - names;
	}, [column, tokens.filter((_, i) => guess(0, i)).length]);
	function onKeyDown(event: KeyboardEvent) {
		const { token, row } = picked;
		// The last layer stands above.
		const steps: Record<string, LensCell> = {
			ArrowLeft: { token: token - 1, row },
			ArrowRight: { token: token + 1, row },
			ArrowUp: { token, row: row + 1 },
			ArrowDown: { token, row: row - 1 },
		};
		const step = steps[event.key];
		if (!step || !guess(step.row, step.token)) return;
		event.preventDefault();
		onPick(step);
		table.current?.querySelector<HTMLElement>(`[data-cell="${step.token} ${step.row}"]`)?.focus();
	}
	return (
		<Scroller className="table-scroll lens" label={t.nav.lens}>
			<table ref={table} onKeyDown={onKeyDown}>
				<thead>
					<tr>
						<td />
						{tokens.map((one, i) => (
							<th key={i} scope="col">
								<TokenFace token={one} />
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{Array.from({ length: rows }, (_, i) => rows - 1 - i).map((row) => (
						<tr key={row}>
							<th scope="row">{rowName(row)}</th>
							{tokens.map((_, token) => {
								const best = guess(row, token);
								const here = token === picked.token && row === picked.row;
								const word = colour(best?.probability ?? 0);
								return (
									<td key={token}>
										{best && (
											<button
												type="button"
												className="lens-cell"
												data-cell={`${token} ${row}`}
												style={{ background: css(word), color: ink(word) }}
												onClick={() => onPick({ token, row })}
												aria-pressed={here}
												tabIndex={here ? 0 : -1}
											>
												<bdi>{tokenText(best)}</bdi> <span className="sr-only">{percent(best.probability)}</span>
											</button>
										)}
									</td>
								);
							})}
						</tr>
					))}
				</tbody>
			</table>
		</Scroller>
	);
}

/** Size of a cell, and of the layers' names, in an SVG. */
const CELL = { width: 92, height: 22 };
const NAMES = 150;
const LETTERS = 11;

export function lensSvg({ tokens, rows, rowName, guess }: Grid, shade: Shade, title: string, saved: Saved): string {
	const colour = painter('share', shade, 1);
	const { soft } = look();
	const short = (text: string) => ([...text].length > LETTERS ? `${[...text].slice(0, LETTERS - 1).join('')}…` : text);
	const y = (row: number) => (rows - row) * CELL.height;
	const write = (x: number, row: number, text: string, fill: string, anchor = 'middle') =>
		`<text x="${x}" y="${y(row) + 15}" text-anchor="${anchor}" fill="${fill}">${escaped(text)}</text>`;
	const parts = tokens.map((token, i) => write(NAMES + (i + 0.5) * CELL.width, rows, short(tokenText(token)), soft));
	for (let row = 0; row < rows; row++) {
		parts.push(write(NAMES - 8, row, rowName(row), soft, 'end'));
		for (let i = 0; i < tokens.length; i++) {
			const best = guess(row, i);
			if (!best) continue;
			const word = colour(best.probability);
			const box = `<rect x="${NAMES + i * CELL.width}" y="${y(row)}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="3" fill="${css(word)}">`;
			parts.push(`${box}<title>${escaped(tokenText(best))}: ${percent(best.probability)}</title></rect>`);
			parts.push(write(NAMES + (i + 0.5) * CELL.width, row, short(tokenText(best)), ink(word)));
		}
	}
	return svgFile(title, NAMES + tokens.length * CELL.width + 8, (rows + 1) * CELL.height + 4, parts.join('\n'), saved);
}
