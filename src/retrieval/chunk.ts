// Document → chunks: by headings, blocks and sentences, sized in the model's own tokens, never cut inside a character.

import type { Block, Chunk, ParsedDocument, TokenCounter } from './types.ts';

export interface ChunkSizes {
	/** The most tokens of a chunk's text. */
	readonly tokens: number;
	/** Tokens at a chunk's end that the next one repeats, in whole sentences, where a section is longer than one chunk. */
	readonly overlap: number;
}

/** A piece of text that is kept whole: a block, a sentence, a line, or less where those are too long. */
interface Unit {
	readonly start: number;
	readonly end: number;
	/** Counted alone. */
	readonly tokens: number;
	readonly block: Block;
}

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });
const words = new Intl.Segmenter('und', { granularity: 'word' });
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Deeper cuts, tried one after another on what is still too long. Code and table rows are cut at lines before sentences. */
const CUTS: readonly ((text: string) => Iterable<string>)[] = [
	(text) => segments(sentences, text),
	(text) => segments(words, text),
	(text) => segments(graphemes, text),
	(text) => text, // code points: a character of a thousand marks
];
const LINES = (text: string): Iterable<string> => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function* segments(segmenter: Intl.Segmenter, text: string): Generator<string> {
	for (const { segment } of segmenter.segment(text)) yield segment;
}

/** The most text that is handed to the tokenizer or a segmenter at once, in UTF-16 units: a block of megabytes is first cut at lines or so. */
const MAX_PIECE = 1 << 16;

/**
 * Chunks in the order of the text. Each is a range of it; a heading opens a new one and stands in it.
 *
 *     chunksOf({text: '# A\n\nOne. Two.', …}, counter, {tokens: 64, overlap: 8}) // [{start: 0, end: 13, headings: ['A'], …}]
 */
export function chunksOf(document: ParsedDocument, counter: TokenCounter, sizes: ChunkSizes): Chunk[] {
	const { text } = document;
	const count = (from: number, to: number): number => counter.offsets(text.slice(from, to)).length / 2;
	const place = placer(text);
	const chunks: Chunk[] = [];
	let path: { readonly level: number; readonly title: string }[] = [];
	let units: Unit[] = [];
	let tokens = 0;

	const flush = (): void => {
		const [first, last] = [units[0], units.at(-1)];
		if (first && last) {
			chunks.push({
				...place(first.start, last.end),
				...(first.block.page !== undefined && { page: first.block.page }),
				headings: path.map(({ title }) => title),
				tokens: count(first.start, last.end),
			});
		}
		units = [];
		tokens = 0;
	};
	/** What the next chunk repeats. */
	const tail = (): Unit[] => {
		let from = units.length;
		for (let sum = 0; from > 1; from--) {
			const unit = units[from - 1]!;
			sum += unit.tokens;
			if (sum > sizes.overlap || unit.block.kind === 'heading') break;
		}
		return units.slice(from);
	};

	for (const block of document.blocks) {
		if (text.slice(block.start, block.end).trim() === '') continue;
		if (block.kind === 'heading') {
			if (units.some((unit) => unit.block.kind !== 'heading')) flush();
			const level = block.level ?? 1;
			const kept = path.filter((one) => one.level < level);
			// A chunk of headings alone goes on under the last of them.
			path = [...kept, { level, title: titleOf(text.slice(block.start, block.end)) }];
		} else if (units.length && (units[0]!.block.page !== block.page || block.kind === 'record')) flush();
		// Headings that wait for their text leave it less: they are no chunk of their own.
		const heads = block.kind !== 'heading' && units.every((unit) => unit.block.kind === 'heading') ? tokens : 0;
		for (const unit of unitsOf(text, block, counter, heads < sizes.tokens / 2 ? sizes.tokens - heads : sizes.tokens)) {
			// Counted alone, pieces may have a token more or less than joined: the sum is trusted only where the joined text fits.
			if (units.length && (tokens + unit.tokens > sizes.tokens || count(units[0]!.start, unit.end) > sizes.tokens)) {
				const repeated = tail();
				flush();
				units = count(repeated[0]?.start ?? unit.start, unit.end) <= sizes.tokens ? repeated : [];
				tokens = units.reduce((sum, one) => sum + one.tokens, 0);
			}
			units.push(unit);
			tokens += unit.tokens;
		}
	}
	flush();
	return chunks;
}

