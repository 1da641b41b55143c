// All heads of a block as small pictures; one is picked.

import { Button } from 'react-aria-components';
import type { Attention } from '../engine/work-inside.ts';
import { Heat } from '../matrix/Heat.tsx';
import { useMessages } from '../messages/index.ts';
import { headOf, headsOf } from './read.ts';

export function Heads({
	attention,
	head,
	onHead,
}: {
	readonly attention: Attention;
	readonly head: number;
	readonly onHead: (head: number) => void;
}) {
	const t = useMessages();
	const T = attention.tokens.length;
	return (
		<ol className="heads" aria-label={t.lesson.attention.allTitle}>
			{Array.from({ length: headsOf(attention) }, (_, h) => (
				<li key={h}>
					<Button onPress={() => onHead(h)} aria-pressed={h === head}>
						<Heat
							picture={{ data: headOf(attention, h), rows: T, columns: T, scale: 'share', limit: 1 }}
							label={`${t.lesson.attention.head} ${h}`}
							rowHeight={Math.max(0.5, 96 / T)}
						/>
						<span>
							{t.lesson.attention.head} {h}
						</span>
					</Button>
				</li>
			))}
		</ol>
	);
}
