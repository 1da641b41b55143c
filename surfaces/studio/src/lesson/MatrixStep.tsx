// Step 4, the embedding matrix: T × D as a picture with readable cells.

import { digits, largest } from '../display/number.ts';
import { useEmbedding } from '../engine/questions.ts';
import { Matrix } from '../matrix/Matrix.tsx';
import { useSpeech } from '../messages/index.ts';
import { TextInput } from '../ui/fields.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { TokenFace } from '../ui/token.tsx';
import { quoted } from '../ui/token-text.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';
import { numberOf } from './typed.ts';

export function MatrixStep({ card, text, setText, onRight }: StepProps) {
	const { messages: t } = useSpeech();
	const words = t.lesson.matrix;
	const { value, refusal, busy } = useEmbedding(card.name, text);
	const [rows = 0, columns = 0] = value?.shape ?? [];
	return (
		<>
			<TextInput label={t.sentence} value={text} onChange={setText} />
			{refusal && <Problem refusal={refusal} />}
			{busy && !value && <Busy />}
			{value && rows === 0 && (
				<>
					<p>{t.empty}</p>
					<NeedWords />
				</>
			)}
			{value && rows > 0 && (
				<>
					<Matrix
						data={value.data}
						rows={rows}
						columns={columns}
						scale="signed"
						limit={largest(value.data)}
						rowLabel={(r) => <TokenFace token={value.tokens[r]!} />}
						rowName={(r) => quoted(value.tokens[r]!, t)}
						columnName={t.views.grid.dimension}
						caption={`T × D = ${rows} × ${columns}`}
					/>
					<Source card={card} provenance={value.provenance} />
					<Question
						question={words.question}
						hint={words.hint}
						numeric
						about={`${card.name} ${text}`}
						check={(answer) => {
							const dimension = numberOf(answer);
							if (!Number.isInteger(dimension) || dimension < 0 || dimension >= columns)
								return { right: false, say: words.noDimension(columns) };
							const strongest = (column: number) =>
								Array.from({ length: rows }, (_, r) => r).reduce(
									(best, r) => (Math.abs(value.data[r * columns + column]!) > Math.abs(value.data[best * columns + column]!) ? r : best),
									0,
								);
							const row = strongest(dimension);
							const here = value.data[row * columns + dimension]!;
							const top = value.data.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
							return Math.abs(here) === Math.abs(top)
								? { right: true, say: words.right(quoted(value.tokens[row]!, t), digits(here)) }
								: { right: false, say: words.wrong(digits(here), digits(top)) };
						}}
						onRight={onRight}
					/>
				</>
			)}
		</>
	);
}
