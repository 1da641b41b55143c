// Map: the whole vocabulary in two dimensions from its own rows, with search, encircling and the true neighbours beside it.

import { useState } from 'react';
import { ask } from '../engine/client.ts';
import type { ModelCard, Progress } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import { GROUPS, type Group } from '../engine/work-map.ts';
import { percent } from '../matrix/number.ts';
import { useSpeech } from '../messages/index.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { useShade } from '../state/shade.ts';
import { TextInput } from '../ui/fields.tsx';
import { Opened } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Ranking } from '../ui/ranking.tsx';
import { GROUP_COLOURS, Scatter } from '../ui/scatter.tsx';
import { Source } from '../ui/source.tsx';
import { quoted, TokenStrip } from '../ui/token.tsx';
import { Bar } from './Bar.tsx';

/** Most tokens that a search or an encircling lists. */
const LISTED = 200;

export function MapView() {
	const { messages: t } = useSpeech();
	const { model } = usePlace();
	const entry = useModel(model);
	return (
		<div className="view">
			<h2>{t.nav.map}</h2>
			<p className="idea">{t.views.map.idea}</p>
			<Bar text={false} />
			<Opened entry={entry}>{(card) => (card.table ? <MapOf key={card.name} card={card} /> : <p>{t.sourceDictionary}</p>)}</Opened>
		</div>
	);
}

function MapOf({ card }: { readonly card: ModelCard }) {
	const { messages: t, count } = useSpeech();
	const words = t.views.map;
	const [progress, setProgress] = useState<Progress>();
	const { value, refusal } = useAnswer(`${card.name} map`, (signal) => ask('map', [card.name], { signal, onProgress: setProgress }));
	const [find, setFind] = useOption('find', '');
	const [encircled, setEncircled] = useState<readonly number[]>([]);
	const found = useAnswer(find ? JSON.stringify([card.name, find]) : undefined, (signal) =>
		ask('vocabulary', [card.name, { text: find, ignoreCase: true, limit: LISTED }], { signal }),
	);
	const hits = find ? (found.value ?? []).map(({ id }) => id) : encircled;
	const listed = useAnswer(JSON.stringify([card.name, hits.slice(0, LISTED)]), (signal) =>
		ask('tokens', [card.name, hits.slice(0, LISTED)], { signal }),
	);
	const tokens = (listed.value ?? []).filter((token) => token !== undefined);
	const [picked, setPicked] = useState(0);
	const one = tokens[Math.min(picked, tokens.length - 1)];
	const near = useAnswer(one && JSON.stringify([card.name, one.id]), (signal) => ask('neighbours', [card.name, one!.id, 10], { signal }));
	if (refusal) return <Problem refusal={refusal} />;
	return (
		<>
			{!value && (
				<p className="busy" role="status">
					{progress?.total ? words.drawing(count(Math.round(progress.done)), count(progress.total)) : t.computing}
				</p>
			)}
			{value && (
				<>
					<p>{words.kept(percent(value.kept))}</p>
					<Legend groups={value.groups} />
					<Scatter
						points={value.points}
						groups={value.groups}
						selected={hits}
						onSelect={(points) => {
							setFind('');
							setPicked(0);
							setEncircled(points);
						}}
						label={words.canvas}
					/>
					<p className="hint">{words.lasso}</p>
					<Source card={card} />
					<TextInput label={words.find} value={find} onChange={setFind} />
					{tokens.length > 0 && (
						<>
							<h3>{find ? words.found(count(hits.length)) : `${words.encircled}: ${count(hits.length)}`}</h3>
							<TokenStrip tokens={tokens} picked={picked} onPick={setPicked} label={words.find} />
						</>
					)}
					{one && near.value && (
						<>
							<h3>
								{words.neighbours}: {quoted(one)}
							</h3>
							<Ranking matches={near.value} label={words.neighbours} />
						</>
					)}
				</>
			)}
		</>
	);
}

/** Which colour is which group, with how many tokens it has. */
function Legend({ groups }: { readonly groups: Uint8Array }) {
	const { messages: t, count, language } = useSpeech();
	const shade = useShade();
	const scripts = new Intl.DisplayNames(language, { type: 'script' });
	const counts = new Uint32Array(GROUPS.length);
	for (const group of groups) counts[group]!++;
	const names: Readonly<Record<Group, string>> = {
		control: t.kinds.control,
		word: `${scripts.of('Latn')}: ${t.views.map.word}`,
		piece: `${scripts.of('Latn')}: ${t.views.map.piece}`,
		Han: scripts.of('Hani')!,
		Hangul: scripts.of('Hang')!,
		Kana: scripts.of('Kana')!,
		Cyrillic: scripts.of('Cyrl')!,
		Arabic: scripts.of('Arab')!,
		number: t.views.map.number,
		sign: t.views.map.sign,
		byte: t.views.map.byte,
		other: t.views.map.other,
	};
	return (
		<ul className="legend">
			{GROUPS.map(
				(group, i) =>
					counts[i]! > 0 && (
						<li key={group}>
							<span className="dot" style={{ background: GROUP_COLOURS[shade][i] }} aria-hidden="true" />
							{names[group]} {count(counts[i]!)}
						</li>
					),
			)}
		</ul>
	);
}
