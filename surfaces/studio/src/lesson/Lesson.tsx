// The lesson: one idea a step, the learner's own sentence through all of them, progress kept in this browser.

import { useEffect, useRef } from 'react';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { usePlace } from '../state/place.tsx';
import { type Answers, useStored } from '../state/settings.ts';
import { Push } from '../ui/fields.tsx';
import { Opened } from '../ui/opened.tsx';
import { Rich } from '../ui/rich.tsx';
import { Certificate } from './Certificate.tsx';
import { steps } from './steps.ts';

const NO_ANSWERS: Answers = {};

export function Lesson() {
	const { messages: t, language } = useSpeech();
	const { model, text, options, go, change } = usePlace();
	const entry = useModel(model);
	const [answers, setAnswers] = useStored<Answers>('answers', NO_ANSWERS);
	const wanted = typeof options['step'] === 'number' ? options['step'] : 1;
	const index = Math.min(Math.max(1, Math.trunc(wanted)), steps.length) - 1;
	const { id, Step } = steps[index]!;
	const words = t.lesson[id];
	const heading = useRef<HTMLHeadingElement>(null);
	const first = useRef(true);
	const goTo = (step: number) => go({ options: { step } });

	// A new step begins at its heading, for eyes and for screen readers; the first visit leaves the focus alone.
	useEffect(() => {
		if (first.current) first.current = false;
		else {
			heading.current?.focus({ preventScroll: true });
			scrollTo({ top: 0 });
		}
	}, [index]);

	return (
		<div className="lesson">
			<nav className="steps" aria-label={t.lesson.steps}>
				<ol>
					{steps.map((step, i) => (
						<li key={step.id}>
							<button
								type="button"
								aria-current={i === index ? 'step' : undefined}
								data-done={answers[step.id] !== undefined}
								onClick={() => goTo(i + 1)}
							>
								<span className="step-number" aria-hidden="true">
									{answers[step.id] ? '✓' : i + 1}
								</span>
								<span className="step-name">{t.lesson[step.id].title}</span>
								{answers[step.id] && <span className="sr-only">{t.lesson.done}</span>}
							</button>
						</li>
					))}
				</ol>
			</nav>
			<article>
				<p className="eyebrow">{t.lesson.progress(index + 1, steps.length)}</p>
				<h2 ref={heading} tabIndex={-1}>
					{words.title}
				</h2>
				<p className="idea">
					<Rich text={words.idea} />
				</p>
				{'hands' in words && id !== 'out' && (
					<p className="hands">
						<strong>{t.lesson.handsOn}</strong> {words.hands}
					</p>
				)}
				<div className="step">
					<Opened entry={entry}>
						{(card) => (
							<Step
								key={id}
								card={card}
								text={text}
								setText={(next) => change({ text: next })}
								onRight={(answer) =>
									setAnswers((now) => ({ ...now, [id]: { ...answer, model: card.fileName, sentence: text, language, at: Date.now() } }))
								}
							/>
						)}
					</Opened>
				</div>
				<div className="pager">
					<Push onPress={() => goTo(index)} disabled={index === 0}>
						← {t.lesson.back}
					</Push>
					{index < steps.length - 1 && (
						<Push kind="main" onPress={() => goTo(index + 2)}>
							{t.labelled(t.lesson.next, t.lesson[steps[index + 1]!.id].title)} →
						</Push>
					)}
				</div>
				<Certificate answers={answers} onRestart={() => setAnswers({})} open={index === steps.length - 1} />
			</article>
		</div>
	);
}
