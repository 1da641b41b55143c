// Tables that fit the terminal: text columns are cut, and what still does not fit goes on below under the first column again.

import { cut, padEnd, padStart, widest } from './text.ts';

export interface Column {
	readonly title: string;
	readonly align?: 'left' | 'right';
	/** A column that must not be cut (ids, numbers). */
	readonly whole?: boolean;
}

/** No text column is cut below this: seven characters and the sign that something is missing. */
const LEAST = 8;
const GAP = 2;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Rows under their titles, ending in a newline. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], terminalColumns: number): string {
	const widths = columns.map((column, i) => widest([column.title, ...rows.map((row) => row[i] ?? '')]));
	const least = columns.map((column, i) => (column.whole ? widths[i]! : Math.min(widths[i]!, LEAST)));
	return parts(least, terminalColumns)
		.map((places) => part(places, columns, rows, widths, terminalColumns))
		.join('\n');
}

/** Which columns stand side by side: as many as fit, one beside the first at least. */
function parts(least: readonly number[], terminalColumns: number): readonly (readonly number[])[] {
	const found: number[][] = [];
	let places = [0];
	for (let i = 1; i < least.length; i++) {
		const wanted = sum([...places, i].map((place) => least[place]! + GAP)) - GAP;
		if (wanted > terminalColumns && places.length > 1) {
			found.push(places);
			places = [0];
		}
		places.push(i);
	}
	return [...found, places];
}

function part(
	places: readonly number[],
	columns: readonly Column[],
	rows: readonly (readonly string[])[],
	natural: readonly number[],
	terminalColumns: number,
): string {
	const widths = new Map(places.map((place) => [place, natural[place]!]));
	const room = terminalColumns - GAP * (places.length - 1);
	for (;;) {
		const excess = sum([...widths.values()]) - room;
		const [widest, most] = [...widths].filter(([place]) => !columns[place]!.whole).sort(([, a], [, b]) => b - a)[0] ?? [0, 0];
		if (excess <= 0 || most <= LEAST) break;
		widths.set(widest, Math.max(LEAST, most - Math.max(1, Math.ceil(excess / 2))));
	}
	const line = (cells: readonly string[]) =>
		places
			.map((place) => {
				const { whole, align } = columns[place]!;
				// Alone beside the first and still too wide: then a number is cut too.
				const cell = cut(cells[place] ?? '', whole ? Math.min(natural[place]!, terminalColumns) : widths.get(place)!);
				return align === 'right' ? padStart(cell, widths.get(place)!) : padEnd(cell, widths.get(place)!);
			})
			.join(' '.repeat(GAP))
			.trimEnd();
	const titles = columns.map((column) => column.title);
	return `${(titles.some(Boolean) ? [titles, ...rows] : rows).map(line).join('\n')}\n`;
}
