// A tokenizer.json's bytes → its JSON, with the two tables that make nearly all of it (model.vocab, model.merges) read beside, as bytes.
// Gemma's 33 MB would be two million JavaScript values. Whatever is not as every writer writes it is read by JSON.parse, which is the definition.

import { type Extent, type JsonTables, jsonTables } from '../../compute/json-tables.ts';
import { parseJson } from '../../formats/json.ts';
import { slotsFor } from '../vocabulary.ts';
import type { Json } from './fields.ts';
import type { Apart } from './huggingface.ts';
import { createVocabularyBuilder, MAX_TOKENS } from './table.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws TongsaError 'malformed', 'too-large' as parseJson */
export function readTokenizerJson(bytes: Uint8Array, file: string): readonly [json: Json, apart: Apart] {
	let read: ReturnType<typeof readTables>;
	try {
		read = readTables(bytes, file);
	} catch {
		// What is wrong, and where in the whole text, is said below.
	}
	return read ?? [parseJson(bytes, file), {}];
}

function readTables(bytes: Uint8Array, file: string): readonly [json: Json, apart: Apart] | undefined {
	utf8.decode(bytes);
	const tables = jsonTables(bytes);
	if (!tables) return undefined;
	const model = new Map<string, Member>();
	const end = overMembers(bytes, 0, tables, (name, from) => {
		if (name !== 'model') return tables.extent(from)?.end;
		return overMembers(bytes, from, tables, (name, from) => {
			const extent = tables.extent(from);
			if (extent) model.set(name, { from, ...extent });
			return extent?.end;
		});
	});
	const vocab = model.get('vocab');
	const merges = model.get('merges');
	const first = vocab && bytes[vocab.from];
	if (end === undefined || !vocab || (first !== OPEN_OBJECT && first !== OPEN_LIST) || vocab.commas >= MAX_TOKENS) return undefined;
	if (merges && bytes[merges.from] !== OPEN_LIST) return undefined;
	const tokens = tables.numbered(vocab.from, vocab, slotsFor(vocab.commas + 1));
	const table = tokens && merges && tables.merges(merges.from, merges);
	if (!tokens || (merges && !table)) return undefined;
	const ends = [vocab, ...(merges ? [merges] : [])].sort((a, b) => a.from - b.from);
	return [
		parseJson(without(bytes, ends), file),
		{
			vocabulary: createVocabularyBuilder(file, tokens),
			...(table && { merges: { kind: 'strings', length: table.offsets.length - 1, ...table } }),
		},
	];
}

interface Member extends Extent {
	readonly from: number;
}

const [QUOTE, COLON, COMMA, OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST] = [0x22, 0x3a, 0x2c, 0x7b, 0x7d, 0x5b];
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Where the object at `from` ends; undefined where it is none. `endOf`: of the value of a name, as it is written, at an index. */
function overMembers(
	bytes: Uint8Array,
	from: number,
	tables: JsonTables,
	endOf: (name: string, from: number) => number | undefined,
): number | undefined {
	let at = from;
	const next = (): number | undefined => {
		while (isSpace(bytes[at])) at++;
		return bytes[at++];
	};
	if (next() !== OPEN_OBJECT) return undefined;
	let end = 0;
	do {
		if (next() !== QUOTE) return undefined;
		const name = tables.extent(at - 1);
		if (!name) return undefined;
		const text = utf8.decode(bytes.subarray(at, name.end - 1));
		at = name.end;
		if (next() !== COLON) return undefined;
		while (isSpace(bytes[at])) at++;
		const valueEnd = endOf(text, at);
		if (valueEnd === undefined) return undefined;
		at = valueEnd;
		end = next() ?? 0;
	} while (end === COMMA);
	return end === CLOSE_OBJECT ? at : undefined;
}

/** The text with these objects and lists emptied. */
function without(bytes: Uint8Array, members: readonly Member[]): Uint8Array {
	const kept = new Uint8Array(bytes.length);
	let at = 0;
	let length = 0;
	const keep = (from: number, to: number): void => {
		kept.set(bytes.subarray(from, to), length);
		length += to - from;
	};
	for (const { from, end } of members) {
		keep(at, from + 1);
		keep(end - 1, end);
		at = end;
	}
	keep(at, bytes.length);
	return kept.subarray(0, length);
}
