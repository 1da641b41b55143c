// How alike two vectors of one word stay, from the table through the blocks: a table with bars, which reads as a chart and as words.

import { digits } from '../display/number.ts';
import { useMessages } from '../messages/index.ts';

export function Parting({ values }: { readonly values: readonly number[] }) {
	const t = useMessages();
	const words = t.lesson.context;
	return (
		<table className="parting">
			<thead>
				<tr>
					<td />
					<th scope="col" className="right">
						{words.similarity}
					</th>
					<td className="wide" />
				</tr>
			</thead>
			<tbody>
				{values.map((value, i) => (
					<tr key={i}>
						<th scope="row">{i === 0 ? words.row : words.after(i - 1)}</th>
						<td className="right">{digits(value)}</td>
						<td className="wide">
							<span className="bar" style={{ width: `${100 * Math.max(0, value)}%` }} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
