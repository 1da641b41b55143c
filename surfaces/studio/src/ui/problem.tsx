// What is said when something does not work: what happened and what to do, then the engine's own line for a report.

import type { ReactNode } from 'react';
import type { Refusal } from '../engine/protocol.ts';
import { useMessages, useSpeech } from '../messages/index.ts';
import { Push } from './fields.tsx';

export function Problem({ refusal, onRetry }: { readonly refusal: Refusal; readonly onRetry?: () => void }) {
	const t = useMessages();
	if (refusal.code === 'cancelled') return onRetry && <Push onPress={onRetry}>{t.retry}</Push>;
	return (
		<div className="problem" role="alert">
			<strong>{t.errorTitle}</strong>
			<p>{t.errors[refusal.code]}</p>
			<Record detail={refusal.detail} />
			<details className="technical">
				<summary>{t.problem.exact}</summary>
				<p lang="en" dir="auto">
					{refusal.message}
				</p>
			</details>
			{onRetry && <Push onPress={onRetry}>{t.retry}</Push>}
		</div>
	);
}

/** Where it happened and what was found, in the page's language. */
function Record({ detail }: { readonly detail: Refusal['detail'] }) {
	const { messages: t, count } = useSpeech();
	if (!detail) return null;
	const { file, tensor, field, byteOffset, got } = detail;
	// What was found may be a phrase in English: that stands in the exact line alone.
	const plain = typeof got === 'number' ? count(got) : typeof got === 'string' && !got.includes(' ') ? got : undefined;
	const entries = [
		[t.problem.file, file],
		[t.problem.tensor, tensor],
		[t.problem.field, field],
		[t.problem.byteOffset, byteOffset === undefined ? undefined : count(byteOffset)],
		[t.problem.got, plain],
	].filter((entry): entry is [string, string] => entry[1] !== undefined);
	if (entries.length === 0) return null;
	return (
		<dl className="record">
			{entries.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>
						<bdi>{value}</bdi>
					</dd>
				</div>
			))}
		</dl>
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
