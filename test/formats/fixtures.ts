// The files that scripts/reference/make_formats.py made, and what the reference readers saw in them.

import { readFileSync } from 'node:fs';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ByteSource, ModelFiles } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';

const FOLDER = new URL('../fixtures/formats/', import.meta.url);

export interface ExpectedGguf {
	readonly version: number;
	readonly metadata: Readonly<Record<string, { readonly types: readonly string[]; readonly value: unknown }>>;
	readonly tensors: readonly {
		readonly name: string;
		readonly dtype: string;
		readonly shape: readonly number[];
		readonly byteOffset: number;
		readonly byteLength: number;
	}[];
}

export const expected = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8'));

export function fixtureBytes(name: string): Uint8Array {
	// A plain array: slice() of Node's Buffer does not copy, and damage to the copy would be damage to the original.
	return new Uint8Array(readFileSync(new URL(name, FOLDER)));
}

export function fixture(name: string): ByteSource {
	return memorySource(name, fixtureBytes(name));
}

/** A folder in memory: names and their bytes or text. */
export function folder(entries: Readonly<Record<string, Uint8Array | string>>): ModelFiles {
	const encoder = new TextEncoder();
	return {
		name: 'folder',
		files: new Map(
			Object.entries(entries).map(([name, content]) => [
				name,
				memorySource(name, typeof content === 'string' ? encoder.encode(content) : content),
			]),
		),
	};
}

/** For assert.rejects: a TongsaError of that code whose message matches. */
export function refusal(code: TongsaError['code'], message: RegExp): (error: unknown) => boolean {
	return (error) => {
		if (!(error instanceof TongsaError)) throw error;
		if (error.code === code && message.test(error.message)) return true;
		throw new Error(`expected ${code} ${message}, got ${error.code}: ${error.message}`);
	};
}
