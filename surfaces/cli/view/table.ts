// Tables that fit the terminal: columns as wide as they need, the widest cut first when the line is too long.

import { cut, padEnd, padStart, width } from './text.ts';

export interface Column {
	readonly title: string;
	readonly align?: 'left' | 'right';
	/** A column that must not be cut (ids, numbers). */
	readonly whole?: boolean;
}

/** No text column is cut below this: three characters and the sign that something is missing. */
const LEAST = 8;
const GAP = 2;

/** Rows under their titles, ending in a newline. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], terminalColumns: number): string {
	const widths = columns.map((column, i) => Math.max(width(column.title), ...rows.map((row) => width(row[i] ?? ''))));
	const room = terminalColumns - GAP * (columns.length - 1);
	for (;;) {
		const excess = widths.reduce((a, b) => a + b, 0) - room;
		const widest = columns.map((column, i) => (column.whole ? 0 : widths[i]!)).reduce((best, w, i, all) => (w > all[best]! ? i : best), 0);
		if (excess <= 0 || columns[widest]!.whole || widths[widest]! <= LEAST) break;
		widths[widest] = Math.max(LEAST, widths[widest]! - Math.max(1, Math.ceil(excess / 2)));
	}
	const line = (cells: readonly string[]) =>
		columns
			.map((column, i) => {
				const cell = column.whole ? (cells[i] ?? '') : cut(cells[i] ?? '', widths[i]!);
				return column.align === 'right' ? padStart(cell, widths[i]!) : padEnd(cell, widths[i]!);
			})
			.join(' '.repeat(GAP))
			.trimEnd();
	const titles = columns.map((column) => column.title);
	return `${(titles.some(Boolean) ? [titles, ...rows] : rows).map(line).join('\n')}\n`;
}
