// An answer as the blocks that the Responses API and Anthropic's tell it in: a text, a piece of thinking, a call, one after the other.

import type { ToolEvent } from '../../../src/generation/tools/types.ts';

export interface Block {
	readonly index: number;
	readonly kind: 'text' | 'reasoning' | 'call';
	/** Of the text, the thinking, or the call's arguments so far. */
	text: string;
	/** Of a call. */
	readonly id?: string;
	readonly name?: string;
	/** false for a call that was cut short. */
	whole: boolean;
}

export type Step =
	| { readonly type: 'open'; readonly block: Block }
	| { readonly type: 'more'; readonly block: Block; readonly text: string }
	| { readonly type: 'close'; readonly block: Block };

/** Takes an answer's events and tells when blocks open, grow and close. */
export function blockReader() {
	const blocks: Block[] = [];
	let open: Block | undefined;

	function* close(): Generator<Step> {
		if (open) yield { type: 'close', block: open };
		open = undefined;
	}

	function* begin(kind: Block['kind'], call: { id?: string; name?: string } = {}): Generator<Step> {
		yield* close();
		open = { index: blocks.length, kind, text: '', whole: kind !== 'call', ...call };
		blocks.push(open);
		yield { type: 'open', block: open };
	}

	function* more(text: string): Generator<Step> {
		if (text === '') return;
		open!.text += text;
		yield { type: 'more', block: open!, text };
	}

	return {
		*read(events: readonly ToolEvent[]): Generator<Step> {
			for (const event of events) {
				switch (event.type) {
					case 'text':
					case 'reasoning':
						if (open?.kind !== event.type) {
							// Spaces between two calls are no text of their own.
							if (blocks.length > 0 && event.text.trim() === '') break;
							yield* begin(event.type);
						}
						yield* more(event.text);
						break;
					case 'call':
						yield* begin('call', { id: event.id, name: event.name });
						break;
					case 'arguments':
						yield* more(event.text);
						break;
					case 'callEnd':
						open!.whole = true;
						yield* close();
						break;
					default:
						event satisfies never;
				}
			}
		},
		/** The answer is over: one of nothing is an empty text. */
		*end(): Generator<Step> {
			if (blocks.length === 0) yield* begin('text');
			yield* close();
		},
		blocks: blocks as readonly Block[],
	};
}
