// A JSON file that an option names.

import { fileSource } from '../../../hosts/node/file.ts';
import { TongsaError } from '../../../src/errors.ts';

/** A hidden state of a thousand tokens is some 10 MB as JSON. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

/**
 * @param parse reads the text; JSON.parse loses digits of large integers
 * @throws TongsaError 'not-found', 'too-large', 'malformed'
 */
export async function jsonFile(path: string, parse: (text: string) => unknown = JSON.parse): Promise<unknown> {
	const source = await fileSource(path);
	try {
		const { byteLength } = source;
		if (byteLength > MAX_FILE_BYTES) {
			throw new TongsaError('too-large', 'too large a file', { file: path, got: byteLength, allowed: `at most ${MAX_FILE_BYTES} bytes` });
		}
		return parse(new TextDecoder().decode(await source.read(0, byteLength)));
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw new TongsaError('malformed', `not JSON: ${error.message}`, { file: path });
	} finally {
		await source.close();
	}
}
