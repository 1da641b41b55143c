// Under every picture: which file the numbers come from, and how much of it was read for them.

import { embedded } from '../engine/embedded.ts';
import type { ModelCard, Precision, Provenance } from '../engine/protocol.ts';
import { useSpeech } from '../messages/index.ts';

/** The packaged file of a model and a person's own may bear one name. */
const isEmbedded = (name: string): boolean => embedded.some((one) => one.name === name && one.whole !== undefined);

export function Source({
	card,
	provenance,
	part,
	precision,
}: {
	readonly card: ModelCard;
	readonly provenance?: Provenance | undefined;
	/** Name of the point in the run, where the numbers are not the table's own. */
	readonly part?: string;
	/** Of the run that made them. */
	readonly precision?: Precision | undefined;
}) {
	const { messages: t, bytes } = useSpeech();
	const file = provenance?.files[0]?.name ?? card.fileName;
	const name = file.split('/').at(-1) ?? file;
	const table = part ?? provenance?.table ?? (card.table ? t.sourceTable(card.table.dtype) : t.sourceDictionary);
	return (
		<p className="source">
			{t.source(isEmbedded(card.name) ? `${name} (${t.packaged})` : name, table)}
			{precision && ` · ${t.precision[precision]}`}
			{provenance && provenance.bytesRead < card.byteLength && ` · ${t.sourceRead(bytes(provenance.bytesRead), bytes(card.byteLength))}`}
		</p>
	);
}
