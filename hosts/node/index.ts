// `import … from 'tongsa'` in Node: the library, opened with Node's surroundings.

import { type Model, type OpenOptions, openModel as openWith } from '../../src/model.ts';
import { type Openable, referenceOf } from '../in-hand.ts';
import { nodeHost } from './host.ts';

export * from '../../src/index.ts';

/**
 * Opens a model by name, path, `hf:owner/repo[/file]`, `ollama:name[:tag]` or URL.
 *
 *     const model = await openModel('smollm2')
 *     const { shape, data } = await model.embed('I love you so much.')   // [6, 576]
 *
 * @param reference one of these, a URL object, a File or Blob, the bytes of a file, files of a folder, or ModelFiles.
 * @throws TongsaError 'not-found' for a name that nothing answers to, 'usage' for a folder of several models or an option that cannot be,
 * 'malformed', 'unsupported' or 'too-large' for what the files hold, 'network'; the signal's reason when it is called off.
 */
export async function openModel(reference: Openable, options?: OpenOptions): Promise<Model> {
	return openWith(nodeHost(), referenceOf(reference), options);
}
