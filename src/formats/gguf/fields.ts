// The small readings that a GGUF header is made of: counts, strings, refusals with their place.

import type { HeaderReader } from '../../bytes/header-reader.ts';
import { TongsaError } from '../../errors.ts';

/** ignoreBOM: a token that begins with U+FEFF keeps it. Values are read leniently, names strictly: two names must not become one. */
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** A refusal of what stands at the reader's position. */
export function malformed(
	header: HeaderReader,
	what: string,
	field: string,
	got?: string | number | bigint,
	allowed?: string,
): TongsaError {
	return new TongsaError('malformed', what, {
		file: header.source.name,
		field,
		byteOffset: header.byteOffset,
		...(got === undefined ? {} : { got }),
		...(allowed === undefined ? {} : { allowed }),
	});
}

/** A u32. */
export async function readU32(header: HeaderReader, field: string): Promise<number> {
	await header.need(4, field);
	const value = header.view.getUint32(header.at, true);
	header.at += 4;
	return value;
}

/** A u64 that counts something: at most `bound`, for the reason that the message gives. The position stays on a number that is refused. */
export async function readCount(header: HeaderReader, field: string, bound: number, why: string): Promise<number> {
	await header.need(8, field);
	const value = header.view.getUint32(header.at, true) + header.view.getUint32(header.at + 4, true) * 2 ** 32;
	if (value > bound) {
		throw malformed(header, 'a number beyond its bound', field, header.view.getBigUint64(header.at, true), `at most ${bound}, ${why}`);
	}
	header.at += 8;
	return value;
}

/** A string's length in bytes: bounded by `bound` and by what is left of the file behind the length itself. */
export async function readStringLength(header: HeaderReader, field: string, bound: number, why: string): Promise<number> {
	const left = Math.max(0, header.remaining - 8);
	return readCount(header, field, Math.min(bound, left), bound < left ? why : 'the bytes left in the file');
}

/** Longest key or tensor name: the spec's bound on keys (2^16 - 1). It gives tensor names 64, but real image models have longer ones. */
const MAX_NAME_BYTES = 65_535;

/** A metadata key or a tensor name. */
export async function readName(header: HeaderReader, field: string): Promise<string> {
	const length = await readStringLength(header, `length of ${field}`, MAX_NAME_BYTES, "the spec's bound on a key");
	await header.need(length, field);
	const bytes = header.bytes.subarray(header.at, header.at + length);
	let name: string;
	try {
		name = strict.decode(bytes);
	} catch {
		throw malformed(header, 'a name is not UTF-8', field, lenient.decode(bytes));
	}
	if (name === '') throw malformed(header, 'an empty name', field);
	header.at += length;
	return name;
}

/** Longest single string: twice the largest tokenizer.json (33 MB) that a file carries as one string. */
const MAX_STRING_BYTES = 64 * 2 ** 20;

/** A string value. */
export async function readString(header: HeaderReader, field: string): Promise<string> {
	const length = await readStringLength(header, field, MAX_STRING_BYTES, 'twice the largest tokenizer.json known');
	await header.need(length, field);
	const text = lenient.decode(header.bytes.subarray(header.at, header.at + length));
	header.at += length;
	return text;
}
