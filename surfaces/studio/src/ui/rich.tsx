// Text of the catalogues as elements: *stress*, `code`, and [word](term) which opens the glossary.

import { Fragment, type ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useMessages } from '../messages/index.ts';

const MARK = /\*([^*]+)\*|`([^`]+)`|\[([^\]]+)\]\((\w+)\)/g;

export function Rich({ text }: { readonly text: string }) {
	const parts: ReactNode[] = [];
	let from = 0;
	for (const match of text.matchAll(MARK)) {
		parts.push(text.slice(from, match.index));
		const [whole, stress, code, word, term] = match;
		if (stress) parts.push(<strong key={match.index}>{stress}</strong>);
		else if (code) parts.push(<code key={match.index}>{code}</code>);
		from = match.index + whole.length;
		if (!word || !term) continue;
		// No line begins with a Korean particle, though a button would allow a break before it.
		const particle = /^\p{Script=Hangul}*/u.exec(text.slice(from))![0];
		from += particle.length;
		parts.push(
			<span key={match.index} className="glued">
				<Term id={term} word={word} />
				{particle}
			</span>,
		);
	}
	parts.push(text.slice(from));
	return <Fragment>{parts}</Fragment>;
}

/** A word with its glossary entry behind it. */
function Term({ id, word }: { readonly id: string; readonly word: string }) {
	const { glossary } = useMessages();
	const entry = (glossary as Record<string, { term: string; technical: string; plain: string }>)[id];
	if (!entry) return word;
	return (
		<DialogTrigger>
			<Button className="term">{word}</Button>
			<Popover className="popover" placement="bottom start">
				<Dialog className="glossary" aria-label={entry.term}>
					<strong>{entry.term}</strong>{' '}
					{entry.technical !== entry.term && (
						<span className="technical" lang="en">
							{entry.technical}
						</span>
					)}
					<p>{entry.plain}</p>
				</Dialog>
			</Popover>
		</DialogTrigger>
	);
}
