// Step 7, the same word in different sentences: its row stays, its hidden states part, block by block.

import { ask } from '../engine/client.ts';
import { useEncoding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { digits } from '../matrix/number.ts';
import { useMessages } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { TextInput } from '../ui/fields.tsx';
import { Parting } from '../ui/parting.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { quoted, TokenStrip } from '../ui/token.tsx';
import { Question } from './Question.tsx';
import type { StepProps } from './step.ts';
import { sharedRows } from './Vectors.tsx';

const FIRST = 'We sat on the bank of the river.';
const SECOND = 'I put my money in the bank.';

export function Context({ card, onRight }: StepProps) {
	const t = useMessages();
	const words = t.lesson.context;
	const [first, setFirst] = useOption('first', FIRST);
	const [second, setSecond] = useOption('second', SECOND);
	const a = useEncoding(card.name, first);
	const b = useEncoding(card.name, second);
	const [i, j] = sharedRows(a.value ?? [], b.value ?? []);
	const shared = i >= 0 ? a.value![i] : undefined;
	const layers = card.blocks.have;
	const question = { a: { text: first, token: i }, b: { text: second, token: j } };
	const ready = shared !== undefined && layers > 0;
	const parting = useAnswer(ready ? JSON.stringify([card.name, question, layers]) : undefined, (signal) =>
		ask('parting', [card.name, question.a, question.b, layers], { signal }),
	);
	const last = parting.value?.at(-1);
	// What the sentences that the page starts with give is the mark to beat, half of the way to being the same.
	const start = useAnswer(`${card.name} start ${layers}`, async (signal) => {
		const [x, y] = await Promise.all([FIRST, SECOND].map((text) => ask('encode', [card.name, text, 'add'], { signal })));
		const [p, q] = sharedRows(x!, y!);
		if (p < 0) return 0.9;
		return (await ask('parting', [card.name, { text: FIRST, token: p }, { text: SECOND, token: q }, layers], { signal })).at(-1)!;
	});
	const target = start.value === undefined ? undefined : (1 + start.value) / 2;
	return (
		<>
			<TextInput label={words.first} value={first} onChange={setFirst} />
			{a.value && <TokenStrip tokens={a.value} picked={i} label={words.first} />}
			<TextInput label={words.second} value={second} onChange={setSecond} />
			{b.value && <TokenStrip tokens={b.value} picked={j} label={words.second} />}
			{(a.refusal ?? b.refusal ?? parting.refusal) && <Problem refusal={(a.refusal ?? b.refusal ?? parting.refusal)!} />}
			{a.value && b.value && !shared && <p>{words.noneShared}</p>}
			{parting.busy && !parting.value && <Busy />}
			{shared && parting.value && (
				<>
					<h3>
						{words.word}: {quoted(shared)}
					</h3>
					<Parting values={parting.value} />
					<Source
						card={card}
						part={layers === 1 ? 'embedding.rows, blocks.0.output' : `embedding.rows, blocks.0…${layers - 1}.output`}
						precision="exact"
					/>
				</>
			)}
			{card.blocks.have < card.blocks.of && <p className="hint">{words.partial(card.blocks.have, card.blocks.of)}</p>}
			{target !== undefined && (
				<Question
					question={words.question(digits(target, 3))}
					about={`${card.name} ${first} ${second}`}
					given={second}
					check={() =>
						last !== undefined && last >= target && first.trim() !== second.trim()
							? { right: true, say: words.right(digits(last, 3)) }
							: { right: false, say: words.wrong(digits(last ?? 0, 3)) }
					}
					onRight={onRight}
				/>
			)}
		</>
	);
}
