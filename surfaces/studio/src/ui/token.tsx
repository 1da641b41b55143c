// Tokens on screen: what cannot be seen is made visible, flags look like flags, right-to-left text keeps its order.

import { type ComponentProps, memo, type ReactNode } from 'react';
import type { TokenView } from '../engine/protocol.ts';
import { useMessages } from '../messages/index.ts';
import { Scroller } from './scroller.tsx';
import { tokenText } from './token-text.ts';

export function TokenFace({ token }: { readonly token: TokenView }) {
	const text = tokenText(token);
	const lead = /^␣+/.exec(text)?.[0] ?? '';
	return (
		<span className={`face ${token.kind}`}>
			{lead && (
				<span className="blank" aria-hidden="true">
					{lead}
				</span>
			)}
			<bdi>{text.slice(lead.length) || (lead ? '' : '∅')}</bdi>
		</span>
	);
}

/** A row of tokens with their ids. With `onPick` each is a button. Drawn again only for other tokens: there may be thousands. */
export const TokenStrip = memo(function TokenStrip({
	tokens,
	picked,
	onPick,
	label,
	note = (token) => String(token.id),
}: {
	readonly tokens: readonly TokenView[];
	readonly picked?: number | undefined;
	readonly onPick?: (index: number) => void;
	readonly label: string;
	/** The small line under each token; its id unless told otherwise. */
	readonly note?: (token: TokenView, index: number) => string;
}) {
	const t = useMessages();
	const inside = (token: TokenView, i: number): ReactNode => (
		<>
			<TokenFace token={token} />
			<span className="id">{note(token, i)}</span>
			{token.kind !== 'normal' && <span className="sr-only">{t.kinds[token.kind]}</span>}
		</>
	);
	return (
		<ol className="strip" aria-label={label}>
			{tokens.map((token, i) => (
				<li key={i} className={`token hue${i % 5} ${token.kind}`} data-picked={picked === i || undefined}>
					{onPick ? (
						<button type="button" onClick={() => onPick(i)} aria-pressed={picked === i}>
							{inside(token, i)}
						</button>
					) : (
						<span className="still">{inside(token, i)}</span>
					)}
				</li>
			))}
		</ol>
	);
});

/** More tokens than this scroll in a box of their own: what stands below them must stay in reach. */
const LONG = 80;

export function BoxedStrip(props: ComponentProps<typeof TokenStrip>) {
	if (props.tokens.length <= LONG) return <TokenStrip {...props} />;
	return (
		<Scroller className="strip-box" label={props.label}>
			<TokenStrip {...props} />
		</Scroller>
	);
}
