// A view on an opened model: progress while it opens, the reason when it does not.

import type { ReactNode } from 'react';
import { ProgressBar } from 'react-aria-components';
import type { ModelCard } from '../engine/protocol.ts';
import { useSpeech } from '../messages/index.ts';
import { close, type Entry, openNamed } from '../state/models.ts';
import { Push } from './fields.tsx';
import { Problem } from './problem.tsx';

export function Opened({ entry, children }: { readonly entry: Entry; readonly children: (card: ModelCard) => ReactNode }) {
	if (entry.card) return children(entry.card);
	if (entry.refusal) {
		return <Problem refusal={entry.refusal} onRetry={() => reopen(entry.name)} />;
	}
	return <Opening entry={entry} />;
}

/** Once more, after a refusal or a cancel. */
export const reopen = (name: string): void => void close(name).then(() => openNamed(name));

export function Opening({ entry }: { readonly entry: Entry }) {
	const { messages: t, bytes } = useSpeech();
	const { progress } = entry;
	const share = progress?.total ? (100 * progress.done) / progress.total : undefined;
	return (
		<div className="opening">
			<ProgressBar className="progress" isIndeterminate={share === undefined} value={share ?? 0} aria-label={t.opening(entry.title)}>
				<span className="progress-track">
					<span className="progress-fill" style={{ width: `${share ?? 30}%` }} />
				</span>
			</ProgressBar>
			<span>
				{t.opening(entry.title)} {progress?.unit === 'bytes' && progress.total ? `${bytes(progress.done)} / ${bytes(progress.total)}` : ''}
			</span>
			{entry.cancel && (
				<Push kind="quiet" onPress={entry.cancel}>
					{t.cancel}
				</Push>
			)}
		</div>
	);
}
