// Generate: the model goes on, token by token, each with its probability and the alternatives; an alternative begins a branch.

import { useRef, useState } from 'react';
import { ask, EngineError } from '../engine/client.ts';
import type { ModelCard, Refusal } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import type { MadeToken } from '../engine/work-out.ts';
import { percent } from '../matrix/number.ts';
import { useMessages } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Push, Slide } from '../ui/fields.tsx';
import { Guesses } from '../ui/guesses.tsx';
import { isWhole, Missing } from '../ui/missing.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { TokenStrip, tokenText } from '../ui/token.tsx';
import { Bar } from './Bar.tsx';

export function Generate() {
	const t = useMessages();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.generate}</h2>
			<Bar rows={3} />
			<Opened entry={entry}>{(card) => (isWhole(card) ? <GenerateOf card={card} /> : <Missing card={card} />)}</Opened>
		</div>
	);
}

function GenerateOf({ card }: { readonly card: ModelCard }) {
	const t = useMessages();
	const words = t.views.generate;
	const { text } = usePlace();
	const [temperature, setTemperature] = useOption('temperature', 0.7);
	const [topP, setTopP] = useOption('topP', 0.95);
	const [length, setLength] = useOption('length', 40);
	const [seed, setSeed] = useOption('seed', 1);
	const [made, setMade] = useState<readonly MadeToken[]>([]);
	const [picked, setPicked] = useState<number>();
	const [refusal, setRefusal] = useState<Refusal>();
	const [running, setRunning] = useState(false);
	const controller = useRef<AbortController>(undefined);

	async function run(kept: readonly MadeToken[]) {
		controller.current?.abort();
		const mine = new AbortController();
		controller.current = mine;
		setMade(kept);
		setPicked(undefined);
		setRefusal(undefined);
		setRunning(true);
		try {
			const more = kept.map(({ id }) => id);
			const settings = { temperature, topP, seed, maxTokens: length };
			const onPart = (part: unknown) => mine.signal.aborted || setMade((now) => [...now, part as MadeToken]);
			await ask('write', [card.name, text, more, settings], { signal: mine.signal, onPart });
		} catch (error) {
			if (error instanceof EngineError) setRefusal(error.refusal);
		} finally {
			if (controller.current === mine) setRunning(false);
		}
	}

	/** Another token in the place of the picked one; what came after it is made anew. */
	function branch(id: number) {
		if (picked === undefined) return;
		const other = made[picked]!.others.find((one) => one.id === id);
		if (other) void run([...made.slice(0, picked), { ...other, piece: other.text, others: made[picked]!.others }]);
	}

	const template = useAnswer(`${card.name} template`, (signal) => ask('template', [card.name], { signal })).value;
	const one = picked !== undefined ? made[picked] : undefined;
	return (
		<>
			<div className="fields sliders">
				<Slide label={t.glossary.temperature.term} value={temperature} onChange={setTemperature} min={0} max={2} step={0.05} />
				<Slide label="top-p" value={topP} onChange={setTopP} min={0.05} max={1} step={0.05} />
				<Slide label={words.length} value={length} onChange={setLength} min={1} max={200} step={1} />
				<Slide label={words.seed} value={seed} onChange={setSeed} min={1} max={100} step={1} />
			</div>
			<div className="buttons">
				<Push kind="main" onPress={() => void run([])}>
					{words.begin}
				</Push>
				{running && <Push onPress={() => controller.current?.abort()}>{t.cancel}</Push>}
			</div>
			{template && (
				<details>
					<summary>{words.template}</summary>
					<pre dir="ltr">
						<code>{template}</code>
					</pre>
				</details>
			)}
			{refusal && <Problem refusal={refusal} />}
			{running && made.length === 0 && <Busy />}
			{made.length > 0 && (
				<>
					<p className="answer" aria-live="polite" dir="auto">
						<span>{text}</span>
						<strong>{made.map(({ piece }) => piece).join('')}</strong>
					</p>
					<TokenStrip tokens={made} picked={picked} onPick={setPicked} label={words.made} note={(_, i) => percent(made[i]!.probability)} />
					<p className="hint">{words.pick}</p>
					{one && (
						<>
							<h3>
								{tokenText(one)}: {percent(one.probability)}
							</h3>
							<Guesses guesses={one.others} onTake={branch} />
						</>
					)}
					<Source card={card} part="logits" />
				</>
			)}
		</>
	);
}
