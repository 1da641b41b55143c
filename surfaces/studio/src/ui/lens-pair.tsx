// Two lenses beside each other: what each layer's state reads as in two runs, most probable first; rows where they part are marked.

import { css, ink, painter } from '../display/colour.ts';
import { percent } from '../display/number.ts';
import { useShade } from '../display/theme.ts';
import type { Both } from '../engine/work-edit.ts';
import type { Guess } from '../engine/work-out.ts';
import { useMessages } from '../messages/index.ts';
import { Scroller } from './scroller.tsx';
import { tokenText } from './token-text.ts';

export function LensPair({ lens, names, label }: { readonly lens: Both<Guess[][]>; readonly names: Both<string>; readonly label: string }) {
	const t = useMessages();
	const colour = painter('share', useShade(), 1);
	const cell = (guess: Guess | undefined) => {
		const word = colour(guess?.probability ?? 0);
		return (
			<>
				<td className="guess" style={{ background: css(word), color: ink(word) }}>
					<bdi>{guess && tokenText(guess)}</bdi>
				</td>
				<td className="right">{guess && percent(guess.probability)}</td>
			</>
		);
	};
	return (
		<Scroller className="table-scroll lens" label={label}>
			<table className="lens-pair">
				<thead>
					<tr>
						<td />
						<th scope="col" colSpan={2}>
							{names.before}
						</th>
						<th scope="col" colSpan={2}>
							{names.after}
						</th>
					</tr>
				</thead>
				<tbody>
					{lens.before
						.map((before, row) => {
							const [a, b] = [before[0], lens.after[row]?.[0]];
							return (
								<tr key={row} data-parted={a?.id !== b?.id || undefined}>
									<th scope="row">{row === 0 ? t.views.lens.before : t.lesson.context.after(row - 1)}</th>
									{cell(a)}
									{cell(b)}
								</tr>
							);
						})
						.reverse()}
				</tbody>
			</table>
		</Scroller>
	);
}
