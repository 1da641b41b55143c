// Which colour of the map is which group, with how many tokens it has.

import { useShade } from '../display/theme.ts';
import { GROUPS, type Group, KINDS } from '../engine/token-groups.ts';
import { useSpeech } from '../messages/index.ts';
import { GROUP_COLOURS } from '../ui/scatter.tsx';

export function Legend({ groups, by }: { readonly groups: Uint8Array | undefined; readonly by: string }) {
	const { messages: t, count, language } = useSpeech();
	const shade = useShade();
	const scripts = new Intl.DisplayNames(language, { type: 'script' });
	const counts = new Uint32Array(GROUPS.length);
	for (const group of groups ?? []) counts[group]!++;
	const names: Readonly<Record<Group, string>> = {
		control: t.kinds.control,
		word: t.labelled(scripts.of('Latn')!, t.views.map.word),
		piece: t.labelled(scripts.of('Latn')!, t.views.map.piece),
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
	const labels = by === 'kind' ? KINDS.map((kind) => t.kinds[kind]) : GROUPS.map((group) => names[group]);
	return (
		<ul className="legend">
			{labels.map(
				(label, i) =>
					counts[i]! > 0 && (
						<li key={label}>
							<span className="dot" style={{ background: GROUP_COLOURS[shade][i] }} aria-hidden="true" />
							{label} {count(counts[i]!)}
						</li>
					),
			)}
		</ul>
	);
}
