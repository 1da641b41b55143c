// What is said where a file holds a part of a model: what is missing, and how to get the whole.

import { embedded } from '../engine/embedded.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useMessages, useSpeech } from '../messages/index.ts';
import { usePlace } from '../state/place.tsx';
import { useShelf } from '../state/shelf.ts';
import { Fetch } from './fetch.tsx';
import { Push } from './fields.tsx';

/** What is wanted of a model: its states read as tokens, or a text that goes on. */
type Wanted = 'reads' | 'writes';

/** Why a model cannot do it. */
export function Lacks({ card, wanted }: { readonly card: ModelCard; readonly wanted: Wanted }) {
	const t = useMessages();
	const { table, blocks, bothWays } = card;
	if (!table) return <p>{t.sourceDictionary}</p>;
	if (blocks.have < blocks.of) return <p>{t.lesson.out.missing(blocks.have, blocks.of)}</p>;
	return <p>{wanted === 'writes' && bothWays ? t.bothWays : t.noOutput}</p>;
}

/** The views that show something of every model with blocks; the lens where its states can be read. */
function Instead({ card }: { readonly card: ModelCard }) {
	const t = useMessages();
	const { go } = usePlace();
	return (
		<p>
			{t.instead}{' '}
			{(['tokens', 'matrix', 'map', 'attention', ...(card.reads ? (['lens'] as const) : []), 'compare'] as const).map((view) => (
				<Push key={view} kind="quiet" onPress={() => go({ view, options: {} })}>
					{t.nav[view]}
				</Push>
			))}
		</p>
	);
}

export function Missing({ card, wanted }: { readonly card: ModelCard; readonly wanted: Wanted }) {
	const { messages: t, bytes } = useSpeech();
	const words = t.lesson.out;
	const { go, options } = usePlace();
	const shelf = useShelf().filter((one) => one.of === card.name);
	if (card.blocks.have > 0 && card.blocks.have === card.blocks.of) {
		return (
			<>
				<Lacks card={card} wanted={wanted} />
				<Instead card={card} />
			</>
		);
	}
	const whole = embedded.find(({ name }) => name === card.name)?.whole;
	return (
		<>
			<Lacks card={card} wanted={wanted} />
			{shelf.map((one) =>
				one.url ? (
					<p key={one.name}>
						<Push kind="main" onPress={() => go({ model: one.name, options })}>
							{words.openWhole(one.title)} ({bytes(one.byteLength)})
						</Push>
					</p>
				) : (
					<section key={one.name} className="card solid">
						<h3>{one.title}</h3>
						<p>{t.fetch.idea}</p>
						<Fetch model={one} onReady={() => go({ model: one.name, options })} />
					</section>
				),
			)}
			{whole && shelf.length === 0 && (
				<>
					<p>{words.pull(bytes(whole.byteLength))}</p>
					<pre>
						<code>{whole.command}</code>
					</pre>
				</>
			)}
			<p>
				{words.openInstead}{' '}
				<Push kind="quiet" onPress={() => go({ view: 'open', options: {} })}>
					{t.nav.open}
				</Push>
			</p>
		</>
	);
}
