// One question of the lesson. The right answer is computed from the opened model; the learner's is kept with its sentence.

import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { Button, Form, Radio, RadioGroup } from 'react-aria-components';
import { useMessages } from '../messages/index.ts';
import type { Answer } from '../state/settings.ts';
import { type Choice, TextInput } from '../ui/fields.tsx';
import { Rich } from '../ui/rich.tsx';
import { numberIn } from './typed.ts';

export interface Verdict {
	readonly right: boolean;
	/** One sentence with the model's own numbers in it. */
	readonly say: string;
}

export interface QuestionProps {
	readonly question: string;
	readonly hint?: string;
	/** Given: the learner picks one. Absent: the learner types. */
	readonly choices?: readonly Choice[];
	readonly numeric?: boolean;
	/** What the learner made above is the answer itself: nothing to type. */
	readonly given?: string;
	readonly check: (answer: string) => Verdict | Promise<Verdict>;
	/** The verdict belongs to this state of the model and sentence; it is taken back when that changes. */
	readonly about: string;
	readonly onRight: (answer: Pick<Answer, 'question' | 'answer'>) => void;
	readonly children?: ReactNode;
}

export function Question({ question, hint, choices, numeric = false, given: made, check, about, onRight, children }: QuestionProps) {
	const t = useMessages();
	const [answer, setAnswer] = useState('');
	const [verdict, setVerdict] = useState<Verdict>();
	const [checking, setChecking] = useState(false);
	useEffect(() => {
		setVerdict(undefined);
		if (choices) setAnswer('');
	}, [about]);

	async function onSubmit(event: FormEvent) {
		event.preventDefault();
		const typed = answer.trim();
		const given = made ?? (numeric ? numberIn(typed) : typed);
		if (given === '') return setVerdict({ right: false, say: choices ? t.lesson.needChoice : t.lesson.needAnswer });
		if (given === undefined) return setVerdict({ right: false, say: t.lesson.needNumber });
		setVerdict(undefined);
		setChecking(true);
		const found = await Promise.resolve(check(given)).finally(() => setChecking(false));
		setVerdict(found);
		if (found.right)
			onRight({ question: plain(question), answer: told(choices?.find(({ id }) => id === given)?.name ?? given, plain(found.say)) });
	}

	return (
		<section className="question">
			<h3>{t.lesson.question}</h3>
			<p>
				<Rich text={question} />
			</p>
			{hint && <p className="hint">{hint}</p>}
			{children}
			<Form onSubmit={onSubmit}>
				{/* Not the empty string: no radio would be in the order of tabs. */}
				{made === undefined && choices && (
					<RadioGroup className="choices" value={answer || null} onChange={setAnswer} aria-label={t.lesson.answer}>
						{choices.map((choice) => (
							<Radio key={choice.id} value={choice.id}>
								<bdi>{choice.name}</bdi>
							</Radio>
						))}
					</RadioGroup>
				)}
				{made === undefined && !choices && (
					<TextInput label={t.lesson.answer} value={answer} onChange={setAnswer} width="16rem" numeric={numeric} />
				)}
				<Button type="submit" className="push main">
					{t.lesson.check}
				</Button>
			</Form>
			<div className="verdict" role="status" data-right={verdict?.right}>
				{checking && t.computing}
				{verdict && (
					<>
						<strong>{verdict.right ? t.lesson.right : t.lesson.wrong}</strong> <Rich text={verdict.say} />
					</>
				)}
			</div>
		</section>
	);
}

/** The answer with the model's numbers; the sentence alone where the answer stands in it already. */
const told = (answer: string, say: string): string => (say.replaceAll(',', '').includes(answer) ? say : `${answer} (${say})`);

/** Catalogue marks taken out. */
export const plain = (text: string): string => text.replace(/\[([^\]]+)\]\(\w+\)/g, '$1').replace(/[*`]/g, '');

/** What stands in a question's place while the sentence is too short to ask about. */
export function NeedWords() {
	return <p className="hint">{useMessages().lesson.needWords}</p>;
}
