// Map: the whole vocabulary in two dimensions from its own rows, with search, encircling and the true neighbours beside it.

import { useMemo, useRef, useState } from 'react';
import { percent } from '../display/number.ts';
import { useShade } from '../display/theme.ts';
import { ask } from '../engine/client.ts';
import type { StoredMap } from '../engine/map-store.ts';
import type { ModelCard, Progress } from '../engine/protocol.ts';
import { useAnswer, useParts } from '../engine/use.ts';
import type { MapPart } from '../engine/work-map.ts';
import { type Messages, useSpeech } from '../messages/index.ts';
import { packIds, unpackIds } from '../state/id-set.ts';
import { useModel } from '../state/models.ts';
import { useOption, usePlace } from '../state/place.tsx';
import { MAX_OPTION } from '../state/url.ts';
import { Choose, Push, TextInput } from '../ui/fields.tsx';
import { Opened } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Ranking } from '../ui/ranking.tsx';
import { Saves } from '../ui/saves.tsx';
import { Scatter, type ScatterHandle, scatterSvg } from '../ui/scatter.tsx';
import { Source } from '../ui/source.tsx';
import { Stoppable } from '../ui/stoppable.tsx';
import { TokenStrip } from '../ui/token.tsx';
import { quoted, tokenText } from '../ui/token-text.ts';
import { Bar } from './Bar.tsx';
import { Legend } from './Legend.tsx';

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

const NONE: readonly number[] = [];

