// Strict JSON for files from outside: bounded size, depth and number of values, no key twice.
// Python's NaN and Infinity are read. RFC 8259 §4 leaves doubled keys to the reader; safetensors forbids them. JSON.parse would silently keep the last.

import type { ByteSource } from '../bytes/source.ts';
import { TongsaError } from '../errors.ts';
import type { MetadataValue } from './checkpoint.ts';

/** Depth of a config or header: the deepest known (quantisation settings, merges of rope settings) have 6. */
const MAX_DEPTH = 64;
/**
 * What one file may hold, since a bound on its length alone bounds nothing: an empty array is two bytes in a file and forty in memory.
 * Each bound is near twice what the fullest known file has, Gemma's tokenizer.json: 2.3 million values, 515,000 merges (each an array of
 * two), 262,144 keys. A safetensors header spends four keys on a tensor; the fullest known has 91,000 tensors.
 */
const BOUNDS = { values: 2 ** 22, containers: 2 ** 20, keys: 2 ** 19 };
/**
 * Bytes in memory that each takes at least, in V8, and what all may take: eight times the file, and room for small dense ones. Known files
 * take a half of that at most (a safetensors header of 91,000 tensors); 5 MB of `"a1":{},` would take 300 MB.
 */
const WEIGHTS = { values: 16, containers: 64, keys: 96 };
const MAX_GROWTH = 8;
const SMALL = 8 * 2 ** 20;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** A JSON object. */
export type JsonObject = Readonly<Record<string, MetadataValue>>;

/** The whole of a JSON file: at most `maxBytes`. */
export async function readJson(source: ByteSource, maxBytes: number, signal?: AbortSignal): Promise<MetadataValue> {
	if (source.byteLength > maxBytes) {
		throw new TongsaError('too-large', 'the JSON file is too long', {
			file: source.name,
			got: source.byteLength,
			allowed: `${maxBytes} bytes`,
		});
	}
	return parseJson(await source.read(0, source.byteLength, signal), source.name);
}

/** As readJson, and an object at the top. */
export async function readJsonObject(source: ByteSource, maxBytes: number, signal?: AbortSignal): Promise<JsonObject> {
	return expectObject(await readJson(source, maxBytes, signal), source.name, 'the whole file');
}

export function parseJson(bytes: Uint8Array, file: string): MetadataValue {
	let text: string;
	try {
		text = decoder.decode(bytes);
	} catch (cause) {
		throw new TongsaError('malformed', 'JSON that is not UTF-8', { file }, { cause });
	}
	const keys = countKeys(text, file);
	const value = parsed(text, file);
	if (keysOf(value) < keys) {
		throw new TongsaError('malformed', 'a JSON key stands twice in one object', { file, field: doubledKey(text) });
	}
	return value;
}

function parsed(text: string, file: string): MetadataValue {
	try {
		return JSON.parse(text);
	} catch (cause) {
		try {
			return JSON.parse(withoutPythonNumbers(text));
		} catch {
			throw new TongsaError('malformed', 'not valid JSON', { file, got: (cause as Error).message }, { cause });
		}
	}
}

/**
 * Python's json module writes numbers that JSON has not: Infinity, which a number too large for a float64 becomes here too, and NaN, which
 * becomes its name: whoever asks for a number refuses it with its key.
 */
function withoutPythonNumbers(text: string): string {
	let out = '';
	for (let i = 0; i < text.length; ) {
		const quote = text.indexOf('"', i);
		const outside = text.slice(i, quote < 0 ? undefined : quote);
		out += outside.replace(/\bInfinity\b/g, '1e999').replace(/\bNaN\b/g, '"NaN"');
		if (quote < 0) break;
		const end = endOfString(text, quote) + 1;
		out += text.slice(quote, end);
		i = end;
	}
	return out;
}

export function isObject(value: MetadataValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function expectObject(value: MetadataValue | undefined, file: string, field: string): JsonObject {
	if (isObject(value)) return value;
	throw new TongsaError('malformed', 'not a JSON object', { file, field, got: describe(value), allowed: 'an object {…}' });
}

/** A foreign value for a message: itself where it is short, its kind and size where it is not. */
export function describe(value: MetadataValue | undefined): string {
	if (Array.isArray(value) && value.length <= 8 && value.every((item) => typeof item === 'number')) return `[${value.join(',')}]`;
	if (Array.isArray(value)) return `an array of ${value.length}`;
	if (isObject(value)) return 'an object';
	if (value === undefined) return 'nothing';
	return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value);
}

/** One pass over brackets, commas and colons; gives the number of keys. What is no JSON at all is left for JSON.parse to refuse. */
function countKeys(text: string, file: string): number {
	const counts = { values: 0, containers: 0, keys: 0 };
	let depth = 0;
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x22) i = endOfString(text, i);
		else if (c === 0x7d || c === 0x5d) depth--;
		else if (c === 0x2c) counts.values++;
		else if (c === 0x3a) counts.keys++;
		else if (c === 0x7b || c === 0x5b) {
			counts.containers++;
			if (++depth > MAX_DEPTH) {
				throw new TongsaError('malformed', 'JSON nested too deeply', { file, field: `character ${i}`, allowed: `${MAX_DEPTH} levels` });
			}
		}
	}
	for (const [field, bound] of Object.entries(BOUNDS)) {
		const got = counts[field as keyof typeof BOUNDS];
		if (got > bound) throw new TongsaError('too-large', 'too much in a JSON file', { file, field, got, allowed: `at most ${bound}` });
	}
	const { values, containers, keys } = counts;
	const weight = values * WEIGHTS.values + containers * WEIGHTS.containers + keys * WEIGHTS.keys;
	if (weight > text.length * MAX_GROWTH + SMALL) {
		throw new TongsaError('too-large', 'JSON that would take many times its length in memory', {
			file,
			got: `${keys} keys, ${containers} objects and arrays in ${text.length} characters`,
		});
	}
	return counts.keys;
}

/** Keys of all objects in a value; fewer than the text has where one stood twice. It goes as deep as MAX_DEPTH and makes nothing. */
function keysOf(value: MetadataValue): number {
	let keys = 0;
	if (Array.isArray(value)) {
		for (const item of value) if (typeof item === 'object' && item !== null) keys += keysOf(item);
	} else if (isObject(value)) {
		for (const key in value) {
			keys++;
			const item = value[key]!;
			if (typeof item === 'object' && item !== null) keys += keysOf(item);
		}
	}
	return keys;
}

/** Index of the quote that closes the string opened at `start`; the text's length where none does. */
function endOfString(text: string, start: number): number {
	for (let i = start + 1; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x22) return i;
		if (c === 0x5c) i++;
	}
	return text.length;
}

/** The first key that stands twice in one object of valid JSON. */
function doubledKey(text: string): string {
	/** Per open bracket: the keys so far. */
	const open: Set<string>[] = [];
	let last = '';
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x22) {
			const end = endOfString(text, i);
			last = text.slice(i, end + 1);
			i = end;
		} else if (c === 0x7b || c === 0x5b) open.push(new Set());
		else if (c === 0x7d || c === 0x5d) open.pop();
		else if (c === 0x3a) {
			// Only a key stands before a colon. It may be spelled in two ways: "a" and "\u0061".
			const key: string = JSON.parse(last);
			const keys = open.at(-1)!;
			if (keys.has(key)) return key;
			keys.add(key);
		}
	}
	return '';
}
