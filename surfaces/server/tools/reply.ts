// An answer as it comes: text, thinking and calls, told in order and kept for the whole.

import type { ToolCall, ToolEvent } from '../../../src/generation/tools/types.ts';

export interface Reply {
	readonly text: string;
	readonly reasoning: string;
	/** Those that are whole. */
	readonly calls: readonly ToolCall[];
}

/** Keeps what one answer says. Where nobody has read it for calls (engine-worker.ts), all of it is text. */
export function replyReader(read: boolean) {
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
		/** @param events what the reader has told of `more`, where there is one */
		read(more: string, events: readonly ToolEvent[] = []): readonly ToolEvent[] {
			if (read) return keep(events);
			return keep(more ? [{ type: 'text', text: more }] : []);
		},
		get reply(): Reply {
			return { text, reasoning, calls };
		},
	};
}
