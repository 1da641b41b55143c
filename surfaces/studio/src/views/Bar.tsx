// The head of every view of the instrument: which model, which text.

import { ask } from '../engine/client.ts';
import { embedded } from '../engine/embedded.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useEntries, useModel } from '../state/models.ts';
import { usePlace } from '../state/place.tsx';
import { useShelf } from '../state/shelf.ts';
import { Choose, TextInput } from '../ui/fields.tsx';
import { PlaceFileButtons } from './PlaceFile.tsx';

/** Flags that a tokenizer may add to a text. */
const FLAGS = 4;

/** The server's models and those that the person opened. */
export function useKnownModels(): readonly { readonly id: string; readonly name: string }[] {
	const entries = useEntries();
	const shelf = useShelf().filter(({ url }) => url !== undefined);
	const here = [...embedded, ...shelf];
	const own = entries.filter((entry) => !here.some(({ name }) => name === entry.name));
	return [...here, ...own].map(({ name, title }) => ({ id: name, name: title }));
}

export function Bar({ rows = 2, text: withText = true }: { readonly rows?: number; readonly text?: boolean }) {
	const { messages: t } = useSpeech();
	const { model, text, go, change, options } = usePlace();
	const known = useKnownModels();
	const { card } = useModel(model);
	return (
		<div className="bar-of-view">
			<div>
				<Choose label={t.model} choices={known} value={model} onChange={(id) => go({ model: id, options })} />
				<PlaceFileButtons />
			</div>
			{withText && <TextInput label={t.sentence} value={text} onChange={(next) => change({ text: next })} rows={rows} />}
			{withText && card && <TooLong card={card} text={text} />}
		</div>
	);
}

/** Said where a text has more tokens than the model was made for. */
function TooLong({ card, text }: { readonly card: ModelCard; readonly text: string }) {
	const { messages: t, count } = useSpeech();
	const { name, context = Infinity } = card;
	// No token is shorter than a byte, and no UTF-16 unit is longer than three.
	const may = 3 * text.length + FLAGS > context;
	const tokens = useAnswer(may ? JSON.stringify([name, text]) : undefined, (signal) => ask('length', [name, text], { signal })).value ?? 0;
	return (
		<p className="too-long" role="status">
			{tokens > context && t.limit(count(tokens), count(context))}
		</p>
	);
}

export function Facts({ card }: { readonly card: ModelCard }) {
	const { messages: t, count, bytes } = useSpeech();
	const words = t.views.open;
	return (
		<dl className="facts">
			<div>
				<dt>{words.file}</dt>
				<dd>
					{card.fileName} · {bytes(card.byteLength)}
				</dd>
			</div>
			{card.architecture && (
				<div>
					<dt>{words.architecture}</dt>
					<dd>{card.architecture}</dd>
				</div>
			)}
			{card.tokenizer && (
				<div>
					<dt>{words.vocabulary}</dt>
					<dd>
						{count(card.tokenizer.size)} · {card.tokenizer.kind}
					</dd>
				</div>
			)}
			<div>
				<dt>{words.table}</dt>
				<dd>
					{card.table
						? `${count(card.table.rows)} × ${count(card.table.width)} · ${card.table.dtype} · ${card.table.tied ? words.tied : words.untied}`
						: t.sourceDictionary}
				</dd>
			</div>
			{card.memory && (
				<div data-warn={card.memory.needed > card.memory.allowed || undefined}>
					<dt>{words.memory}</dt>
					<dd>
						{(card.memory.needed > card.memory.allowed ? words.memoryShort : words.memoryOf)(
							bytes(card.memory.needed),
							bytes(card.memory.allowed),
						)}
					</dd>
				</div>
			)}
			{card.blocks.of > 0 && (
				<div>
					<dt>{words.blocks}</dt>
					<dd>{words.blocksOf(card.blocks.have, card.blocks.of)}</dd>
				</div>
			)}
		</dl>
	);
}
