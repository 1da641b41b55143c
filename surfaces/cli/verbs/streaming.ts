// An answer as it comes: text written piece by piece, and at the end how fast it came.

import type { GenerateJson } from '../../protocol/generate.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../view/numbers.ts';

/** A model's words must not command the terminal: controls other than tab and newline, and marks of direction, are left out. */
const CONTROLS = /(?![\t\n])\p{Cc}|\p{Bidi_Control}/gu;

/** Writes pieces of text; `end` closes the last line. */
export function shown(terminal: Terminal): { write(text: string): Promise<void>; end(): Promise<void> } {
	let open = false;
	return {
		async write(text) {
			const plain = text.replace(CONTROLS, '');
			if (plain === '') return;
			open = !plain.endsWith('\n');
			await terminal.write(plain);
		},
		async end() {
			if (open) await terminal.write('\n');
			open = false;
		},
	};
}

/** '24 tokens, 48.2 tokens/s, the first after 0.31 s; stopped by <|im_end|>' */
export function speed({ ids, finishReason, stoppedBy, timing }: GenerateJson): string {
	const { firstTokenMs, tokensPerSecond } = timing;
	const rate = tokensPerSecond === undefined ? '' : `, ${tokensPerSecond.toFixed(1)} tokens/s`;
	const stop = stoppedBy === undefined ? 'nothing can follow' : `stopped by ${JSON.stringify(stoppedBy)}`;
	const ends = { stop, length: 'cut at --max-tokens', context: 'the context is full' };
	return `${counted(ids.length, 'token')}${rate}, the first after ${(firstTokenMs / 1000).toFixed(2)} s; ${ends[finishReason]}\n`;
}
