// What is said when something does not work: what happened and what to do, then the engine's own line for a report.

import type { ReactNode } from 'react';
import type { Refusal } from '../engine/protocol.ts';
import { useMessages } from '../messages/index.ts';
import { Push } from './fields.tsx';

export function Problem({ refusal, onRetry }: { readonly refusal: Refusal; readonly onRetry?: () => void }) {
	const t = useMessages();
	if (refusal.code === 'cancelled') return onRetry && <Push onPress={onRetry}>{t.retry}</Push>;
	return (
		<div className="problem" role="alert">
			<strong>{t.errorTitle}</strong>
			<p>{t.errors[refusal.code]}</p>
			<p className="technical" lang="en" dir="auto">
				{refusal.message}
			</p>
			{onRetry && <Push onPress={onRetry}>{t.retry}</Push>}
		</div>
	);
}

/** The room that an answer of so many rows takes, held before it comes: what stands below stays where it is. Heights in rem; `row` of a plain
 * table's row at most, `rest` of what else stands there. */
export function Room(props: { readonly rows: number; readonly row?: number; readonly rest?: number; readonly children: ReactNode }) {
	const { rows, row = 2.5, rest = 3, children } = props;
	return <div style={{ minHeight: `${rows * row + rest}rem` }}>{children}</div>;
}

/** Something is being computed for the first time. */
export function Busy() {
	return (
		<p className="busy" role="status">
			{useMessages().computing}
		</p>
	);
}
