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
	/** All of stdin as UTF-8, to the byte. @throws TongsaError 'too-large', 'malformed' for what is no UTF-8. */
	readAll(): Promise<string>;
	/** Lines of stdin: they end at U+000A alone, and a U+FEFF before the first is Windows' mark, not text. @throws as readAll */
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
			return decoded(Buffer.concat(chunks), 0);
		},
		async *lines() {
			yield* linesOf(process.stdin as AsyncIterable<Uint8Array>);
		},
	};
}

/** Bytes → lines without their ends. Not by node:readline: U+2028 and a lone U+000D are characters of a line. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	let pieces: Uint8Array[] = [];
	let length = 0;
	let before = 0;
	const take = (): string => {
		const line = decoded(Buffer.concat(pieces), before);
		const text = before === 0 ? line.replace(/^\ufeff/, '') : line;
		before += length + 1;
		pieces = [];
		length = 0;
		return text;
	};
	for await (const chunk of chunks) {
		let from = 0;
		for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
			pieces.push(chunk.subarray(from, end));
			length += end - from;
			from = end + 1;
			yield take();
		}
		pieces.push(chunk.subarray(from));
		length += chunk.length - from;
		if (length > MAX_STDIN_BYTES)
			throw new TongsaError('too-large', 'a line too long on stdin', { allowed: `at most ${MAX_STDIN_BYTES} bytes` });
	}
	if (length > 0) yield take();
}

/** UTF-8 to the byte; U+FEFF stays. @throws TongsaError 'malformed' with the place of the first byte that is none. */
function decoded(bytes: Uint8Array, before: number): string {
	try {
		return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes);
	} catch {
		const wide = before === 0 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));
		throw new TongsaError('malformed', 'stdin is not text in UTF-8', {
			byteOffset: before + wholeUntil(bytes),
			...(wide && { got: 'UTF-16', hint: 'In PowerShell: $OutputEncoding = [Text.UTF8Encoding]::new()' }),
		});
	}
}

/** How many bytes are whole characters before the first that is none: half by half. */
function wholeUntil(bytes: Uint8Array): number {
	let tried = 0;
	let whole = 0;
	for (let step = 2 ** Math.ceil(Math.log2(bytes.length + 1)); step >= 1; step /= 2) {
		if (tried + step > bytes.length) continue;
		try {
			// A character that is cut by the end of the part is kept back by `stream`, and not counted.
			const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, tried + step), { stream: true });
			tried += step;
			whole = Buffer.byteLength(text);
		} catch {}
	}
	return whole;
}

/** NO_COLOR and FORCE_COLOR come before what the terminal says of itself (no-color.org, force-color.org). */
export function colourDepth(env: Readonly<Record<string, string | undefined>>, own: number): ColourDepth {
	if (env.NO_COLOR) return 1;
	const forced: Readonly<Record<string, ColourDepth>> = { 0: 1, false: 1, 1: 4, true: 4, '': 4, 2: 8, 3: 24 };
	if (env.FORCE_COLOR !== undefined) return forced[env.FORCE_COLOR] ?? 4;
	return own >= 24 ? 24 : own >= 8 ? 8 : own >= 4 ? 4 : 1;
}
