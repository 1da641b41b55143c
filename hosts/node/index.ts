// `import … from 'tongsa'` in Node: the library, opened with Node's surroundings.

import type { ModelReference } from '../../src/host.ts';
import { type Model, type OpenOptions, openModel as openWith } from '../../src/model.ts';
import { nodeHost } from './host.ts';

export * from '../../src/index.ts';

/**
 * Opens a model by name, path, `hf:owner/repo[/file]`, `ollama:name[:tag]` or URL.
 *
 *     const model = await openModel('smollm2')
 *     const { shape, data } = await model.embed('I love you so much.')   // [6, 576]
 *
 * @throws TongsaError
 */
export async function openModel(reference: ModelReference, options?: OpenOptions): Promise<Model> {
	return openWith(nodeHost(), reference, options);
}
