// The summary as one HTML file that needs nothing else: to keep, to print, to hand in.

import type { Language, Messages } from '../messages/index.ts';
import type { Answers } from '../state/settings.ts';
import { steps } from './steps.ts';

const STYLE = `
:root { color-scheme: light }
body { font: 16px/1.65 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1d2040; overflow-wrap: anywhere }
body:lang(ko) { word-break: keep-all }
main { border: 3px double #c0521b; border-radius: 12px; padding: 1.5rem clamp(1rem, 5vw, 3rem) 2rem }
header { text-align: center; border-bottom: 1px solid #d9d5cb; padding-bottom: 1.2rem }
header b { color: #c0521b; font-size: 1.2rem; letter-spacing: .3em; margin-inline-start: .3em }
h1 { margin: .2rem 0 .4rem; font-size: 1.8rem }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .1rem }
p { margin: .15rem 0 }
section { break-inside: avoid }
.answer { font-weight: 650 }
small, footer, header p { color: #545768 }
footer { margin-top: 2rem; border-top: 1px solid #d9d5cb; padding-top: 1rem; font-size: .9rem }`;

const html = (text: string): string => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

export function summary(answers: Answers, t: Messages, language: Language): string {
	const words = t.lesson.certificate;
	const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
	const given = steps.flatMap(({ id }, i) => (answers[id] ? [{ id, number: i + 1, ...answers[id] }] : []));
	const parts = given.map(
		({ id, number, language: spoken = language, question, answer, sentence, at }) =>
			`<section lang="${html(spoken)}"><h2 lang="${language}">${number}. ${html(t.lesson[id].title)}</h2><p>${html(question)}</p><p class="answer">${html(answer)}</p><small>${html(t.labelled(words.yourSentence, ''))}<bdi>${html(sentence)}</bdi> · ${day.format(at)}</small></section>`,
	);
	const models = [...new Set(given.map(({ model }) => model))].join(', ');
	const last = day.format(Math.max(...given.map(({ at }) => at)));
	return `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${html(words.heading)}</title><style>${STYLE}</style><main><header><b lang="ko">통사</b><h1>${html(words.heading)}</h1><p>${html(words.count(given.length, steps.length))} · ${last}</p></header>${parts.join('')}<footer>${html(words.by(models))}</footer></main></html>`;
}
