// reindex: a collection's index anew, with another embedding model or other sizes, beside the old one.

import { DEFAULT_MODEL, openEmbeddingModel } from '../../../hosts/node/collections.ts';
import type { Model } from '../../../src/model/types.ts';
import { provenanceJson } from '../../protocol/texts.ts';
import type { Answer, Call } from '../call.ts';
import { withCollection } from './texts.ts';

export async function run(call: Call): Promise<Answer> {
	const start = performance.now();
	return withCollection(call, { model: 'none' }, async ({ collection, settings: { model: _, ...settings } }) => {
		const opened: Model[] = [];
		const { embedding, chunkTokens, overlapTokens } = collection.facts;
		const reference = call.value('model') ?? (embedding ? String(embedding.facts.model) : DEFAULT_MODEL);
		try {
			const model = reference === 'none' ? undefined : await openEmbeddingModel(reference, { signal: call.signal }, opened);
			const made = await collection.reindex(
				{
					...settings,
					...(model && { model }),
					chunkTokens: call.integer('chunk', chunkTokens, 8, 8192),
					overlapTokens: call.integer('overlap', overlapTokens, 0, 4096),
				},
				{
					signal: call.signal,
					onProgress({ documents, total, chunks }) {
						if (call.terminal.stderrIsTerminal) call.terminal.note(`\r\x1b[2K${documents} of ${total} documents, ${chunks} passages`);
					},
				},
			);
			if (call.terminal.stderrIsTerminal) call.terminal.note('\r\x1b[2K');
			const json = {
				collection: made.name,
				...(await made.stats()),
				seconds: (performance.now() - start) / 1000,
				provenance: provenanceJson(made),
			};
			await made.close();
			return { json, text: () => `${json.collection}: ${json.documents} documents, ${json.chunks} passages with ${reference}\n` };
		} finally {
			for (const one of opened) await one.close();
		}
	});
}
