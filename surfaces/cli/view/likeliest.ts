// What logits say to people: the likeliest next tokens of each position, and beside them those of the run before an edit.

import type { Traced } from '../../../src/model.ts';
import type { Tokenizer } from '../../../src/tokenizer/types.ts';
import { logSumExp, top } from '../../../src/unembedding/probability.ts';
import { table } from './table.ts';
import { tokenLabel } from './text.ts';

const SHOWN_TOKENS = 5;
/** Positions of a long text: its last ones. */
const SHOWN_ROWS = 10;

export function likeliest(
	tokenizer: Tokenizer | undefined,
	run: Pick<Traced, 'ids' | 'points'>,
	before: Pick<Traced, 'points'> | undefined,
	columns: number,
): string {
	const { shape, data } = run.points['logits']!;
	const [T, V] = shape as readonly [number, number];
	const said = (logits: Float32Array): string => {
		const total = logSumExp(logits);
		const percent = (id: number) => `${(100 * Math.exp(logits[id]! - total)).toFixed(1)} %`;
		return top(logits, SHOWN_TOKENS)
			.map((id) => `${tokenLabel(tokenizer, id) || id} ${percent(id)}`)
			.join(' | ');
	};
	const rows: string[][] = [];
	for (let t = Math.max(0, T - SHOWN_ROWS); t < T; t++) {
		const row = (all: Float32Array) => said(all.subarray(t * V, (t + 1) * V));
		// Of some tokens only: which of the text's they are is not said here.
		const token = run.ids.length === T ? tokenLabel(tokenizer, run.ids[t]!) : String(t);
		rows.push([token, ...(before ? [row(before.points['logits']!.data)] : []), row(data)]);
	}
	const next = before ? [{ title: 'next, as it is' }, { title: 'next, with the replacements' }] : [{ title: 'next' }];
	return table([{ title: 'after', whole: true }, ...next], rows, columns);
}
