// Under every picture: which file the numbers come from, and how much of it was read for them.

import type { ModelCard, Provenance } from '../engine/protocol.ts';
import { useSpeech } from '../messages/index.ts';

export function Source({ card, provenance }: { readonly card: ModelCard; readonly provenance?: Provenance | undefined }) {
	const { messages: t, bytes } = useSpeech();
	const file = provenance?.files[0]?.name ?? card.fileName;
	const table = provenance?.table ?? (card.table ? t.sourceTable(card.table.dtype) : t.sourceDictionary);
	return (
		<p className="source">
			{t.source(file.split('/').at(-1) ?? file, table)}
			{provenance && ` · ${t.sourceRead(bytes(provenance.bytesRead), bytes(card.byteLength))}`}
		</p>
	);
}
