// AlignedText: a stretch of text on its way to the model, which remembers where in the caller's text each of its units comes from.
// The seam between the stages: a normalizer makes one of another, a pre-tokenizer makes several of one, a model makes tokens of it.

export interface AlignedText {
	readonly text: string;
	/** Without `map`: unit i of `text` is unit at + i of the caller's text. */
	readonly at: number;
	/** Unit i of `text` stands for the caller's units starts[i] to ends[i] (empty for a character that was put in). */
	readonly map?: { readonly starts: Uint32Array; readonly ends: Uint32Array };
}

/** Normalizer step. A step that changes nothing returns its argument. */
export type Normalizer = (input: AlignedText) => AlignedText;

/** Pre-tokenizer step: pieces in order; empty pieces are left out. What begins the caller's text has 0 as its first unit's start. */
export type PreTokenizer = (input: AlignedText) => readonly AlignedText[];

/** Takes tokens of one piece: id, and its range in UTF-16 units of the piece's own text. */
export type PieceSink = (id: number, start: number, end: number) => void;

/** A compiled model: one piece → tokens. Given lone surrogates, reads U+FFFD. */
export interface Model {
	encode(text: string, sink: PieceSink): void;
}

/** Bytes of text that a run of ids stands for, a token at a time. `end` gives what was held back. */
export interface DecodeRun {
	push(id: number): Uint8Array;
	end(): Uint8Array;
}

/** Units from..to of `input`, still aligned. */
export function slice(input: AlignedText, from: number, to: number): AlignedText {
	if (from === 0 && to === input.text.length) return input;
	const text = input.text.slice(from, to);
	if (!input.map) return { text, at: input.at + from };
	const { starts, ends } = input.map;
	return { text, at: input.at, map: { starts: starts.subarray(from, to), ends: ends.subarray(from, to) } };
}

/** Where the caller's text for units from..to of `input` begins and ends. */
export function originOf(input: AlignedText, from: number, to: number): readonly [start: number, end: number] {
	if (!input.map) return [input.at + from, input.at + to];
	const { starts, ends } = input.map;
	if (from >= to) {
		const at = from < starts.length ? starts[from]! : (ends[ends.length - 1] ?? input.at);
		return [at, at];
	}
	return [starts[from]!, Math.max(starts[from]!, ends[to - 1]!)];
}
