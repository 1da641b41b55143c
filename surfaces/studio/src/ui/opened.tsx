// A view on an opened model: progress while it opens, the reason when it does not.

import type { ReactNode } from 'react';
import { DropZone, FileTrigger, isFileDropItem, ProgressBar } from 'react-aria-components';
import type { ModelCard } from '../engine/protocol.ts';
import { useMessages, useSpeech } from '../messages/index.ts';
import { close, type Entry, open, openNamed, useModel } from '../state/models.ts';
import { Push } from './fields.tsx';
import { Busy, Problem } from './problem.tsx';

export function Opened({ entry, children }: { readonly entry: Entry; readonly children: (card: ModelCard) => ReactNode }) {
	if (entry.card) return children(entry.card);
	if (entry.absent) return <Absent name={entry.name} />;
	if (entry.refusal) {
		return <Problem refusal={entry.refusal} onRetry={() => reopen(entry.name)} />;
	}
	return <Opening entry={entry} />;
}

/** A link or a reload names a file that only the person can give. */
function Absent({ name }: { readonly name: string }) {
	const t = useMessages();
	const words = t.views.open;
	const take = (files: readonly File[]) => void close(name).then(() => open(name, name, { kind: 'files', files }));
	return (
		<DropZone
			className="drop"
			aria-label={t.absent(name)}
			onDrop={async ({ items }) => {
				const files = await Promise.all(items.filter(isFileDropItem).map((item) => item.getFile()));
				if (files.length > 0) take(files);
			}}
		>
			<p>
				<strong>{t.absent(name)}</strong>
			</p>
			<p className="hint">{t.absentIdea}</p>
			<div className="buttons">
				<FileTrigger allowsMultiple acceptDirectory={name.endsWith('/')} onSelect={(list) => list?.length && take([...list])}>
					<Push kind="main" onPress={() => {}}>
						{name.endsWith('/') ? words.pickFolder : words.pick}
					</Push>
				</FileTrigger>
			</div>
		</DropZone>
	);
}

/** Once more, after a refusal or a cancel. */
export const reopen = (name: string): void => void close(name).then(() => openNamed(name));

export function Opening({ entry }: { readonly entry: Entry }) {
	const { messages: t, bytes } = useSpeech();
	const { progress, cancel } = entry;
	const share = progress?.total ? progress.done / progress.total : undefined;
	const note = progress?.unit === 'bytes' && progress.total ? `${bytes(progress.done)} / ${bytes(progress.total)}` : '';
	return <Track label={t.opening(entry.title)} note={note} share={share} {...(cancel && { onCancel: cancel })} />;
}

/** Something is being computed; for the first time, the model's weights are read before. */
export function Loading({ name }: { readonly name: string }) {
	const { title, progress } = useModel(name);
	const t = useMessages();
	if (!progress?.total) return <Busy />;
	return <Track label={t.loading(title)} note="" share={progress.done / progress.total} />;
}

/** How far something is, with a way to stop it. `share`: 0…1, or not known. */
export function Track(props: {
	readonly label: string;
	readonly note: string;
	readonly share: number | undefined;
	readonly onCancel?: () => void;
}) {
	const { label, note, share, onCancel } = props;
	const t = useMessages();
	return (
		<div className="opening">
			<ProgressBar className="progress" isIndeterminate={share === undefined} value={100 * (share ?? 0)} aria-label={label}>
				<span className="progress-track">
					<span className="progress-fill" style={{ width: `${100 * (share ?? 0.3)}%` }} />
				</span>
			</ProgressBar>
			<span>
				{label} {note}
			</span>
			{onCancel && (
				<Push kind="quiet" onPress={onCancel}>
					{t.cancel}
				</Push>
			)}
		</div>
	);
}
