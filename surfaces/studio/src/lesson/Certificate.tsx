// What the learner found out, with their own answers; saved as one HTML file that needs nothing else.

import { useSpeech } from '../messages/index.ts';
import type { Answers } from '../state/settings.ts';
import { Push } from '../ui/fields.tsx';
import { saveText } from '../ui/save.ts';
import { steps } from './steps.ts';

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
	const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' });

	function save() {
		const models = [...new Set(given.map(({ id }) => answers[id]!.model))].join(', ');
		const parts = given.map(({ id }) => {
			const { question, answer, sentence, at } = answers[id]!;
			return `<section><h2>${html(t.lesson[id].title)}</h2><p>${html(question)}</p><p><b>${html(answer)}</b></p><small>${html(words.yourSentence)}: ${html(sentence)} · ${day.format(at)}</small></section>`;
		});
		const style =
			'body{font:16px/1.6 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1d2040}h1{border-bottom:3px solid #c0521b}h2{font-size:1.1rem;margin:1.6rem 0 0}p{margin:.2rem 0}small{color:#555}';
		saveText(
			'tongsa.html',
			'text/html',
			`<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${html(words.heading)}</title><style>${style}</style><h1>${html(words.heading)}</h1><p>${html(words.count(given.length, steps.length))}</p>${parts.join('')}<p>${html(words.by(models))}</p></html>`,
		);
	}

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
								<dd>
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

const html = (text: string): string => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
