// A conversation with a model: the turns so far, and the field for the next.

import { useState } from 'react';
import type { Turn } from '../engine/work-write.ts';
import { useMessages } from '../messages/index.ts';
import { Push, TextInput } from '../ui/fields.tsx';

/** A conversation in the address is foreign input. */
export function turnsOf(option: string): readonly Turn[] {
	try {
		const value: unknown = JSON.parse(option);
		return Array.isArray(value)
			? value.filter(({ role, content }) => /^(?:user|assistant)$/.test(role) && typeof content === 'string')
			: [];
	} catch {
		return [];
	}
}

export function Talk(props: {
	readonly name: string;
	readonly turns: readonly Turn[];
	/** What the model is saying now. */
	readonly saying: string | undefined;
	readonly busy: boolean;
	readonly onSay: (said: string) => void;
}) {
	const { name, turns, saying, busy, onSay } = props;
	const t = useMessages();
	const words = t.views.generate;
	const [draft, setDraft] = useState('');
	return (
		<>
			<div className="talk">
				{turns.map(({ role, content }, i) => (
					<p key={i} className={`turn ${role}`} dir="auto">
						<span className="sr-only">{t.labelled(role === 'user' ? words.you : name, '')}</span>
						{content}
					</p>
				))}
				{saying !== undefined && (
					<p className="turn assistant" dir="auto" aria-live="polite">
						<span className="sr-only">{t.labelled(name, '')}</span>
						{saying}
					</p>
				)}
			</div>
			<form
				className="fields"
				onSubmit={(event) => {
					event.preventDefault();
					if (!draft.trim() || busy) return;
					onSay(draft);
					setDraft('');
				}}
			>
				<TextInput label={words.say} value={draft} onChange={setDraft} />
				<Push kind="main" submit disabled={draft.trim() === '' || busy}>
					{words.send}
				</Push>
			</form>
		</>
	);
}
