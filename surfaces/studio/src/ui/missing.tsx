// What is said where a file holds a part of a model: what is missing, and how to get the whole.

import { embedded } from '../engine/embedded.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useMessages, useSpeech } from '../messages/index.ts';
import { usePlace } from '../state/place.tsx';
import { useShelf } from '../state/shelf.ts';
import { Fetch } from './fetch.tsx';
import { Push } from './fields.tsx';

/** Whether the file holds all that it takes to write. */
export const isWhole = ({ writes }: ModelCard): boolean => writes;

/** What a file lacks to write. */
export function Lacks({ card: { table, blocks } }: { readonly card: ModelCard }) {
	const t = useMessages();
	if (!table) return <p>{t.sourceDictionary}</p>;
	return <p>{blocks.have < blocks.of ? t.lesson.out.missing(blocks.have, blocks.of) : t.noOutput}</p>;
}

export function Missing({ card }: { readonly card: ModelCard }) {
	const { messages: t, bytes } = useSpeech();
	const words = t.lesson.out;
	const { go, options } = usePlace();
	const shelf = useShelf().filter((one) => one.of === card.name);
	if (card.blocks.have > 0 && card.blocks.have === card.blocks.of) return <Lacks card={card} />;
	const whole = embedded.find(({ name }) => name === card.name)?.whole;
	return (
		<>
			<Lacks card={card} />
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
