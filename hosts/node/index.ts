// `import … from 'tongsa'` in Node: the library, opened with Node's surroundings.

import { type Model, type OpenOptions, openModel as openWith } from '../../src/model.ts';
import { type Openable, referenceOf } from '../in-hand.ts';
import type { OpenCollectionOptions, OpenedCollection } from './collections.ts';
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

/**
 * Opens a collection of texts of one's own: a file of SQLite, or postgres://… (default: texts.sqlite in the user's data folder).
 *
 *     const texts = await openCollection('./texts.sqlite', { create: true })
 *     await texts.add(['./docs'])
 *     const { hits } = await texts.search('겨울에 먹는 음식')
 *     const { text, citations } = await texts.ask('언제 환불을 받을 수 있나요?')
 *
 * @throws TongsaError 'not-found' where there is none and `create` is not given; 'unsupported' for a model that is not the collection's own.
 */
export async function openCollection(place?: string, options?: OpenCollectionOptions): Promise<OpenedCollection> {
	return (await import('./collections.ts')).openCollection(place, options);
}
