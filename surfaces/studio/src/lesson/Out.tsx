// Step 9, out again: from the last state to logits to the next token; on a part of a model, what is missing and how to get it.

import { percent } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import { useEncoding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { Slide, TextInput } from '../ui/fields.tsx';
import { Missing } from '../ui/missing.tsx';
import { Chances } from '../ui/next-tokens.tsx';
import { Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { BoxedStrip } from '../ui/token.tsx';
import { quoted, tokenText } from '../ui/token-text.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';
import { numberOf } from './typed.ts';

/** Nothing left out. */
const ALL = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const CHOICES = 5;

export function Out(props: StepProps) {
	return props.card.writes ? <NextToken {...props} /> : <Part {...props} />;
}

function Part({ card, text, setText, onRight }: StepProps) {
	const { messages: t, count } = useSpeech();
	const words = t.lesson.out;
	const { value, refusal } = useEncoding(card.name, text);
	const lacking = card.blocks.of - card.blocks.have;
	const T = value?.length ?? 0;
	return (
		<>
			{lacking > 0 && (
				<p className="hands">
					<strong>{t.lesson.handsOn}</strong> {words.handsMissing}
				</p>
			)}
			<TextInput label={t.sentence} value={text} onChange={setText} />
			{refusal && <Problem refusal={refusal} />}
			<BoxedStrip tokens={value ?? []} label={t.token} />
			<Source card={card} part={t.sourceTokenizer} />
			<Missing card={card} wanted="writes" />
			{value && T === 0 && <NeedWords />}
			{T > 0 && lacking > 0 && (
				<Question
					question={words.questionMissing}
					numeric
					about={`${card.name} ${text}`}
					check={(answer) =>
						numberOf(answer) === lacking * T
							? { right: true, say: words.rightMissing(lacking, T, count(lacking * T)) }
							: { right: false, say: words.wrongMissing }
					}
					onRight={onRight}
				/>
			)}
		</>
	);
}

function NextToken({ card, text, setText, onRight }: StepProps) {
	const { messages: t } = useSpeech();
	const words = t.lesson.out;
	const [more, setMore] = useOption('more', '');
	const [temperature, setTemperature] = useOption('temperature', 1);
	const taken = more.split(',').filter(Boolean).map(Number).filter(Number.isInteger);
	const prompt = useEncoding(card.name, text);
	const ids = prompt.value && [...prompt.value.map(({ id }) => id), ...taken];
	const settings = { ...ALL, temperature };
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
			{prompt.refusal && <Problem refusal={prompt.refusal} />}
			{prompt.value?.length === 0 && <p>{t.empty}</p>}
			{ids && ids.length > 0 && (
				<>
					<Soon model={card.name} ids={ids} />
					<h3>{words.candidates}</h3>
					<Slide label={t.glossary.temperature.term} value={temperature} onChange={setTemperature} min={0.1} max={2} step={0.1} />
					<Chances card={card} ids={ids} settings={settings} onTake={({ id }) => setMore([...taken, id].join(','))} />
					<NextQuestion card={card} ids={ids} onRight={onRight} />
				</>
			)}
		</>
	);
}

/** The sentence as it stands, the taken tokens with it. */
function Soon({ model, ids }: { readonly model: string; readonly ids: readonly number[] }) {
	const { messages: t } = useSpeech();
	const { value } = useAnswer(JSON.stringify([model, ids]), () => ask('tokens', [model, ids]));
	return <BoxedStrip tokens={(value ?? []).filter((token) => token !== undefined)} label={t.token} />;
}

/** Choices in the order of their ids: the table above says which is first. */
function NextQuestion({ card, ids, onRight }: Pick<StepProps, 'card' | 'onRight'> & { readonly ids: readonly number[] }) {
	const { messages: t } = useSpeech();
	const words = t.lesson.out;
	const best = useAnswer(JSON.stringify([card.name, ids]), (signal) => ask('chances', [card.name, ids, ALL, CHOICES], { signal })).value
		?.best;
	if (!best) return null;
	return (
		<Question
			question={words.question}
			about={`${card.name} ${ids.join(' ')}`}
			choices={best.toSorted((a, b) => a.id - b.id).map((one) => ({ id: String(one.id), name: tokenText(one) }))}
			check={(id) => {
				const given = best.find((one) => String(one.id) === id)!;
				return given === best[0]
					? { right: true, say: words.right(quoted(given, t), percent(given.probability)) }
					: { right: false, say: words.wrong(quoted(given, t)) };
			}}
			onRight={onRight}
		/>
	);
}
