// One model's split of the text: every token with its id; the picked one with its kind, its place and its merges.

import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useTokenViews } from '../engine/token-views.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { LongStrip } from '../ui/long-strip.tsx';
import { Merges } from '../ui/merges.tsx';
import { Opened } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Source } from '../ui/source.tsx';
import { tokenText } from '../ui/token-text.ts';

export function Split({ name, characters }: { readonly name: string; readonly characters: number | undefined }) {
	const entry = useModel(name);
	return <Opened entry={entry}>{(card) => <SplitOf card={card} characters={characters ?? 0} />}</Opened>;
}

function SplitOf({ card, characters }: { readonly card: ModelCard; readonly characters: number }) {
	const { messages: t, count } = useSpeech();
	const { text } = usePlace();
	const { value, refusal } = useAnswer(JSON.stringify([card.name, text]), (signal) => ask('split', [card.name, text], { signal }));
	const [pick, setPicked] = useOption(`token ${card.name}`, -1);
	const picked = pick < 0 ? undefined : Math.trunc(pick);
	return (
		<section className="split">
			<header>
				<h3>{card.title}</h3>
				{value && <p>{t.views.tokens.counts(count(value.ids.length), count(characters))}</p>}
				{value && (
					<Saves
						name={`${card.name}-tokens`}
						origin={{ models: [card], part: 'tokenizer', text }}
						table={async () => ({
							header: ['id', 'token', 'kind', 'start', 'end'],
							rows: (await ask('encode', [card.name, text, 'add'])).map((one) => [one.id, tokenText(one), one.kind, one.start, one.end]),
						})}
					/>
				)}
			</header>
			{refusal && <Problem refusal={refusal} />}
			{value && <LongStrip card={card} ids={value.ids} picked={picked} onPick={setPicked} label={card.title} />}
			{value && picked !== undefined && picked < value.ids.length && (
				<Picked
					card={card}
					id={value.ids.subarray(picked, picked + 1)}
					start={value.offsets[2 * picked]!}
					end={value.offsets[2 * picked + 1]!}
				/>
			)}
			<Source card={card} part={t.sourceTokenizer} />
		</section>
	);
}

function Picked({
	card,
	id,
	start,
	end,
}: {
	readonly card: ModelCard;
	readonly id: Uint32Array;
	readonly start: number;
	readonly end: number;
}) {
	const { messages: t, count } = useSpeech();
	const { text } = usePlace();
	const token = useTokenViews(card, id)?.[0];
	if (!token) return null;
	return (
		<>
			<dl className="facts" aria-live="polite">
				<div>
					<dt>{t.token}</dt>
					<dd>
						<bdi>{tokenText(token)}</bdi>
					</dd>
				</div>
				<div>
					<dt>{t.id}</dt>
					<dd>{token.id}</dd>
				</div>
				<div>
					<dt>{t.kind}</dt>
					<dd>{t.kinds[token.kind]}</dd>
				</div>
				<div>
					<dt>{t.views.tokens.offsets}</dt>
					<dd>
						{count(start)}–{count(end)} <q dir="auto">{text.slice(start, end)}</q>
					</dd>
				</div>
			</dl>
			{token.kind === 'normal' && card.tokenizer?.kind === 'bpe' && !token.bytes && <Merges model={card.name} word={token.text} />}
		</>
	);
}
