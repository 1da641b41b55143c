// Which rows, columns and labels of a matrix are in sight.

/** Of the rows in sight those that have room for a label: every nth, and the picked one in the place of its nearest. */
export function labelled(rows: readonly number[], every: number, picked: number | undefined): number[] {
	const shown = rows.filter((row) => row % every === 0 && (picked === undefined || row === picked || Math.abs(row - picked) >= every));
	return picked === undefined || picked % every === 0 || !rows.includes(picked) ? shown : [...shown, picked];
}

/** Numbers of the rows or columns that are in sight. */
export function visibleParts(from: number, length: number, each: number, count: number): number[] {
	const first = Math.max(0, Math.floor(from / each));
	const last = Math.min(count, Math.ceil((from + length) / each));
	return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
}
