// Makes the compact vocabulary out of strings by id: what JSON, text and protobuf sources have in common.

import { stringKernels } from '../../compute/strings.ts';
import { TongsaError } from '../../errors.ts';
import type { StringTable } from '../../formats/checkpoint.ts';
import { KIND, type Vocabulary } from '../spec.ts';
import type { TokenKind } from '../types.ts';

const encoder = new TextEncoder();

/** Tokens of one vocabulary: the largest known has 262,208; 16 times that keeps ids far from any 32-bit bound and memory below 1 GB. */
export const MAX_TOKENS = 2 ** 22;

/** Strings one after another in one array. */
export function tableOf(strings: Iterable<string | Uint8Array>, length: number): StringTable {
	const offsets = new Uint32Array(length + 1);
	let bytes = new Uint8Array(Math.max(64, length * 8));
	let at = 0;
	let i = 0;
	for (const string of strings) {
		// UTF-8 takes at most three bytes a UTF-16 unit.
		const need = typeof string === 'string' ? string.length * 3 : string.length;
		if (at + need > bytes.length) {
			const wider = new Uint8Array(Math.max(at + need, bytes.length * 2));
			wider.set(bytes.subarray(0, at));
			bytes = wider;
		}
		if (typeof string === 'string') at += encoder.encodeInto(string, bytes.subarray(at)).written;
		else {
			bytes.set(string, at);
			at += string.length;
		}
		offsets[++i] = at;
	}
	return { kind: 'strings', length, bytes: bytes.slice(0, at), offsets };
}

/** Ids that a file may leave out, beside as many as it gives: no known file leaves out a thousand, and one id alone must not make four million. */
const MAX_GAPS = 2 ** 16;

/** An id out of a file. */
export function checkId(id: unknown, file: string, field: string): number {
	if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < MAX_TOKENS) return id;
	throw new TongsaError('malformed', 'token id', { file, field, got: String(id), allowed: `a whole number from 0 to ${MAX_TOKENS - 1}` });
}

/** UTF-8 bytes of one token: the longest of known vocabularies have about a thousand, and tries grow by every byte of each. */
const MAX_TOKEN_BYTES = 2 ** 16;

/** @throws TongsaError 'too-large' for a token beyond the bound */
export function checkTokenLengths(table: StringTable, file: string, field: string): void {
	const any = new Uint8Array(256).fill(1);
	const [id] = stringKernels().select(table, { least: MAX_TOKEN_BYTES + 1, most: 0xffffffff, lasts: any });
	if (id === undefined) return;
	throw new TongsaError('too-large', 'token', {
		file,
		field: `${field}[${id}]`,
		got: table.offsets[id + 1]! - table.offsets[id]!,
		allowed: `at most ${MAX_TOKEN_BYTES} bytes`,
	});
}

export interface VocabularyBuilder {
	set(id: number, text: string | Uint8Array, kind: TokenKind, score?: number): void;
	/** A token that the model does not know. */
	setOutside(id: number, text: string, kind: TokenKind): void;
	setKind(id: number, kind: TokenKind): void;
	idOf(text: string): number | undefined;
	has(id: number): boolean;
	build(scores?: 'f32' | 'f64'): Vocabulary;
}

/** Collects tokens by id; ids that nobody gives become unused empty ones. */
export function createVocabularyBuilder(file: string): VocabularyBuilder {
	const strings: (string | Uint8Array)[] = [];
	const kinds: number[] = [];
	const scores: number[] = [];
	const ids = new Map<string, number>();
	let given = 0;
	const outside = new Set<number>();
	const builder: VocabularyBuilder = {
		set(id, text, kind, score = 0) {
			checkId(id, file, 'id');
			if (strings[id] !== undefined) throw new TongsaError('malformed', 'two tokens have one id', { file, field: String(text), got: id });
			strings[id] = text;
			given++;
			kinds[id] = KIND[kind];
			scores[id] = score;
			if (typeof text === 'string' && !ids.has(text)) ids.set(text, id);
		},
		setOutside(id, text, kind) {
			builder.set(id, text, kind);
			outside.add(id);
		},
		setKind(id, kind) {
			kinds[id] = KIND[kind];
		},
		idOf: (text) => ids.get(text),
		has: (id) => strings[id] !== undefined,
		build(precision) {
			const size = strings.length;
			if (size > 2 * given + MAX_GAPS)
				throw new TongsaError('malformed', 'token ids far apart', {
					file,
					got: `${given} tokens, the highest id ${size - 1}`,
					allowed: `${MAX_GAPS} ids left out, and as many as there are tokens`,
				});
			const table = tableOf(
				Array.from(strings, (text) => text ?? ''),
				size,
			);
			checkTokenLengths(table, file, 'vocabulary');
			const vocabulary = {
				size,
				bytes: table.bytes,
				offsets: table.offsets,
				kinds: Uint8Array.from({ length: size }, (_, id) => kinds[id] ?? KIND.unused),
				...(outside.size > 0 && { outside }),
			};
			if (precision === undefined) return vocabulary;
			const numbers = precision === 'f32' ? new Float32Array(size) : new Float64Array(size);
			for (let id = 0; id < size; id++) numbers[id] = scores[id] ?? 0;
			return { ...vocabulary, scores: numbers };
		},
	};
	return builder;
}
