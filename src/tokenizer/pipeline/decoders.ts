// Decoders: token strings back to text, a token at a time, so that a stream and a whole decode are the same thing.
// huggingface/tokenizers tokenizers/src/decoders/*.rs; sentencepiece src/sentencepiece_processor.cc (Decode, ProcessBytePieces)

import { TongsaError } from '../../errors.ts';
import { byteLevelToBytes } from '../models/byte-level.ts';
import { compileFind } from '../regex/find.ts';
import type { DecoderSpec } from '../spec.ts';
import type { DecodeRun } from '../text/aligned.ts';
import { takeCharacters } from '../text/whole-characters.ts';
import type { TokenKind } from '../types.ts';

const encoder = new TextEncoder();

/** What a decoder is told of a token. */
export interface DecodedToken {
	/** The token's string as the file writes it. */
	readonly text: string;
	readonly bytes: Uint8Array;
	readonly kind: TokenKind;
}

/** A stretch of text between two steps. `begins`: it is the beginning of a token, not more of the one before. */
interface Chunk {
	readonly text: string;
	readonly begins: boolean;
}

/** One step of a decoder in progress. */
interface Step {
	push(chunk: Chunk): readonly Chunk[];
	end(): readonly Chunk[];
}

const NOTHING: readonly Chunk[] = [];

/** A step that looks at one token at a time; `index` counts them. */
function eachToken(change: (text: string, index: number) => string): () => Step {
	return () => {
		let index = -1;
		return {
			push({ text, begins }) {
				if (begins) index++;
				return [{ text: change(text, index), begins }];
			},
			end: () => NOTHING,
		};
	};
}

function sequence(steps: readonly (() => Step)[]): () => Step {
	return () => {
		const running = steps.map((make) => make());
		const from = (first: number, chunks: readonly Chunk[]): readonly Chunk[] =>
			running.slice(first).reduce((flow, step) => flow.flatMap((chunk) => step.push(chunk)), chunks);
		return {
			push: (chunk) => from(0, [chunk]),
			end: () => running.flatMap((step, i) => from(i + 1, step.end())),
		};
	};
}

/** From here on there is one token only. */
const fuse = (): Step => {
	let begun = false;
	return {
		push({ text }) {
			const begins = !begun;
			begun = true;
			return [{ text, begins }];
		},
		end: () => NOTHING,
	};
};

/** '<0xED>' '<0x95>' '<0x9C>' → '한'. */
const byteFallback = (): Step => {
	let held: readonly number[] = [];
	const characters = (final: boolean): Chunk[] => {
		const { taken, rest } = takeCharacters(held, final);
		held = rest;
		return taken.map((text) => ({ text, begins: true }));
	};
	return {
		push(chunk) {
			const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(chunk.text);
			if (byte === null) return [...characters(true), chunk];
			held = [...held, Number.parseInt(byte[1]!, 16)];
			return characters(false);
		},
		end: () => characters(true),
	};
};

/** Takes up to `start` times `content` off a token's beginning, up to `stop` times off its end. */
function strip(content: string, start: number, stop: number): () => Step {
	return () => {
		let left = 0;
		let held = '';
		let count = 0;
		const finish = (): string => {
			const kept = count > stop ? content.repeat(count - stop) : '';
			count = 0;
			return held + kept;
		};
		return {
			push({ text, begins }) {
				let before = '';
				if (begins) {
					before = finish();
					left = start;
					held = '';
				}
				let rest = text;
				while (left > 0 && rest.startsWith(content)) {
					rest = rest.slice(content.length);
					left--;
				}
				if (rest !== '') left = 0;
				// What may be the token's end is held back.
				let ending = 0;
				while (stop > 0 && rest.endsWith(content) && rest !== '') {
					rest = rest.slice(0, -content.length);
					ending++;
				}
				const out: Chunk[] = before === '' ? [] : [{ text: before, begins: false }];
				if (rest !== '' && count > 0) {
					out.push({ text: content.repeat(count), begins: false });
					count = 0;
				}
				count += ending;
				out.push({ text: rest, begins });
				return out;
			},
			end() {
				const rest = finish();
				return rest === '' ? NOTHING : [{ text: rest, begins: false }];
			},
		};
	};
}

/** sentencepiece_processor.cc, Decode: is_bos_ws. */
function prefix(every: boolean): () => Step {
	return () => {
		let begun = false;
		return {
			push({ text, begins }) {
				const stripped = !begun && text.startsWith('\u2581');
				const rest = stripped ? text.slice(1) : text;
				begun ||= rest !== '' || (stripped && !every);
				return [{ text: rest, begins }];
			},
			end: () => NOTHING,
		};
	};
}

