// Step 9, out again: from the last state to logits to the next token; on a part of a model, what is missing and how to get it.

import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import type { Guess } from '../engine/work-out.ts';
import { percent } from '../matrix/number.ts';
import { useSpeech } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { Slide, TextInput } from '../ui/fields.tsx';
import { Guesses } from '../ui/guesses.tsx';
import { isWhole, Missing } from '../ui/missing.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { quoted, TokenStrip, tokenText } from '../ui/token.tsx';
import { numberOf, Question } from './Question.tsx';
import type { StepProps } from './step.ts';

export function Out(props: StepProps) {
	return isWhole(props.card) ? <NextToken {...props} /> : <Part {...props} />;
}

function Part({ card, onRight }: StepProps) {
	const { messages: t } = useSpeech();
	const words = t.lesson.out;
	const lacking = card.blocks.of - card.blocks.have;
	return (
		<>
			<Missing card={card} />
			<Question
				question={words.questionMissing}
				numeric
				about={card.name}
				check={(answer) =>
					numberOf(answer) === lacking ? { right: true, say: words.rightMissing(lacking) } : { right: false, say: words.wrongMissing }
				}
				onRight={onRight}
			/>
		</>
	);
}

function NextToken({ card, text, setText, onRight }: StepProps) {
	const { messages: t } = useSpeech();
	const words = t.lesson.out;
	const [more, setMore] = useOption('more', '');
	const [temperature, setTemperature] = useOption('temperature', 1);
	const taken = more.split(',').filter(Boolean).map(Number).filter(Number.isInteger);
	const { value, refusal, busy } = useAnswer(JSON.stringify([card.name, text, taken, temperature]), (signal) =>
		ask('next', [card.name, text, taken, 10, temperature], { signal }),
	);
	const change = (next: string) => {
		setText(next);
		setMore('');
	};
	return (
		<>
			<p className="hands">
				<strong>{t.lesson.handsOn}</strong> {words.hands}
			</p>
			<TextInput label={t.sentence} value={text} onChange={change} />
			{refusal && <Problem refusal={refusal} />}
			{busy && !value && <Busy />}
			{value && (
				<>
					<TokenStrip tokens={value.tokens} label={t.sentence} />
					<h3>{words.candidates}</h3>
					<Slide label={t.glossary.temperature.term} value={temperature} onChange={setTemperature} min={0.1} max={2} step={0.1} />
					<Guesses guesses={value.best} onTake={(id) => setMore([...taken, id].join(','))} />
					<Source card={card} part="logits" />
					<NextQuestion card={card} text={text} best={value.best} onRight={onRight} />
				</>
			)}
		</>
	);
}

/** Choices in the order of their ids: the table above says which is first. */
function NextQuestion({
	card,
	text,
	best,
	onRight,
}: Pick<StepProps, 'text' | 'onRight'> & { readonly card: ModelCard; readonly best: readonly Guess[] }) {
	const { messages: t } = useSpeech();
	const words = t.lesson.out;
	const choices = best.slice(0, 5).toSorted((a, b) => a.id - b.id);
	return (
		<Question
			question={words.question}
			about={`${card.name} ${text} ${best[0]?.id}`}
			choices={choices.map((one) => ({ id: String(one.id), name: tokenText(one) }))}
			check={(id) => {
				const given = best.find((one) => String(one.id) === id)!;
				return given === best[0]
					? { right: true, say: words.right(quoted(given), percent(given.probability)) }
					: { right: false, say: words.wrong(quoted(given)) };
			}}
			onRight={onRight}
		/>
	);
}
