// What the equality tests share: the fixtures of scripts/reference/make_tokenizers.py, opening files, comparing with an implementation.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { crc32, gunzipSync } from 'node:zlib';
import { memorySource } from '../../src/bytes/memory.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { loadTokenizer } from '../../src/tokenizer/sources/index.ts';
import type { Tokenizer } from '../../src/tokenizer/types.ts';

export const fixture = (name: string): URL => new URL(`../fixtures/tokenizer/${name}`, import.meta.url);

export function readGzip(name: string): Buffer {
	return gunzipSync(readFileSync(fixture(name)));
}

/** The hard strings (scripts/reference/tokenizer_strings.py). */
export const STRINGS: readonly string[] = JSON.parse(readFileSync(fixture('strings.json'), 'utf8'));
/** Running text, 105 kB in ten languages, emoji and code. */
const RUNNING: readonly string[] = readFileSync(fixture('running.txt'), 'utf8')
	.trimEnd()
	.split('\n')
	.map((line) => JSON.parse(line));

export interface Expected {
	/** Per hard string, special text as text. */
	readonly ids: readonly (readonly number[])[];
	/** By index, where parsing special text gives other ids. */
	readonly parsed?: Readonly<Record<string, readonly number[]>>;
	/** By index, where the decoded text is not the string itself. */
	readonly text?: Readonly<Record<string, string>>;
	readonly offsets?: readonly (readonly number[])[];
	/** Per running text: number of ids, and CRC-32 of them as little-endian u32. */
	readonly running: readonly (readonly [count: number, crc: number])[];
}

export function expected(name: string): Expected {
	return JSON.parse(readGzip(`expected/${name}.json.gz`).toString());
}

/** Opens a model made of files in memory. */
export async function openFiles(files: Readonly<Record<string, Uint8Array>>): Promise<Tokenizer> {
	const sources = new Map(Object.entries(files).map(([name, bytes]) => [name, memorySource(name, bytes)]));
	const tokenizer = await loadTokenizer(await openCheckpoint({ name: 'test', files: sources }));
	assert.ok(tokenizer, 'the files have a tokenizer');
	return tokenizer;
}

const withoutFlags = { special: 'none' } as const;
const parsed = { special: 'parse', flags: false } as const;

/** Every hard string and running text gives the reference's ids; where one does not, its index and text are named. */
export function assertIds(tokenizer: Tokenizer, want: Expected, options: { readonly skip?: (text: string) => boolean } = {}): void {
	const wrong: string[] = [];
	const compare = (label: string, text: string, got: Uint32Array, ids: readonly number[]): void => {
		if (got.length !== ids.length || ids.some((id, i) => got[i] !== id)) {
			wrong.push(`${label} ${JSON.stringify(text.slice(0, 80))}: got ${[...got.slice(0, 40)]}, expected ${ids.slice(0, 40)}`);
		}
	};
	for (const [i, text] of STRINGS.entries()) {
		if (options.skip?.(text)) continue;
		compare(`string ${i}`, text, tokenizer.encode(text, withoutFlags).ids, want.ids[i]!);
		if (want.parsed) compare(`string ${i}, parsed`, text, tokenizer.encode(text, parsed).ids, want.parsed[i] ?? want.ids[i]!);
	}
	for (const [i, text] of RUNNING.entries()) {
		const { ids } = tokenizer.encode(text, withoutFlags);
		const [count, crc] = want.running[i]!;
		const bytes = new DataView(new ArrayBuffer(ids.length * 4));
		for (const [at, id] of ids.entries()) bytes.setUint32(at * 4, id, true);
		if (ids.length !== count || crc32(new Uint8Array(bytes.buffer)) !== crc) {
			wrong.push(`running ${i} ${JSON.stringify(text.slice(0, 80))}: ${ids.length} ids, expected ${count}`);
		}
	}
	assert.deepEqual(wrong, [], `${wrong.length} texts differ`);
}

/** Decoding the reference's ids gives the reference's text. */
export function assertText(tokenizer: Tokenizer, want: Expected, options: { readonly skip?: (text: string) => boolean } = {}): void {
	const wrong: string[] = [];
	for (const [i, text] of STRINGS.entries()) {
		if (options.skip?.(text)) continue;
		const wanted = want.text?.[i] ?? text;
		const got = tokenizer.decode(want.ids[i]!);
		if (got !== wanted) wrong.push(`string ${i} ${JSON.stringify(text)}: got ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`);
	}
	assert.deepEqual(wrong, [], `${wrong.length} texts differ`);
}

/** llama.cpp's own pairs: texts between lines of '__ggml_vocab_test__', and a line of ids each. */
export function llamaPairs(path: string | URL): { readonly text: string; readonly ids: readonly number[] }[] {
	const inputs = readFileSync(`${fileName(path)}.inp`, 'utf8').split('\n__ggml_vocab_test__\n');
	const outputs = readFileSync(`${fileName(path)}.out`, 'utf8').split('\n');
	return inputs.slice(0, -1).map((text, i) => ({ text, ids: outputs[i]!.split(/\s+/).filter(Boolean).map(Number) }));
}

const fileName = (path: string | URL): string => (typeof path === 'string' ? path : decodeURIComponent(path.pathname));

/** The folder of big vocabularies (TONGSA_VOCABULARIES), or why there is none. */
export const VOCABULARIES = process.env.TONGSA_VOCABULARIES;

export function vocabularyFile(...names: string[]): string | undefined {
	return names.map((name) => `${VOCABULARIES}/${name}`).find((path) => VOCABULARIES !== undefined && existsSync(path));
}