/** The block's text without spaces around it, as one unit or as many. */
function* unitsOf(text: string, block: Block, counter: TokenCounter, most: number): Generator<Unit> {
	const cuts = block.kind === 'paragraph' || block.kind === 'heading' ? CUTS : [LINES, ...CUTS];
	yield* divide(block.start, block.end, 0);

	function* divide(from: number, to: number, depth: number): Generator<Unit> {
		let [start, end] = [from, to];
		while (start < end && isSpace(text.charCodeAt(start))) start++;
		while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
		if (start === end) return;
		const piece = text.slice(start, end);
		if (piece.length <= MAX_PIECE || depth === cuts.length) {
			const tokens = counter.offsets(piece).length / 2;
			if (tokens <= most || depth === cuts.length) return yield { start, end, tokens, block };
		}
		// Small neighbours go together again, or a long sentence would become as many units as it has words.
		let at = start;
		let open = start;
		let openTokens = 0;
		for (const part of cutPieces(cuts[depth]!, piece)) {
			const tokens = part.length > MAX_PIECE ? most + 1 : counter.offsets(part).length / 2;
			if (at > open && (openTokens + tokens > most || counterOf(open, at + part.length) > most)) {
				yield* divide(open, at, depth + 1);
				open = at;
				openTokens = 0;
			}
			at += part.length;
			openTokens += tokens;
			// Sentences and lines stay apart, so that chunks can end, and repeat, at them.
			if (cuts[depth] === LINES || cuts[depth] === CUTS[0]) {
				yield* divide(open, at, depth + 1);
				open = at;
				openTokens = 0;
			}
		}
		if (at > open) yield* divide(open, at, depth + 1);
	}

	function counterOf(from: number, to: number): number {
		return to - from > MAX_PIECE ? most + 1 : counter.offsets(text.slice(from, to)).length / 2;
	}
}

/** A segmenter's memory and time grow with its text: a text of megabytes without a line's end is handed to it in parts. */
function* cutPieces(cut: (text: string) => Iterable<string>, text: string): Generator<string> {
	for (let from = 0; from < text.length; ) {
		let to = Math.min(text.length, from + MAX_PIECE);
		if (to < text.length) {
			const space = text.lastIndexOf(' ', to);
			if (space > from + MAX_PIECE / 2) to = space + 1;
			else if ((text.charCodeAt(to) & 0xfc00) === 0xdc00) to--;
		}
		yield* cut(text.slice(from, to));
		from = to;
	}
}

const isSpace = (unit: number): boolean => unit <= 32 || unit === 0xa0 || unit === 0x3000 || unit === 0xfeff;

/** A heading as a title: on one line, without Markdown's own signs around it. */
function titleOf(heading: string): string {
	return heading
		.replace(/^\s*#{1,6}\s+|\s+#+\s*$|\n[=-]+\s*$/g, '')
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, MAX_TITLE);
}

/** The longest title that a path of headings repeats, in UTF-16 units. */
const MAX_TITLE = 200;

/** Ranges in units → the same in bytes and lines. Asked in order of their starts, it reads the text once. */
function placer(text: string): (start: number, end: number) => Pick<Chunk, 'start' | 'end' | 'byteStart' | 'byteEnd' | 'line'> {
	let at = { unit: 0, byte: 0, line: 1 };
	const forward = (from: typeof at, to: number): typeof at => {
		let { unit, byte, line } = from;
		for (; unit < to; unit++) {
			const code = text.charCodeAt(unit);
			byte += code < 0x80 ? 1 : code < 0x800 ? 2 : (code & 0xf800) === 0xd800 ? 2 : 3; // a pair of surrogates: four bytes
			if (code === 10) line++;
		}
		return { unit, byte, line };
	};
	return (start, end) => {
		at = forward(start < at.unit ? { unit: 0, byte: 0, line: 1 } : at, start);
		const last = forward(at, end);
		return { start, end, byteStart: at.byte, byteEnd: last.byte, line: at.line };
	};
}

/** What is embedded before a chunk's text and is no part of its citation: the document's title and the headings above. */
export function contextOf(title: string | undefined, headings: readonly string[]): string {
	const parts = [title, ...headings].filter((part, i, all): part is string => !!part && part !== all[i - 1]);
	return parts.length ? `${parts.join(' › ')}\n` : '';
}
