// Two models' states inside, block by block: against each other where they have the same shape, else each against what entered it.

import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import type { Likeness } from '../engine/work-compare.ts';
import { AlikeStates } from '../matrix/similarity.tsx';
import { useMessages } from '../messages/index.ts';
import { usePlace } from '../state/place.tsx';
import { Busy, Problem, Room } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';

/** The same ids mean the same tokens, as far as kind and size can tell. */
export const sameVocabulary = (a: ModelCard, b: ModelCard): boolean =>
	a.tokenizer !== undefined && a.tokenizer.size === b.tokenizer?.size && a.tokenizer.kind === b.tokenizer.kind;

export function States({ a, b }: { readonly a: ModelCard; readonly b: ModelCard }) {
	const words = useMessages().views.compare;
	const { text } = usePlace();
	const both = a.name !== b.name && sameVocabulary(a, b) && a.table?.width === b.table?.width;
	const layers = Math.min(a.blocks.have, b.blocks.have);
	if (both) {
		return (
			<>
				<p>{words.statesIdea}</p>
				<Grid
					cards={[a, b]}
					title={words.states}
					measure="moved"
					ask={(signal) => ask('statesApart', [a.name, b.name, text, layers], { signal })}
				/>
			</>
		);
	}
	return (
		<>
			<p>{words.statesOwn}</p>
			<div className="halves">
				{[a, b].map((card) => (
					<section key={card.name}>
						<h4>{words.statesOf(card.title)}</h4>
						<Grid
							cards={[card]}
							title={card.title}
							measure="alike"
							ask={(signal) => ask('statesMoved', [card.name, text, card.blocks.have], { signal })}
						/>
					</section>
				))}
			</div>
		</>
	);
}

function Grid({
	cards,
	title,
	measure,
	ask: question,
}: {
	readonly cards: readonly ModelCard[];
	readonly title: string;
	readonly measure: 'alike' | 'moved';
	readonly ask: (signal: AbortSignal) => Promise<Likeness>;
}) {
	const { text } = usePlace();
	const { value, refusal, busy } = useAnswer(JSON.stringify([cards.map(({ name }) => name), text]), question);
	if (refusal) return <Problem refusal={refusal} />;
	if (!value) {
		return (
			<Room rows={Math.max(...cards.map(({ blocks }) => blocks.have))} row={1.5} rest={12}>
				{busy && <Busy />}
			</Room>
		);
	}
	const { tokens, alike, precision } = value;
	return (
		<>
			<AlikeStates
				states={alike}
				measure={measure}
				tokens={tokens}
				saved={{
					name: 'compared-states',
					origin: { models: cards, part: 'blocks.*.output', text, precision, title, measure },
				}}
			/>
			{cards.map((card) => (
				<Source key={card.name} card={card} part="blocks.*.output" precision={precision} />
			))}
		</>
	);
}
