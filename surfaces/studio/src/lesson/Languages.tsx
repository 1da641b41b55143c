// Step 1, two languages: the learner's sentence, and what the model hears of it.

import { digits, largest } from '../display/number.ts';
import { useEmbedding } from '../engine/questions.ts';
import { Heat } from '../matrix/Heat.tsx';
import { Scale } from '../matrix/Scale.tsx';
import { useSpeech } from '../messages/index.ts';
import { TextInput } from '../ui/fields.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { quoted } from '../ui/token-text.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';
import { numberOf } from './typed.ts';

/** Of the picture, in CSS pixels: a long sentence gets thinner rows. */
const MAX_HEIGHT = 360;

export function Languages({ card, text, setText, onRight }: StepProps) {
	const { messages: t, count } = useSpeech();
	const words = t.lesson.languages;
	const { value, refusal, busy } = useEmbedding(card.name, text);
	const [rows = 0, columns = 0] = value?.shape ?? [];
	return (
		<>
			<div className="sides">
				<section className="side people">
					<h3>{words.people}</h3>
					<TextInput label={t.sentence} value={text} onChange={setText} rows={3} />
				</section>
				<div className="interpreter" aria-hidden="true">
					<span>통사</span>
				</div>
				<section className="side model">
					<h3>{words.model}</h3>
					{refusal && <Problem refusal={refusal} />}
					{busy && !value && <Busy />}
					{value && rows > 0 && (
						<>
							<Heat
								picture={{ data: value.data, rows, columns, scale: 'signed', limit: largest(value.data) }}
								label={words.caption(count(rows), count(columns))}
								rowHeight={Math.min(18, MAX_HEIGHT / rows)}
							/>
							<Scale scale="signed" limit={largest(value.data)} />
							<p>{words.caption(count(rows), count(columns))}</p>
							<p>{words.begins(quoted(value.tokens[0]!, t))}</p>
							<p className="numbers">
								{Array.from(value.data.subarray(0, 6), (x) => digits(x)).join('  ')}
								{'\u00a0…'}
							</p>
							<Source card={card} provenance={value.provenance} />
						</>
					)}
					{value && rows === 0 && <p>{t.empty}</p>}
				</section>
			</div>
			{value && rows === 0 && <NeedWords />}
			{value && rows > 0 && (
				<Question
					question={words.question}
					numeric
					about={`${card.name} ${text}`}
					check={(answer) => {
						const right = numberOf(answer) === rows * columns;
						return { right, say: right ? words.right(count(rows), count(columns), count(rows * columns)) : words.wrong };
					}}
					onRight={onRight}
				/>
			)}
		</>
	);
}
