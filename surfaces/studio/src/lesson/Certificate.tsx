// What the learner found out, with their own answers; saved as one HTML file that needs nothing else.

import { useSpeech } from '../messages/index.ts';
import type { Answers } from '../state/settings.ts';
import { Push } from '../ui/fields.tsx';
import { saveText } from '../ui/save.ts';
import { steps } from './steps.ts';
import { summary } from './summary.ts';

export function Certificate({
	answers,
	onRestart,
	open,
}: {
	readonly answers: Answers;
	readonly onRestart: () => void;
	readonly open: boolean;
}) {
	const { messages: t, language } = useSpeech();
	const words = t.lesson.certificate;
	const given = steps.filter(({ id }) => answers[id]);
	const save = () => saveText('tongsa.html', 'text/html', summary(answers, t, language));
	if (!open && given.length === 0) return null;
	return (
		<details className="certificate" open={open}>
			<summary>
				{words.title} · {words.count(given.length, steps.length)}
			</summary>
			{given.length === 0 ? (
				<p>{words.empty}</p>
			) : (
				<>
					<dl>
						{given.map(({ id }) => (
							<div key={id}>
								<dt>{t.lesson[id].title}</dt>
								<dd lang={answers[id]!.language}>
									{answers[id]!.question} <strong>{answers[id]!.answer}</strong>
								</dd>
							</div>
						))}
					</dl>
					<Push kind="main" onPress={save}>
						{words.save}
					</Push>{' '}
					<Push kind="quiet" onPress={onRestart}>
						{words.restart}
					</Push>
				</>
			)}
		</details>
	);
}
