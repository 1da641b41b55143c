// The terminal that a call runs in: where output goes, how wide it is, which colours it has, and what is piped in.

import { TongsaError } from '../../src/errors.ts';

/** Colours per cell: none, the 16 named ones, the 256-colour cube, or 24 bits. */
export type ColourDepth = 1 | 4 | 8 | 24;

export interface Terminal {
	/** Columns of stdout; 100 where it is no terminal. */
	readonly columns: number;
	readonly colours: ColourDepth;
	/** Whether a person can be asked: stdin and stdout are both terminals. */
	readonly interactive: boolean;
	readonly stdinIsTerminal: boolean;
	readonly stderrIsTerminal: boolean;
	write(text: string): Promise<void>;
	/** Progress and notices. */
	note(text: string): void;
	/** All of stdin as UTF-8. @throws TongsaError 'too-large'. */
	readAll(): Promise<string>;
	/** Lines of stdin without their ends. */
	lines(): AsyncIterable<string>;
}

/** The most text that is read from a pipe: four times the tokenizers' own limit would be refused later anyway, after the memory is spent. */
const MAX_STDIN_BYTES = 256 * 2 ** 20;

/** Columns where nobody says: a readable line in a log. */
const STANDARD_COLUMNS = 100;

export function processTerminal(): Terminal {
	// Each stream is made by Node when it is first asked for.
	const { env } = process;
	return {
		get columns() {
			return Math.max(20, process.stdout.columns || Number(env.COLUMNS) || STANDARD_COLUMNS);
		},
		get colours() {
			return colourDepth(env, process.stdout.isTTY ? process.stdout.getColorDepth(env) : 1);
		},
		get interactive() {
			return Boolean(process.stdin.isTTY && process.stdout.isTTY);
		},
		get stdinIsTerminal() {
			return Boolean(process.stdin.isTTY);
		},
		get stderrIsTerminal() {
			return Boolean(process.stderr.isTTY);
		},
		write: (text) => new Promise((done, fail) => void process.stdout.write(text, (error) => (error ? fail(error) : done()))),
		note: (text) => void process.stderr.write(text),
		async readAll() {
			const chunks: Uint8Array[] = [];
			let length = 0;
			for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
				length += chunk.length;
				if (length > MAX_STDIN_BYTES) {
					throw new TongsaError('too-large', 'too much text on stdin', { allowed: `at most ${MAX_STDIN_BYTES} bytes` });
				}
				chunks.push(chunk);
			}
			return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks));
		},
		async *lines() {
			const { createInterface } = await import('node:readline');
			yield* createInterface({ input: process.stdin, crlfDelay: Infinity });
		},
	};
}

/** NO_COLOR and FORCE_COLOR come before what the terminal says of itself (no-color.org, force-color.org). */
export function colourDepth(env: Readonly<Record<string, string | undefined>>, own: number): ColourDepth {
	if (env.NO_COLOR) return 1;
	const forced: Readonly<Record<string, ColourDepth>> = { 0: 1, false: 1, 1: 4, true: 4, '': 4, 2: 8, 3: 24 };
	if (env.FORCE_COLOR !== undefined) return forced[env.FORCE_COLOR] ?? 4;
	return own >= 24 ? 24 : own >= 8 ? 8 : own >= 4 ? 4 : 1;
}