/** Tidying of spaces before marks and English contractions (wordpiece.rs, cleanup). */
const TIDY: readonly (readonly [string, string])[] = [
	[' .', '.'],
	[' ?', '?'],
	[' !', '!'],
	[' ,', ','],
	[" ' ", "'"],
	[" n't", "n't"],
	[" 'm", "'m"],
	[' do not', " don't"],
	[" 's", "'s"],
	[" 've", "'ve"],
	[" 're", "'re"],
];
const tidy = (text: string): string => TIDY.reduce((out, [from, to]) => out.replaceAll(from, to), text);

/** Original BPE: the suffix that ends a word is a space, but nothing at the text's end. One token is held back. */
function bpe(suffix: string): () => Step {
	return () => {
		let held: string | undefined;
		return {
			push({ text }) {
				const before = held;
				held = text;
				return before === undefined ? NOTHING : [{ text: before.replaceAll(suffix, ' '), begins: true }];
			},
			end: () => (held === undefined ? NOTHING : [{ text: held.replaceAll(suffix, ''), begins: true }]),
		};
	};
}

function ctc({ pad_token, word_delimiter_token, cleanup }: Extract<DecoderSpec, { type: 'CTC' }>): () => Step {
	return () => {
		let last: string | undefined;
		return {
			push({ text, begins }) {
				if (text === last) return NOTHING;
				last = text;
				const plain = pad_token === '' ? text : text.replaceAll(pad_token, '');
				const out = cleanup ? tidy(plain).replaceAll(word_delimiter_token, ' ') : plain;
				return out === '' ? NOTHING : [{ text: out, begins }];
			},
			end: () => NOTHING,
		};
	};
}

function replace(spec: Extract<DecoderSpec, { type: 'Replace' }>): () => Step {
	const find = compileFind(spec.pattern);
	return eachToken((text) => {
		let out = '';
		let last = 0;
		find(text, (start, end) => {
			out += text.slice(last, start) + spec.content;
			last = end;
		});
		return last === 0 && out === '' ? text : out + text.slice(last);
	});
}

/** Letters of the byte alphabet to text in the middle of a pipeline: characters are given on as soon as they are whole. */
const byteLevel = (): Step => {
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	let begun = false;
	const give = (text: string): readonly Chunk[] => {
		if (text === '') return NOTHING;
		const begins = !begun;
		begun = true;
		return [{ text, begins }];
	};
	return {
		push({ text }) {
			const bytes = encoder.encode(text);
			const out = new Uint8Array(bytes.length);
			return give(decoder.decode(out.subarray(0, byteLevelToBytes(bytes, 0, bytes.length, out, 0)), { stream: true }));
		},
		end: () => give(decoder.decode()),
	};
};

function compileStep(spec: DecoderSpec): () => Step {
	switch (spec.type) {
		case 'Sequence':
			return sequence(spec.decoders.map(compileStep));
		case 'ByteLevel':
			return byteLevel;
		case 'ByteFallback':
			return byteFallback;
		case 'Fuse':
			return fuse;
		case 'Replace':
			return replace(spec);
		case 'Strip':
			return strip(spec.content, spec.start, spec.stop);
		case 'Metaspace': {
			const drops = spec.prepend_scheme !== 'never';
			return eachToken((text, index) => text.replaceAll(spec.replacement, index === 0 && drops ? '' : ' '));
		}
		case 'Prefix':
			return prefix(spec.every);
		case 'Spaced':
			return eachToken((text, index) => (index === 0 ? text : ` ${text}`));
		case 'WordPiece':
			return eachToken((text, index) => {
				const { prefix } = spec;
				const word = index === 0 ? text : text.startsWith(prefix) ? text.slice(prefix.length) : ` ${text}`;
				return spec.cleanup ? tidy(word) : word;
			});
		case 'BPEDecoder':
			return bpe(spec.suffix);
		case 'CTC':
			return ctc(spec);
		default:
			throw new TongsaError('unsupported', 'unknown decoder', { got: (spec satisfies never as { type: string }).type });
	}
}

/** Compiles a decoder: each run of ids gets its own. @throws TongsaError 'unsupported' */
export function compileDecoder(spec: DecoderSpec, tokenOf: (id: number) => DecodedToken): () => DecodeRun {
	const make = compileStep(spec);
	return () => {
		const step = make();
		const bytesOf = (chunks: readonly Chunk[]): Uint8Array => encoder.encode(chunks.map(({ text }) => text).join(''));
		return {
			push: (id) => bytesOf(step.push({ text: tokenOf(id).text, begins: true })),
			end: () => bytesOf(step.end()),
		};
	};
}
