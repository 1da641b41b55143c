// Attention: every head of every block small, one of them large, with the arithmetic of any cell.

import { Explorer } from '../attention/Explorer.tsx';
import { Overview } from '../attention/Overview.tsx';
import type { ModelCard } from '../engine/protocol.ts';
import { useAttention } from '../engine/questions.ts';
import { useMessages } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { Bar } from './Bar.tsx';

export function AttentionView() {
	const t = useMessages();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.attention}</h2>
			<p className="idea">{t.views.attention.idea}</p>
			<Bar />
			<Opened entry={entry}>{(card) => <AttentionOf card={card} />}</Opened>
		</div>
	);
}

function AttentionOf({ card }: { readonly card: ModelCard }) {
	const { text } = usePlace();
	const t = useMessages();
	const { change } = usePlace();
	const [layer, setLayer] = useOption('layer', 0);
	const [head] = useOption('head', 0);
	const block = Math.min(Math.max(0, Math.trunc(layer)), Math.max(0, card.blocks.have - 1));
	const { value, refusal, busy } = useAttention(card.blocks.have > 0 ? card.name : undefined, text, block);
	if (card.blocks.have === 0) return <p>{t.sourceDictionary}</p>;
	return (
		<>
			{card.blocks.have > 1 && !refusal && (
				<Overview
					card={card}
					picked={{ layer: block, head: Math.max(0, head) }}
					onPick={(options) => change({ options: { ...options } })}
				/>
			)}
			{refusal && <Problem refusal={refusal} />}
			{busy && !value && <Busy />}
			{value && value.tokens.length > 0 && (
				<>
					<Explorer attention={value} layer={block} setLayer={setLayer} card={card} />
					<Source card={card} part={`blocks.${block}.attention`} precision={value.precision} />
				</>
			)}
		</>
	);
}
