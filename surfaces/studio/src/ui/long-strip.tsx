// Any number of tokens in a box that scrolls: blocks that are out of sight are empty, and as high as they were or are likely to be.

import { memo, type RefObject, useEffect, useRef, useState } from 'react';
import type { ModelCard } from '../engine/protocol.ts';
import { useTokenViews } from '../engine/token-views.ts';
import { useMessages } from '../messages/index.ts';
import { TokenFace } from './token.tsx';

/** Tokens in a block. */
const BLOCK = 60;
/** Height of a block that was never seen, in CSS pixels: about four lines on a wide screen. */
const LIKELY = 200;
/** How far outside the box blocks are drawn already. */
const AHEAD = '120px';

interface StripProps {
	readonly card: ModelCard;
	/** T ids. */
	readonly ids: Uint32Array;
	readonly picked: number | undefined;
	readonly onPick: (index: number) => void;
	readonly label: string;
}

export function LongStrip({ card, ids, picked, onPick, label }: StripProps) {
	const box = useRef<HTMLElement>(null);
	const pick = useRef(onPick);
	pick.current = onPick;
	const [press] = useState(() => (index: number) => pick.current(index));
	return (
		<section className="long-strip" ref={box} aria-label={label}>
			{Array.from({ length: Math.ceil(ids.length / BLOCK) }, (_, b) => {
				const from = b * BLOCK;
				const inside = picked !== undefined && picked >= from && picked < from + BLOCK;
				return (
					<Block
						key={b}
						box={box}
						card={card}
						ids={ids.subarray(from, from + BLOCK)}
						from={from}
						picked={inside ? picked : undefined}
						onPick={press}
					/>
				);
			})}
		</section>
	);
}

interface BlockProps extends Omit<StripProps, 'label'> {
	readonly box: RefObject<HTMLElement | null>;
	/** Index of the first token. */
	readonly from: number;
}

function sameIds(a: Uint32Array, b: Uint32Array): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false; // `every` takes ten times as long
	return true;
}

const Block = memo(
	function Block(props: BlockProps) {
		const own = useRef<HTMLOListElement>(null);
		const [near, setNear] = useState(props.from === 0);
		const height = useRef(LIKELY);
		useEffect(() => {
			const look: IntersectionObserverCallback = ([entry]) => {
				if (!entry) return;
				if (!entry.isIntersecting) height.current = entry.boundingClientRect.height;
				setNear(entry.isIntersecting);
			};
			const observer = new IntersectionObserver(look, { root: props.box.current, rootMargin: AHEAD });
			observer.observe(own.current!);
			return () => observer.disconnect();
		}, [props.box]);
		return (
			<ol className="strip" start={props.from + 1} ref={own} style={near ? undefined : { height: height.current }}>
				{near && <Inside {...props} />}
			</ol>
		);
	},
	(a, b) => a.card === b.card && a.picked === b.picked && sameIds(a.ids, b.ids),
);

function Inside({ card, ids, from, picked, onPick }: BlockProps) {
	const t = useMessages();
	const tokens = useTokenViews(card, ids);
	return tokens?.map((token, i) => (
		<li key={i} className={`token hue${(from + i) % 5} ${token.kind}`} data-picked={picked === from + i || undefined}>
			<button type="button" onClick={() => onPick(from + i)} aria-pressed={picked === from + i}>
				<TokenFace token={token} />
				<span className="id">{token.id}</span>
				{token.kind !== 'normal' && <span className="sr-only">{t.kinds[token.kind]}</span>}
			</button>
		</li>
	));
}
