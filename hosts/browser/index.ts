// `import … from 'tongsa'` in a browser or a bundler: the library, opened with what a page has.

import { type Model, type OpenOptions, openModel as openWith } from '../../src/model.ts';
import { type Openable, referenceOf } from '../in-hand.ts';
import { browserHost } from './host.ts';

export * from '../../src/index.ts';

/**
 * Opens a model in a page.
 *
 *     const model = await openModel(fileInput.files[0])          // a GGUF that was picked or dropped
 *     const model = await openModel('/models/smollm2.gguf')      // a URL; only the bytes that are needed are fetched
 *
 * @param reference a URL, a File or Blob, the bytes of a file, the files of a folder, or ModelFiles.
 * @throws TongsaError 'not-found' for what is no URL, 'usage' for what cannot be opened, 'malformed', 'unsupported' or 'too-large' for what the
 * files hold, 'network', 'changed'; the signal's reason when it is called off.
 */
export async function openModel(reference: Openable, options?: OpenOptions): Promise<Model> {
	return openWith(browserHost(), referenceOf(reference), options);
}
