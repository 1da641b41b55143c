// How one word is put together, merge by merge, from the model's own list.

import { ask } from '../engine/client.ts';
import { useAnswer } from '../engine/use.ts';
import { useMessages } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { Slide } from './fields.tsx';
import { Problem } from './problem.tsx';
import { tokenText } from './token-text.ts';

export function Merges({ model, word }: { readonly model: string; readonly word: string }) {
	const t = useMessages();
	const words = t.lesson.tokens;
	const { value: steps, refusal } = useAnswer(`${model} ${word}`, (signal) => ask('merges', [model, word], { signal }));
	const [wanted, setWanted] = useOption('merge', 0);
	if (refusal) return <Problem refusal={refusal} />;
	if (!steps) return null;
	const last = steps.length - 1;
	if (last < 1) return <p>{words.mergesNone}</p>;
	const at = Math.min(Math.max(0, wanted), last);
	const step = steps[at]!;
	return (
		<div className="merges">
			<Slide label={words.mergesStep(at, last)} value={at} onChange={setWanted} min={0} max={last} step={1} />
			<ol className="strip" aria-live="polite">
				{step.pieces.map((text, i) => (
					<li key={i} className={`token hue${i % 5}`} data-picked={step.merged === i || undefined}>
						<span className="still">
							<bdi>{tokenText({ text, kind: 'normal', ...(text.includes('\uFFFD') && { bytes: [...step.bytes[i]!] }) })}</bdi>
						</span>
					</li>
				))}
			</ol>
		</div>
	);
}
