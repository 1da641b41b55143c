// `import … from 'tongsa'` in a browser or a bundler: the library, opened with what a page has.

import { TongsaError } from '../../src/errors.ts';
import type { ModelReference } from '../../src/host.ts';
import { type Model, type OpenOptions, openModel as openWith } from '../../src/model.ts';
import { filesOf } from './files.ts';
import { browserHost } from './host.ts';

export * from '../../src/index.ts';

/**
 * Opens a model in a page.
 *
 *     const model = await openModel(fileInput.files[0])          // a GGUF that was picked or dropped
 *     const model = await openModel('/models/smollm2.gguf')      // a URL; only the bytes that are needed are fetched
 *
 * @param reference a URL, a Blob or File, the files of a folder, or ModelFiles.
 * @throws TongsaError
 */
export async function openModel(reference: ModelReference | Blob | Iterable<Blob>, options?: OpenOptions): Promise<Model> {
	return openWith(browserHost(), inHand(reference), options);
}

function inHand(reference: ModelReference | Blob | Iterable<Blob>): ModelReference {
	if (typeof reference === 'string') return reference;
	if (reference instanceof Blob) return filesOf([reference]);
	if (typeof reference === 'object' && reference !== null && Symbol.iterator in reference) return filesOf(reference);
	if (typeof reference === 'object' && reference !== null && 'files' in reference) return reference;
	throw new TongsaError('usage', 'not something that can be opened', {
		got: typeof reference,
		allowed: 'a URL, a File or Blob, files, or ModelFiles',
	});
}
