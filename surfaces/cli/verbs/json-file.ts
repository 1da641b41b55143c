// A JSON file that an option names.

import { readFile, stat } from 'node:fs/promises';
import { TongsaError } from '../../../src/errors.ts';

/** A hidden state of a thousand tokens is some 10 MB as JSON. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

/** @throws TongsaError 'too-large', 'malformed' */
export async function jsonFile(path: string): Promise<unknown> {
	const { size } = await stat(path);
	if (size > MAX_FILE_BYTES) {
		throw new TongsaError('too-large', 'too large a file', { file: path, got: size, allowed: `at most ${MAX_FILE_BYTES} bytes` });
	}
	try {
		return JSON.parse(await readFile(path, 'utf8'));
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw new TongsaError('malformed', `not JSON: ${error.message}`, { file: path });
	}
}
