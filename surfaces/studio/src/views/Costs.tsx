// What the same sentence costs in each language: tokens, and how many times the English ones.

import { memo } from 'react';
import { ask } from '../engine/client.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useModels } from '../state/models.ts';
import { Saves } from '../ui/saves.tsx';
import { Scroller } from '../ui/scroller.tsx';
import { PARALLEL } from './parallel.ts';

const LANGUAGES = Object.keys(PARALLEL);
const SENTENCES = Object.values(PARALLEL);

/** `names`: of the models, one a line. Drawn again only for other models: the text that is typed does not matter here. */
export const Costs = memo(function Costs({ names }: { readonly names: string }) {
	const { messages: t, language, count } = useSpeech();
	const words = t.views.tokens;
	const cards = useModels(names.split('\n')).flatMap(({ card }) => (card?.tokenizer ? [card] : []));
	const { value } = useAnswer(cards.length > 0 ? JSON.stringify(cards.map(({ name }) => name)) : undefined, async (signal) =>
		Promise.all(cards.map(async (card) => [card, await ask('counts', [card.name, SENTENCES], { signal })] as const)),
	);
	if (!value) return null;
	const display = new Intl.DisplayNames(language, { type: 'language' });
	const times = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
	const most = Math.max(...value.flatMap(([, counts]) => counts));
	return (
		<section>
			<h3>{words.costs}</h3>
			<p>{words.costsIdea}</p>
			<Scroller className="table-scroll" label={words.costs}>
				<table className="costs">
					<thead>
						<tr>
							<th scope="col">{t.language}</th>
							<th scope="col">{words.costsSentence}</th>
							{value.map(([card]) => (
								<th key={card.name} scope="col">
									{card.title}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{LANGUAGES.map((code, i) => (
							<tr key={code}>
								<th scope="row">{display.of(code)}</th>
								<td lang={code} dir="auto" className="sentence">
									{SENTENCES[i]}
								</td>
								{value.map(([card, counts]) => (
									<td key={card.name} className="cost">
										{count(counts[i]!)} <span className="hint">× {times.format(counts[i]! / counts[0]!)}</span>
										<span className="bar" style={{ width: `${(100 * counts[i]!) / most}%` }} />
									</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</Scroller>
			<Saves
				name="tokens-by-language"
				origin={{ models: value.map(([card]) => card), part: 'tokenizer' }}
				table={() => ({
					header: ['language', 'sentence', ...value.map(([card]) => card.title)],
					rows: LANGUAGES.map((code, i) => [code, SENTENCES[i]!, ...value.map(([, counts]) => counts[i]!)]),
				})}
			/>
			<p className="hint">{words.costsSource}</p>
		</section>
	);
});
