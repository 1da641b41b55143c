// The embedding matrix as a person sees it: one line a token, the first and last columns with … between, cells coloured by value.

import type { ColourDepth } from '../terminal.ts';
import { cell, dim } from './colour.ts';
import { cut, padEnd, padStart, widest } from './text.ts';

export interface MatrixView {
	/** [T, D]. */
	readonly shape: readonly [number, number];
	/** T·D values, row-major. */
	readonly data: Float32Array;
	readonly ids: readonly number[];
}

/** Rows shown of a long text; a fifth of them stand at the end. */
const MAX_ROWS = 40;
/** Widest token shown, in columns. */
const MAX_TOKEN = 18;
const CELL = 8;

/** @param label a token's name for people, by its id */
export function matrix(
	view: MatrixView,
	label: (id: number) => string,
	terminalColumns: number,
	depth: ColourDepth,
	maxRows = MAX_ROWS,
): string {
	const [T, D] = view.shape;
	const tokens = view.ids.map((id) => cut(label(id), MAX_TOKEN));
	const tokenWidth = widest(tokens);
	const idWidth = Math.max(2, widest(view.ids.map(String)));
	// Two spaces on either side of the id, and one more where … stands between.
	const shown = columnsShown(D, Math.max(2, Math.floor((terminalColumns - tokenWidth - idWidth - 5) / (CELL + 1))));
	const decimals = decimalsFor(view.data);
	// The scale ends at the largest value shown, so that a pale matrix still shows its pattern.
	const rows = rowsShown(T, maxRows);
	let most = 0;
	for (const t of rows)
		for (const d of shown) if (d !== undefined && t !== undefined) most = Math.max(most, Math.abs(view.data[t * D + d]!));
	const head = shown.map((d) => (d === undefined ? '…' : padStart(String(d), CELL))).join(' ');
	const lines = rows.map((t) => {
		if (t === undefined) return dim(`${padEnd('', tokenWidth)}  ${padStart('…', idWidth)}  ${T - rows.length + 1} rows more`, depth);
		const cells = shown.map((d) => {
			if (d === undefined) return '…';
			const value = view.data[t * D + d]!;
			return cell(padStart(value.toFixed(decimals), CELL), most ? value / most : 0, depth);
		});
		return `${padEnd(tokens[t]!, tokenWidth)}  ${padStart(String(view.ids[t]), idWidth)}  ${cells.join(' ')}`;
	});
	const title = `${padEnd('', tokenWidth)}  ${padStart('id', idWidth)}  ${head}`;
	return `${dim(title, depth)}\n${lines.join('\n')}\n`;
}

/** Column numbers shown, undefined where some are left out: the first ones and the last two. */
function columnsShown(D: number, room: number): (number | undefined)[] {
	if (D <= room) return Array.from({ length: D }, (_, d) => d);
	const last = Math.min(2, Math.floor(room / 2));
	const first = Math.max(1, room - last);
	return [...Array.from({ length: first }, (_, d) => d), undefined, ...Array.from({ length: last }, (_, i) => D - last + i)];
}

function rowsShown(T: number, maxRows: number): (number | undefined)[] {
	if (T <= maxRows) return Array.from({ length: T }, (_, t) => t);
	const last = Math.ceil(maxRows / 5);
	const first = maxRows - last;
	return [...Array.from({ length: first }, (_, t) => t), undefined, ...Array.from({ length: last }, (_, i) => T - last + i)];
}

/** Decimals that show four digits of a typical value: 0.1234, 12.34, 123.4. */
function decimalsFor(data: Float32Array): number {
	let most = 0;
	for (const value of data) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
	return most < 10 ? 4 : most < 1000 ? 2 : 0;
}
