// Edit: heads switched off, a row swapped, a vector added; the changed run beside the run as it is.

import { Checkbox, CheckboxGroup } from 'react-aria-components';
import { headsOf } from '../attention/read.ts';
import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAttention } from '../engine/questions.ts';
import { useAnswer } from '../engine/use.ts';
import { digits } from '../matrix/number.ts';
import { useMessages } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { Choose, Slide, TextInput } from '../ui/fields.tsx';
import { Guesses } from '../ui/guesses.tsx';
import { Opened } from '../ui/opened.tsx';
import { Busy, Problem } from '../ui/problem.tsx';
import { Source } from '../ui/source.tsx';
import { TokenFace, tokenText } from '../ui/token.tsx';
import { Bar } from './Bar.tsx';

export function Edit() {
	const t = useMessages();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.edit}</h2>
			<p className="idea">{t.views.edit.idea}</p>
			<Bar />
			<Opened entry={entry}>{(card) => (card.blocks.have > 0 ? <EditOf card={card} /> : <p>{t.sourceDictionary}</p>)}</Opened>
		</div>
	);
}

function EditOf({ card }: { readonly card: ModelCard }) {
	const t = useMessages();
	const words = t.views.edit;
	const { text } = usePlace();
	const [layer, setLayer] = useOption('layer', 0);
	const [off, setOff] = useOption('off', '0');
	const [swapToken, setSwapToken] = useOption('swapToken', -1);
	const [swapWord, setSwapWord] = useOption('swapWord', ' hate');
	const [addWord, setAddWord] = useOption('addWord', '');
	const [strength, setStrength] = useOption('strength', 1);
	const { have, of } = card.blocks;
	const block = Math.min(Math.max(0, Math.trunc(layer)), have - 1);
	const attention = useAttention(card.name, text, block);
	const heads = off
		.split(',')
		.filter((one) => /^\d+$/.test(one))
		.map(Number);
	const tokens = attention.value?.tokens ?? [];
	const H = attention.value ? headsOf(attention.value) : 0;
	const edits = {
		layer: block,
		heads: heads.filter((head) => head < H),
		swap: swapToken >= 0 && swapToken < tokens.length && swapWord ? { token: swapToken, word: swapWord } : undefined,
		add: addWord ? { word: addWord, strength } : undefined,
	};
	const ready = H > 0 && tokens.length > 0;
	const { value, refusal, busy } = useAnswer(ready ? JSON.stringify([card.name, text, edits]) : undefined, (signal) =>
		ask('edited', [card.name, text, edits, have - 1, have === of], { signal }),
	);
	const places = [
		{ id: '-1', name: words.nothing },
		...tokens.map((token, i) => ({ id: String(i), name: `${i + 1}. ${tokenText(token)}` })),
	];
	return (
		<>
			<div className="halves">
				<section>
					<h3>{words.heads}</h3>
					{have > 1 && (
						<Choose
							label={t.lesson.attention.block}
							choices={Array.from({ length: have }, (_, i) => ({ id: String(i), name: String(i) }))}
							value={String(block)}
							onChange={(id) => setLayer(Number(id))}
						/>
					)}
					<CheckboxGroup
						className="checks"
						aria-label={words.heads}
						value={heads.map(String)}
						onChange={(list) => setOff(list.join(',') || 'none')}
					>
						{Array.from({ length: H }, (_, head) => (
							<Checkbox key={head} value={String(head)}>
								{t.lesson.attention.head} {head}
							</Checkbox>
						))}
					</CheckboxGroup>
				</section>
				<section>
					<h3>{words.swap}</h3>
					<div className="fields">
						<Choose label={words.swapToken} choices={places} value={String(swapToken)} onChange={(id) => setSwapToken(Number(id))} />
						<TextInput label={words.swapWord} value={swapWord} onChange={setSwapWord} />
					</div>
				</section>
				<section>
					<h3>{words.add}</h3>
					<TextInput label={words.addWord} value={addWord} onChange={setAddWord} />
					<Slide label={words.strength} value={strength} onChange={setStrength} min={-4} max={4} step={0.25} />
				</section>
			</div>
			{(attention.refusal ?? refusal) && <Problem refusal={(attention.refusal ?? refusal)!} />}
			{busy && !value && <Busy />}
			{value && (
				<>
					<h3>{words.alike}</h3>
					<table>
						<tbody>
							{value.tokens.map((token, i) => (
								<tr key={i}>
									<th scope="row">
										<TokenFace token={token} />
									</th>
									<td className="right">{digits(value.alike[i]!)}</td>
									<td className="wide">
										<span className="bar" style={{ width: `${100 * Math.max(0, value.alike[i]!)}%` }} />
									</td>
								</tr>
							))}
						</tbody>
					</table>
					<Source card={card} part={`blocks.${have - 1}.output`} />
					{value.before.length > 0 ? (
						<div className="halves">
							<section>
								<h4>{words.before}</h4>
								<Guesses guesses={value.before} />
							</section>
							<section>
								<h4>{words.after}</h4>
								<Guesses guesses={value.after} />
							</section>
						</div>
					) : (
						<p className="hint">{t.lesson.context.partial(have, of)}</p>
					)}
				</>
			)}
		</>
	);
}
