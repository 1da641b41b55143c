// Reads and parses one file after another, in a thread that can be ended when a file is hostile.

import { open } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { TongsaError } from '../../src/errors.ts';
import { sha256 } from '../../src/retrieval/hash.ts';
import type { ReadDocument } from '../../src/retrieval/indexing.ts';
import { parseDocument } from '../reading/parse.ts';

/** A file past it is no document; it would have to stand in memory whole. */
const MAX_BYTES = 256 * 2 ** 20;
/** A file that is being written is read again, so often. */
const TRIES = 3;

parentPort!.on('message', async ({ path, id }: { path: string; id: number }) => {
	try {
		parentPort!.postMessage({ id, document: await read(path) });
	} catch (error) {
		const refusal = error instanceof TongsaError ? { code: error.code, what: error.what, detail: error.detail } : undefined;
		parentPort!.postMessage({ id, refusal, message: String((error as Error)?.message ?? error) });
	}
});

/** @throws TongsaError 'changed' for a file that is another each time it is looked at. */
async function read(path: string): Promise<ReadDocument> {
	for (let attempt = 1; ; attempt++) {
		const handle = await open(path);
		try {
			const before = await handle.stat();
			if (!before.isFile()) throw new TongsaError('unsupported', 'not a file');
			if (before.size > MAX_BYTES)
				throw new TongsaError('too-large', 'the file is too large', { got: before.size, allowed: `${MAX_BYTES} bytes` });
			const bytes = new Uint8Array(await handle.readFile());
			const after = await handle.stat();
			if (after.size !== bytes.length || after.mtimeMs !== before.mtimeMs) {
				if (attempt < TRIES) continue;
				throw new TongsaError('changed', 'the file changed while it was read', { hint: 'Index again when it is at rest' });
			}
			// Hashed before parsing: a parser may take the bytes for its own.
			const hash = await sha256(bytes);
			return { hash, size: bytes.length, modifiedMs: after.mtimeMs, ...(await parseDocument(path, bytes)) };
		} finally {
			await handle.close();
		}
	}
}
