// Generate: the model goes on with a text, or answers in a conversation, token by token; from any token another way can be taken.

import { useEffect, useRef, useState } from 'react';
import { percent } from '../display/number.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard, TokenView } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import type { Turn } from '../engine/work-write.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Choose, Push, TextInput } from '../ui/fields.tsx';
import { Missing } from '../ui/missing.tsx';
import { Chances } from '../ui/next-tokens.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { Scroller } from '../ui/scroller.tsx';
import { TokenStrip } from '../ui/token.tsx';
import { tokenText } from '../ui/token-text.ts';
import { Bar } from './Bar.tsx';
import { useDrawing } from './drawing.tsx';
import { Talk, turnsOf } from './Talk.tsx';
import { useKeptAnswer, useWriting, type Writing } from './writing.ts';

export function Generate() {
	const { messages: t } = useSpeech();
	const { model } = usePlace();
	const entry = useModel(model);
	const [mode] = useOption('mode', 'text');
	return (
		<div className="view">
			<h2>{t.nav.generate}</h2>
			<p className="idea">{t.views.generate.idea}</p>
			<Bar rows={3} text={mode !== 'talk' || !entry.card?.writes} />
			<Opened entry={entry}>
				{(card) => (card.writes ? <GenerateOf key={card.name} card={card} /> : <Missing card={card} wanted="writes" />)}
			</Opened>
		</div>
	);
}

