// A model that the server can fetch to its machine: what it is, its size and licence, a button, and how far it is.

import { useSpeech } from '../messages/index.ts';
import { fetchModel, useFetching } from '../state/fetching.ts';
import type { Shelved } from '../state/shelf.ts';
import { Push } from './fields.tsx';
import { Track } from './opened.tsx';
import { Problem } from './problem.tsx';

export function Fetch({ model, onReady }: { readonly model: Shelved; readonly onReady: () => void }) {
	const { messages: t, bytes } = useSpeech();
	const words = t.fetch;
	const name = model.pull ?? model.name;
	const fetching = useFetching(name);
	const begin = () => void fetchModel(name).then((here) => here && onReady());
	const { licence } = model;
	if (fetching?.cancel) {
		const { done, total, cancel } = fetching;
		const far = done !== undefined && total ? `${bytes(done)} / ${bytes(total)}` : words.looking;
		return <Track label={words.coming(model.title)} note={far} share={total ? (done ?? 0) / total : undefined} onCancel={cancel} />;
	}
	return (
		<>
			{licence && (
				<p className="hint">
					{words.licence}{' '}
					<a href={licence.url} target="_blank" rel="noreferrer">
						{licence.name}
					</a>
					{licence.notice && <span lang="en"> {licence.notice}</span>}
				</p>
			)}
			{fetching?.refusal && <Problem refusal={fetching.refusal} />}
			<p>
				<Push kind="main" onPress={begin}>
					{fetching?.refusal ? t.retry : words.begin(bytes(model.byteLength))}
				</Push>
			</p>
			{fetching?.refusal && fetching.refusal.code !== 'cancelled' && (
				<>
					<p>{words.byHand}</p>
					<pre>
						<code>npx tongsa pull {name}</code>
					</pre>
				</>
			)}
		</>
	);
}
