// Step 8, scaled dot-product attention: Q, K, V of a real block, and the arithmetic of any cell.

import { Explorer } from '../attention/Explorer.tsx';
import { headsOf, weightsOf } from '../attention/read.ts';
import { percent } from '../display/number.ts';
import { useAttention } from '../engine/questions.ts';
import { useMessages } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { TextInput } from '../ui/fields.tsx';
import { AttentionFormula } from '../ui/formula.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { placed, quoted } from '../ui/token-text.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';

export function AttentionStep({ card, text, setText, onRight }: StepProps) {
	const t = useMessages();
	const words = t.lesson.attention;
	const [layer, setLayer] = useOption('layer', 0);
	const block = Math.min(Math.max(0, Math.trunc(layer)), Math.max(0, card.blocks.have - 1));
	const { value, refusal, busy } = useAttention(text === '' ? undefined : card.name, text, block);
	const T = value?.tokens.length ?? 0;
	// Which head is asked about depends on the sentence, so that the answer cannot be learnt by heart.
	const asked = value ? [...text].reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) % headsOf(value), 3) : 0;
	return (
		<>
			<AttentionFormula />
			<TextInput label={t.sentence} value={text} onChange={setText} />
			{text === '' && <p>{t.empty}</p>}
			{refusal && <Problem refusal={refusal} />}
			{busy && !value && <Busy />}
			{value && T > 0 && (
				<>
					<Explorer attention={value} layer={block} setLayer={setLayer} card={card} />
					<Source card={card} part={`blocks.${block}.attention`} precision="exact" />
				</>
			)}
			{(text === '' || T === 1) && <NeedWords />}
			{value && T > 1 && (
				<Question
					question={words.question(asked, quoted(value.tokens[T - 1]!, t))}
					about={`${card.name} ${text} ${block}`}
					choices={value.tokens.map((token, i) => ({ id: String(i), name: placed(token, i) }))}
					check={(id) => {
						const row = weightsOf(value, { head: asked, from: T - 1, to: 0 });
						const given = Number(id);
						const right = row[given] === Math.max(...row);
						return { right, say: (right ? words.right : words.wrong)(quoted(value.tokens[given]!, t), percent(row[given]!)) };
					}}
					onRight={onRight}
				/>
			)}
		</>
	);
}
