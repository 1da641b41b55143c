// Step 7, the same word in different sentences: its row stays, its hidden states part, block by block.

import { digits } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useEncoding } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { useMessages } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { TextInput } from '../ui/fields.tsx';
import { Parting } from '../ui/parting.tsx';
import { Busy, Problem, Room } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { BoxedStrip } from '../ui/token.tsx';
import { quoted } from '../ui/token-text.ts';
import { NeedWords, Question } from './Question.tsx';
import type { StepProps } from './step.ts';
import { sharedRows } from './Vectors.tsx';
import { turned } from './words.ts';

const FIRST = 'We sat on the bank of the river.';
const SECOND = 'I put my money in the bank.';

export function Context({ card, text, setText, onRight }: StepProps) {
	const t = useMessages();
	const words = t.lesson.context;
	const [first, setFirst] = useOption('first', FIRST);
	const [second, setSecond] = useOption('second', SECOND);
	const start = turned(text);
	const [other, setOther] = useOption('other', start);
	const bank = useParting(card, first, second);
	// The same words in another order are the mark to beat: half of the way from there to being the same.
	const mark = useParting(card, text, start);
	const changed = useParting(other === start ? undefined : card, text, other);
	const alike = start === text.trim() ? undefined : mark.value?.at(-1);
	const target = alike === undefined ? undefined : shown((1 + alike) / 2);
	return (
		<>
			<Two
				card={card}
				a={{ label: words.first, text: first, set: setFirst }}
				b={{ label: words.second, text: second, set: setSecond }}
				parting={bank}
			/>
			{card.blocks.have < card.blocks.of && <p className="hint">{words.partial(card.blocks.have, card.blocks.of)}</p>}
			<h3>{words.ownTitle}</h3>
			<p>{words.ownIdea}</p>
			<Two
				card={card}
				a={{ label: t.sentence, text, set: setText }}
				b={{ label: t.lesson.vectors.other, text: other, set: setOther }}
				parting={other === start ? mark : changed}
			/>
			{target === undefined && !mark.busy && card.blocks.have > 0 && <NeedWords />}
			{target !== undefined && (
				<Question
					question={words.question(digits(target, 3))}
					about={`${card.name} ${text} ${other}`}
					given={other}
					check={async () => {
						const last = (await partingOf(card, text, other))?.at(-1) ?? 0;
						const right = shown(last) >= target && text.trim() !== other.trim();
						return { right, say: (right ? words.right : words.wrong)(digits(last, 3)) };
					}}
					onRight={onRight}
				/>
			)}
		</>
	);
}

/** As it stands on the page: what is asked for and what is compared are the same number. */
const shown = (cosine: number): number => Math.round(1000 * cosine) / 1000;

/** How alike the vectors of the longest token that both sentences have are: in the table, then after each block that is there. */
async function partingOf(card: ModelCard, first: string, second: string, signal?: AbortSignal): Promise<number[] | undefined> {
	const options = signal && { signal };
	const [a, b] = await Promise.all([first, second].map((text) => ask('encode', [card.name, text, 'add'], options)));
	const [i, j] = sharedRows(a!, b!);
	if (i < 0 || card.blocks.have === 0) return undefined;
	return ask('parting', [card.name, { text: first, token: i }, { text: second, token: j }, card.blocks.have], options);
}

const useParting = (card: ModelCard | undefined, first: string, second: string) =>
	useAnswer(card && JSON.stringify([card.name, card.blocks.have, first, second]), (signal) => partingOf(card!, first, second, signal));

interface Side {
	readonly label: string;
	readonly text: string;
	readonly set: (text: string) => void;
}

/** Two sentences to write, and how their longest shared token parts. */
function Two(props: { readonly card: ModelCard; readonly a: Side; readonly b: Side; readonly parting: ReturnType<typeof useParting> }) {
	const { card, a, b, parting } = props;
	const t = useMessages();
	const words = t.lesson.context;
	const first = useEncoding(card.name, a.text);
	const second = useEncoding(card.name, b.text);
	const [i, j] = sharedRows(first.value ?? [], second.value ?? []);
	const shared = first.value?.[i];
	const layers = card.blocks.have;
	const refusal = first.refusal ?? second.refusal ?? parting.refusal;
	return (
		<>
			<TextInput label={a.label} value={a.text} onChange={a.set} />
			<BoxedStrip tokens={first.value ?? []} picked={i} label={a.label} />
			<TextInput label={b.label} value={b.text} onChange={b.set} />
			<BoxedStrip tokens={second.value ?? []} picked={j} label={b.label} />
			{refusal && <Problem refusal={refusal} />}
			{first.value && second.value && !shared && <p>{words.noneShared}</p>}
			{parting.busy && !parting.value && (
				<Room rows={layers + 1} row={1.95} rest={8}>
					<Busy />
				</Room>
			)}
			{shared && parting.value && (
				<>
					<h3>{t.labelled(words.word, quoted(shared, t))}</h3>
					<Parting values={parting.value} />
					<Source
						card={card}
						part={layers === 1 ? 'embedding.rows, blocks.0.output' : `embedding.rows, blocks.0…${layers - 1}.output`}
						precision="exact"
					/>
				</>
			)}
		</>
	);
}