function GenerateOf({ card }: { readonly card: ModelCard }) {
	const { messages: t, bytes } = useSpeech();
	const words = t.views.generate;
	const { text, change } = usePlace();
	const [wanted, setMode] = useOption('mode', 'text');
	const [system, setSystem] = useOption('system', '');
	const [kept, setKept] = useOption('turns', '[]');
	const [settings, seed, maxTokens, sliders] = useDrawing();
	const [picked, setPicked] = useState<number>();
	const writing = useWriting(card.name);
	const { made, running } = writing;
	const template = useAnswer(`${card.name} template`, (signal) => ask('template', [card.name], { signal })).value;
	const talks = wanted === 'talk' && card.talks;
	const turns = turnsOf(kept);
	const given: string | readonly Turn[] = talks ? [...(system ? [{ role: 'system', content: system } as const] : []), ...turns] : text;
	const open = talks ? turns.at(-1)?.role === 'user' : true;
	const prompt = useAnswer(open ? JSON.stringify([card.name, given]) : undefined, (signal) =>
		ask('prompt', [card.name, given], { signal }),
	);
	const known = prompt.value?.tokens.map(({ id }) => id);
	const ids = prompt.busy ? undefined : known;
	const answer = useSaid(card.name, made);
	useKeptAnswer(card.name, ids, writing);
	// While it writes, what could have come next stays as it was.
	const rested = useRef<readonly number[]>(undefined);
	if (!running && known) rested.current = [...known, ...made.slice(0, picked ?? made.length).map(({ id }) => id)];
	// An answer belongs to its text, or to the conversation.
	const { set } = writing;
	const about = talks ? '' : text;
	const before = useRef(about);
	useEffect(() => {
		if (before.current !== about) set([]);
		before.current = about;
	}, [about, set]);

	const run = (from: readonly TokenView[], after: Writing['made']) => {
		setPicked(undefined);
		return writing.run(
			from.map(({ id }) => id),
			after,
			{ ...settings, seed, maxTokens },
		);
	};
	/** Another token at the picked place, or one more at the end; what stood after it is made anew. */
	function take(token: { id: number; probability: number }) {
		const at = picked ?? made.length;
		const one = { kind: 'normal', start: 0, end: 0, text: '', ...token } as Writing['made'][number];
		const next = [...made.slice(0, at), one];
		if (picked === undefined) writing.set(next);
		else void run(prompt.value!.tokens, next);
	}
	async function send(said: string) {
		const reply = await ask('decode', [card.name, made.map(({ id }) => id)]);
		const next: Turn[] = [...turns, ...(reply ? [{ role: 'assistant', content: reply } as const] : []), { role: 'user', content: said }];
		setKept(JSON.stringify(next));
		writing.set([]);
		const asked = [...(system ? [{ role: 'system', content: system } as const] : []), ...next];
		await run((await ask('prompt', [card.name, asked])).tokens, []);
	}
	const restart = (options: Record<string, string>) => {
		writing.set([]);
		setPicked(undefined);
		change({ options });
	};
	return (
		<>
			{card.talks && (
				<Choose
					label={words.mode}
					choices={[
						{ id: 'text', name: words.goOn },
						{ id: 'talk', name: words.talk },
					]}
					value={talks ? 'talk' : 'text'}
					onChange={(mode) => {
						setMode(mode);
						restart({ mode });
					}}
				/>
			)}
			{talks && (
				<Talk
					name={card.title}
					turns={turns}
					saying={open && (made.length > 0 || running) ? answer || '…' : undefined}
					busy={running}
					onSay={(said) => void send(said)}
				/>
			)}
			<div className="buttons">
				{open && (
					<Push kind={talks ? 'plain' : 'main'} disabled={!ids?.length || running} onPress={() => void run(prompt.value!.tokens, made)}>
						{made.length > 0 ? words.more : words.begin}
					</Push>
				)}
				{running && <Push onPress={writing.stop}>{t.cancel}</Push>}
				{(made.length > 0 || turns.length > 0) && !running && (
					<Push kind="quiet" onPress={() => restart({ turns: '[]' })}>
						{words.again}
					</Push>
				)}
			</div>
			{!talks && (made.length > 0 || running) && (
				<p className="answer" aria-live="polite" dir="auto">
					<span>{text}</span>
					<strong>{answer}</strong>
				</p>
			)}
			{card.memory && made.length === 0 && !running && <p className="hint">{words.memory(bytes(card.memory.needed))}</p>}
			{(writing.refusal ?? prompt.refusal) && <Problem refusal={(writing.refusal ?? prompt.refusal)!} />}
			{(made.length > 0 || running) && open && (
				<>
					<Scroller className="made" label={words.made}>
						{made.length === 0 && <Busy />}
						<TokenStrip
							tokens={made}
							picked={picked}
							onPick={(i) => setPicked(picked === i ? undefined : i)}
							label={words.made}
							note={(_, i) => percent(made[i]!.probability)}
						/>
					</Scroller>
					<p className="hint">
						{writing.end?.finishReason === 'stop' && <>{words.ended} </>}
						{words.pick}
					</p>
					{known && (
						<Saves
							name="generated"
							origin={{
								models: [card],
								part: 'logits',
								precision: writing.end?.precision ?? 'fast',
								prompt: given,
								after: known,
								...{ settings, seed, maxTokens, ended: writing.end?.finishReason },
							}}
							table={() => ({
								header: ['place', 'id', 'token', 'probability'],
								rows: made.map((one, i) => [i + 1, one.id, tokenText(one), one.probability]),
							})}
						/>
					)}
				</>
			)}
			{sliders}
			{open && (known ? known.length > 0 : prompt.busy) && (
				<div className="soon" inert={running || !ids}>
					<h3>{picked === undefined ? words.next : words.place(picked + 1)}</h3>
					<p>{words.chances}</p>
					<Chances
						card={card}
						ids={rested.current}
						settings={settings}
						chosen={picked === undefined ? undefined : made[picked]?.id}
						onTake={take}
					/>
				</div>
			)}
			{prompt.value && (
				<details>
					<summary>{words.given(prompt.value.tokens.length)}</summary>
					{talks && <TextInput label={words.system} value={system} onChange={setSystem} />}
					<TokenStrip tokens={prompt.value.tokens} label={words.given(prompt.value.tokens.length)} />
				</details>
			)}
			{card.talks && (
				<details>
					<summary>{words.template}</summary>
					<pre dir="ltr">
						<code>{template}</code>
					</pre>
				</details>
			)}
		</>
	);
}

/** The answer as text; a character that is not whole yet is left out. */
function useSaid(model: string, made: Writing['made']): string {
	const ids = made.map(({ id }) => id);
	const { value } = useAnswer(ids.length ? JSON.stringify([model, ids]) : undefined, () => ask('decode', [model, ids]));
	return made.length ? (value ?? '').replace(/\uFFFD+$/, '') : '';
}
