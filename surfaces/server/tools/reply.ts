// An answer as it comes: text, thinking and calls, told in order and kept for the whole.

import type { ToolCall, ToolEvent, ToolReader } from '../../../src/generation/tools/types.ts';
import type { Tokenizer } from '../../../src/tokenizer/types.ts';

export interface Reply {
	readonly text: string;
	readonly reasoning: string;
	/** Those that are whole. */
	readonly calls: readonly ToolCall[];
}

/** Reads one answer. Without a reader all of it is text. */
export function replyReader(tokenizer: Tokenizer | undefined, reader: ToolReader | undefined) {
	let text = '';
	let reasoning = '';
	const begun = new Map<number, { id: string; name: string; arguments: string }>();
	const calls: ToolCall[] = [];

	function keep(events: readonly ToolEvent[]): readonly ToolEvent[] {
		for (const event of events) {
			switch (event.type) {
				case 'text':
					text += event.text;
					break;
				case 'reasoning':
					reasoning += event.text;
					break;
				case 'call':
					begun.set(event.index, { id: event.id, name: event.name, arguments: '' });
					break;
				case 'arguments':
					begun.get(event.index)!.arguments += event.text;
					break;
				case 'callEnd':
					calls.push({ index: event.index, ...begun.get(event.index)! });
					break;
				default:
					event satisfies never;
			}
		}
		return events;
	}

	return {
		/** @param id of the token that `more` comes of; undefined for text that was held back */
		read(more: string, id?: number): readonly ToolEvent[] {
			if (!reader) return keep(more ? [{ type: 'text', text: more }] : []);
			// A special token adds nothing to the answer's text, and is what a reader waits for.
			const token = id !== undefined && more === '' && tokenizer && id < tokenizer.size ? tokenizer.token(id) : undefined;
			const special = token !== undefined && token.kind === 'control';
			const piece = special ? token.text : more;
			return piece ? keep(reader.read(piece, special)) : [];
		},
		end: (): readonly ToolEvent[] => (reader ? keep(reader.end()) : []),
		get reply(): Reply {
			return { text, reasoning, calls };
		},
	};
}
