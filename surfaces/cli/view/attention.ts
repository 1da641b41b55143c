// Attention weights of one head as a person sees them: a row for each token that looks, a column for each that is looked at.

import type { ColourDepth } from '../terminal.ts';
import { cell, dim } from './colour.ts';
import { cut, padEnd, padStart, widest } from './text.ts';

export interface AttentionView {
	/** T·S weights, row-major; each row sums to 1, hidden cells are 0. */
	readonly weights: Float32Array;
	/** T and S tokens as people read them. */
	readonly queries: readonly string[];
	readonly keys: readonly string[];
}

const MAX_TOKEN = 14;
const CELL = 6;
/** Rows shown of a long text. */
const MAX_ROWS = 40;

/** Weights of 0.005 and less are left empty, so that the pattern shows; columns that do not fit are left out and counted. */
export function attention({ weights, queries, keys }: AttentionView, terminalColumns: number, depth: ColourDepth): string {
	const S = keys.length;
	const rows = queries.slice(0, MAX_ROWS).map((token) => cut(token, MAX_TOKEN));
	const left = widest(rows);
	const shown = Math.min(S, Math.max(1, Math.floor((terminalColumns - left) / (CELL + 1))));
	const titles = keys.slice(0, shown).map((token) => padStart(cut(token, CELL), CELL));
	const lines = rows.map((token, t) => {
		const cells = Array.from(weights.subarray(t * S, t * S + shown), (weight) => {
			const text = padStart(weight > 0.005 ? weight.toFixed(2) : '', CELL);
			return cell(text, weight, depth);
		});
		return `${padEnd(token, left)} ${cells.join(' ')}`.trimEnd();
	});
	const missing = [
		queries.length > rows.length ? `${queries.length - rows.length} rows` : '',
		S > shown ? `${S - shown} columns` : '',
	].filter(Boolean);
	const title = dim(`${padEnd('', left)} ${titles.join(' ')}`, depth);
	return `${[title, ...lines].join('\n')}\n${missing.length ? dim(`${missing.join(' and ')} more\n`, depth) : ''}`;
}