function MapOf({ card }: { readonly card: ModelCard }) {
	const { messages: t, count } = useSpeech();
	const words = t.views.map;
	const shade = useShade();
	const handle = useRef<ScatterHandle>(null);
	const [anew, setAnew] = useState(0);
	const [stopped, setStopped] = useState(false);
	const [progress, setProgress] = useState<Progress>();
	const { value, parts, refusal, busy } = useParts<MapPart, StoredMap & { stored: boolean }>(
		stopped ? undefined : `${card.name} map ${anew}`,
		(signal, onPart) => ask('map', [card.name, anew > 0], { signal, onProgress: setProgress, onPart: (part) => onPart(part as MapPart) }),
	);
	const kinds = useAnswer(`${card.name} groups`, (signal) => ask('groups', [card.name], { signal })).value;
	const [by, setBy] = useOption('colour', 'script');
	const [find, setFind] = useOption('find', '');
	// What is encircled is part of the place, as long as it fits into an address.
	const [kept, setKept] = useOption('encircled', '');
	const [large, setLarge] = useState(NONE);
	const encircled = useMemo(() => (kept ? unpackIds(kept, card.table!.rows) : large), [kept, large, card]);
	function encircle(chosen: readonly number[]) {
		const packed = packIds(chosen);
		const fits = packed.length <= MAX_OPTION;
		setKept(fits ? packed : '');
		setLarge(fits ? NONE : chosen);
	}
	const found = useAnswer(find ? JSON.stringify([card.name, find]) : undefined, (signal) =>
		ask('vocabulary', [card.name, { text: find, ignoreCase: true, limit: LISTED }], { signal }),
	);
	const hits = useMemo(() => (find ? (found.value ?? []).map(({ id }) => id) : encircled), [find, found.value, encircled]);
	const listed = useAnswer(JSON.stringify([card.name, hits.slice(0, LISTED)]), (signal) =>
		ask('tokens', [card.name, hits.slice(0, LISTED)], { signal }),
	);
	const tokens = (listed.value ?? []).filter((token) => token !== undefined);
	const [picked, setPicked] = useOption('picked', 0);
	const one = tokens[Math.min(Math.max(0, picked), tokens.length - 1)];
	const near = useAnswer(one && JSON.stringify([card.name, one.id]), (signal) => ask('neighbours', [card.name, one!.id, 10], { signal }));
	const joined = useMemo(() => (one && near.value ? near.value.map(({ id }) => [one.id, id] as const) : []), [one?.id, near.value]);
	const points = value && !busy ? value.points : parts.at(-1)?.points;
	const groups = by === 'kind' ? kinds?.kinds : kinds?.groups;
	const origin = {
		models: [card],
		part: 'token embedding table',
		method: 'UMAP',
		...(value && { kept: value.kept, probes: value.probes }),
	};
	if (refusal) return <Problem refusal={refusal} />;
	return (
		<>
			<div className="matrix-bar map-stage">
				<Stoppable busy={busy} stopped={stopped} onStopped={setStopped}>
					{stageOf(progress, words, count) ?? t.computing}
				</Stoppable>
				{value && !busy && (
					<>
						{value.stored && <span className="hint">{words.stored}</span>}
						<Push kind="quiet" onPress={() => setAnew(anew + 1)}>
							{words.again}
						</Push>
					</>
				)}
			</div>
			<p className="map-kept">
				{value && !busy ? words.kept(percent(value.kept), percent(value.flat), count(value.probes)) : points ? words.flat : '\u00a0'}
			</p>
			<div className="matrix-bar map-bar">
				<Choose
					compact
					label={words.colour}
					choices={[
						{ id: 'script', name: t.labelled(words.colour, words.byScript) },
						{ id: 'kind', name: t.labelled(words.colour, words.byKind) },
					]}
					value={by === 'kind' ? 'kind' : 'script'}
					onChange={setBy}
				/>
				<Push kind="quiet" onPress={() => handle.current?.zoom(0)}>
					{t.views.grid.whole}
				</Push>
				<Push kind="quiet" onPress={() => handle.current?.zoom(1 / 1.5)} label={t.views.grid.zoomOut}>
					−
				</Push>
				<Push kind="quiet" onPress={() => handle.current?.zoom(1.5)} label={t.views.grid.zoomIn}>
					+
				</Push>
				{points && groups && (
					<Saves
						name={`${card.name}-map`}
						origin={origin}
						table={async () => {
							const all = await ask('tokens', [card.name, Array.from(groups, (_, id) => id)]);
							return {
								header: ['id', 'token', 'x', 'y'],
								rows: all.map((token, id) => [id, token ? tokenText(token) : '', points[2 * id]!, points[2 * id + 1]!]),
							};
						}}
						canvas={() => handle.current?.picture() ?? null}
						svg={(saved) => scatterSvg(points, groups, shade, t.nav.map, saved)}
					/>
				)}
			</div>
			<Legend groups={groups} by={by} />
			<Scatter
				points={points}
				groups={groups}
				selected={hits}
				joined={joined}
				onSelect={(chosen) => {
					setFind('');
					setPicked(0);
					encircle(chosen);
				}}
				label={words.canvas}
				handle={handle}
			/>
			<p className="hint by-mouse">{words.lasso}</p>
			<Source card={card} />
			<TextInput label={words.find} value={find} onChange={setFind} />
			{tokens.length > 0 && (
				<>
					<h3>
						{find
							? words.found(`${count(hits.length)}${hits.length === LISTED ? '+' : ''}`)
							: t.labelled(words.encircled, count(hits.length))}
					</h3>
					{!find && large.length > 0 && <p className="hint">{words.many}</p>}
					<TokenStrip tokens={tokens} picked={picked} onPick={setPicked} label={words.find} />
				</>
			)}
			{one && near.value && near.value.length > 0 && (
				<>
					<h3>{t.labelled(words.neighbours, quoted(one, t))}</h3>
					<p className="hint">{words.picked(quoted(one, t))}</p>
					<Ranking matches={near.value} label={words.neighbours} />
					<Saves
						name="nearest"
						origin={{ models: [card], part: 'token embedding table', id: one.id, metric: 'cosine' }}
						table={() => ({
							header: ['id', 'token', 'cosine'],
							rows: near.value!.map((match) => [match.id, tokenText(match), match.score]),
						})}
					/>
				</>
			)}
		</>
	);
}

/** What the map in the making is at. */
function stageOf(progress: Progress | undefined, words: Messages['views']['map'], count: (n: number) => string): string | undefined {
	if (!progress?.total) return undefined;
	const [done, all] = [count(Math.round(progress.done)), count(progress.total)];
	switch (progress.stage) {
		case 'reading':
			return words.reading(done, all);
		case 'finding':
			return words.finding(done, all);
		case 'moving':
			return words.moving(done, all);
		case 'measuring':
			return words.measuring;
	}
	return undefined;
}
