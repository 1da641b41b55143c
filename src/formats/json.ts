// Strict JSON for files from outside: bounded size and depth, no key twice.
// RFC 8259 §4 leaves doubled keys to the reader; safetensors forbids them. JSON.parse would silently keep the last.

import type { ByteSource } from '../bytes/source.ts';
import { TongsaError } from '../errors.ts';
import type { MetadataValue } from './checkpoint.ts';

/** Depth of a config or header: the deepest known (quantisation settings, merges of rope settings) have 6. */
const MAX_DEPTH = 64;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The whole of a small JSON file: at most `maxBytes`. */
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
export async function readJsonObject(source: ByteSource, maxBytes: number, signal?: AbortSignal): Promise<Record<string, MetadataValue>> {
	return expectObject(await readJson(source, maxBytes, signal), source.name, 'the whole file');
}

export function parseJson(bytes: Uint8Array, file: string): MetadataValue {
	let text: string;
	try {
		text = decoder.decode(bytes);
	} catch (cause) {
		throw new TongsaError('malformed', 'JSON that is not UTF-8', { file }, { cause });
	}
	checkStructure(text, file);
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new TongsaError('malformed', 'not valid JSON', { file, got: (cause as Error).message }, { cause });
	}
}

export function isObject(value: MetadataValue | undefined): value is Record<string, MetadataValue> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function expectObject(value: MetadataValue | undefined, file: string, field: string): Record<string, MetadataValue> {
	if (isObject(value)) return value;
	throw new TongsaError('malformed', 'not a JSON object', {
		file,
		field,
		got: JSON.stringify(value) ?? 'nothing',
		allowed: 'an object {…}',
	});
}

/** One pass over brackets and keys: depth and doubled keys. What is no JSON at all is left for JSON.parse to refuse. */
function checkStructure(text: string, file: string): void {
	/** Per open bracket: the keys so far, or undefined in an array. */
	const open: (Set<string> | undefined)[] = [];
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x7b || c === 0x5b) {
			if (open.length === MAX_DEPTH) {
				throw new TongsaError('malformed', 'JSON nested too deeply', { file, field: `character ${i}`, allowed: `${MAX_DEPTH} levels` });
			}
			open.push(c === 0x7b ? new Set() : undefined);
		} else if (c === 0x7d || c === 0x5d) {
			open.pop();
		} else if (c === 0x22) {
			const start = i;
			i = endOfString(text, i);
			const keys = open.at(-1);
			if (keys && isKey(text, i + 1)) addKey(keys, text.slice(start, i + 1), file);
		}
	}
}

/** Index of the quote that closes the string opened at `start`; the last index where none does. */
function endOfString(text: string, start: number): number {
	for (let i = start + 1; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x22) return i;
		if (c === 0x5c) i++;
	}
	return text.length;
}

/** Does a colon follow? Only a key is followed by one. */
function isKey(text: string, from: number): boolean {
	let i = from;
	while (i < text.length && text.charCodeAt(i) <= 0x20) i++;
	return text.charCodeAt(i) === 0x3a;
}

function addKey(keys: Set<string>, quoted: string, file: string): void {
	let key = quoted.slice(1, -1);
	if (key.includes('\\')) {
		try {
			key = JSON.parse(quoted);
		} catch {
			return; // JSON.parse of the whole will say where
		}
	}
	if (keys.has(key)) throw new TongsaError('malformed', 'a JSON key stands twice in one object', { file, field: key });
	keys.add(key);
}
