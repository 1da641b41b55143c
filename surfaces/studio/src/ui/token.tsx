// Tokens on screen: what cannot be seen is made visible, flags look like flags, right-to-left text keeps its order.

import { type ComponentProps, memo, type ReactNode } from 'react';
import type { TokenView } from '../engine/protocol.ts';
import { useMessages } from '../messages/index.ts';
import { Scroller } from './scroller.tsx';

/** A token as plain words, for labels, tables and files. A space becomes ␣, a line end ⏎, stray bytes <E3>. */
export function tokenText(token: Pick<TokenView, 'text' | 'kind' | 'bytes'>): string {
	if (token.kind === 'control') return token.text;
	if (token.bytes)
		return token.bytes
			.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `<${byte.toString(16).toUpperCase().padStart(2, '0')}>`))
			.join('')
			.replaceAll(' ', '␣');
	const text = token.text.replaceAll(' ', '␣').replaceAll('\r\n', '⏎').replaceAll('\n', '⏎').replaceAll('\r', '␍').replaceAll('\t', '⇥');
	// Nothing but invisible characters: their code points stand for them.
	return /^[\p{C}\p{Z}\p{M}]+$/u.test(text)
		? [...text].map((c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`).join(' ')
		: text;
}

/** A token with its place in the sentence, from 1. The mark keeps the number to the left of right-to-left text. */
export const placed = (token: Pick<TokenView, 'text' | 'kind' | 'bytes'>, index: number): string =>
	`\u200e${index + 1}. ${tokenText(token)}`;

/** Right-to-left words in a sentence are set apart, so that the numbers after them stay after them. https://unicode.org/reports/tr9/#Explicit_Directional_Isolates */
export const isolated = (text: string): string =>
	/\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}/u.test(text) ? `\u2068${text}\u2069` : text;

/** For sentences in which a token is named. */
export const quoted = (token: Pick<TokenView, 'text' | 'kind' | 'bytes'>): string =>
	token.kind === 'control' ? (token.text.startsWith('«') ? token.text : `«${token.text}»`) : isolated(`“${tokenText(token)}”`);

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
