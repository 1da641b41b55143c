// Tokens: the live split of a text in one or several models, what a sentence costs in each language, and the vocabulary to search in.

import { Checkbox, CheckboxGroup } from 'react-aria-components';
import { ask } from '../engine/client.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Opened } from '../ui/opened.tsx';
import { Bar, useKnownModels } from './Bar.tsx';
import { Costs } from './Costs.tsx';
import { Split } from './Split.tsx';
import { Vocabulary } from './Vocabulary.tsx';

export function Tokens() {
	const { messages: t } = useSpeech();
	const words = t.views.tokens;
	const { model, text } = usePlace();
	const known = useKnownModels();
	const [beside, setBeside] = useOption('beside', '');
	const others = beside.split(',').filter((name) => name && name !== model);
	const entry = useModel(model);
	const characters = useAnswer(text, (signal) => ask('characters', [text], { signal })).value;
	return (
		<div className="view">
			<h2>{t.nav.tokens}</h2>
			<p className="idea">{words.idea}</p>
			<Bar rows={5} />
			<CheckboxGroup className="checks" aria-label={words.beside} value={others} onChange={(names) => setBeside(names.join(','))}>
				<span className="label">{words.beside}</span>
				{known
					.filter(({ id }) => id !== model)
					.map(({ id, name }) => (
						<Checkbox key={id} value={id}>
							{name}
						</Checkbox>
					))}
			</CheckboxGroup>
			<div className="splits">
				{[model, ...others].map((name) => (
					<Split key={name} name={name} characters={characters} />
				))}
			</div>
			<Costs names={[model, ...others].join('\n')} />
			<Opened entry={entry}>{(card) => <Vocabulary card={card} />}</Opened>
		</div>
	);
}
