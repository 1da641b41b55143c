// Out of the model: states read as words, and the next token.

import { TongsaError } from '../../../../src/errors.ts';
import { bestOf } from './library.ts';
import type { Precision, TokenView } from './protocol.ts';
import { type Context, idsOf, modelOf, tokenizerOf, tokenView, tokenViews } from './registry.ts';

export type Guess = TokenView & { readonly probability: number };

/** What every layer would say after one token: rows are the table's row, then each block's output. */
export interface LensColumn {
	readonly token: number;
	readonly layers: readonly (readonly Guess[])[];
	readonly precision: Precision;
}

/** Most tokens of a lens: each costs a product with the whole table for every layer. */
const MAX_LENS = 64;
/** The newest logits: moving the temperature must not run the model again. */
let kept: { readonly key: string; readonly logits: Float32Array; readonly precision: Precision } | undefined;

export const out = {
	/** Reads every state as words, the last token first; each column goes out as soon as it is there. */
	async lens(context: Context, name: string, text: string, top: number): Promise<{ tokens: TokenView[] }> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const ids = await idsOf(name, text);
		if (ids.length > MAX_LENS) {
			throw new TongsaError('too-large', 'too many tokens for a lens', { got: ids.length, allowed: `at most ${MAX_LENS}` });
		}
		const { tokens, provenance } = await opened.lens(ids, { tokens: 'all', top, signal: context.signal });
		for (const { position: token, layers } of tokens.toReversed()) {
			const guesses = layers.map((layer) => layer.top.map(({ id, probability }) => ({ ...tokenView(tokenizer, id), probability })));
			context.onPart({ token, layers: guesses, precision: provenance.precision! } satisfies LensColumn);
			await context.turn();
			context.signal.throwIfAborted();
		}
		return { tokens: tokenViews(tokenizer, ids) };
	},

	/** The most probable next tokens after a text and some ids. */
	async next(
		context: Context,
		name: string,
		text: string,
		more: readonly number[],
		top: number,
		temperature: number,
	): Promise<{ tokens: TokenView[]; best: Guess[]; precision: Precision }> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const ids = [...(await idsOf(name, text)), ...more];
		if (ids.length === 0) throw new TongsaError('usage', 'there is nothing to go on from');
		const key = JSON.stringify([name, ids]);
		if (kept?.key !== key) {
			const { logits, provenance } = await opened.logits(ids, { precision: 'exact', signal: context.signal });
			kept = { key, logits, precision: provenance.precision! };
		}
		const best = bestOf(kept.logits, top, temperature).map(({ id, probability }) => ({ ...tokenView(tokenizer, id), probability }));
		return { tokens: tokenViews(tokenizer, ids), best, precision: kept.precision };
	},
};
