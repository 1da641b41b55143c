// A matrix as a plain table, for screen readers and for copying.

import { useMessages } from '../messages/index.ts';
import { Scroller } from '../ui/scroller.tsx';
import type { Picture } from './paint.ts';

/** Columns and rows that are shown: more would be a wall of numbers; the files have all. */
const COLUMNS = 32;
const ROWS = 512;

interface TableProps extends Pick<Picture, 'rows' | 'columns' | 'data'> {
	readonly rowName: (row: number) => string;
	readonly columnName: (column: number) => string;
	readonly write: (value: number) => string;
}

export function PlainTable({ rows, columns, data, rowName, columnName, write }: TableProps) {
	const t = useMessages();
	const shown = Math.min(columns, COLUMNS);
	const across = Array.from({ length: shown }, (_, c) => c);
	return (
		<Scroller className="table-scroll" label={t.showAsTable}>
			<table className="numbers">
				<caption>{t.views.grid.tableNote(shown, columns)}</caption>
				<thead>
					<tr>
						<th scope="col">{t.token}</th>
						{across.map((c) => (
							<th key={c} scope="col">
								{columnName(c)}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{Array.from({ length: Math.min(rows, ROWS) }, (_, r) => (
						<tr key={r}>
							<th scope="row">
								<bdi>{rowName(r)}</bdi>
							</th>
							{across.map((c) => (
								<td key={c}>{write(data[r * columns + c]!)}</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</Scroller>
	);
}
