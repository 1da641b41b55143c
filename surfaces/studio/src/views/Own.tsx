// A model of the person's own on the Open view: what it is, kept for next time or not, closed again.

import { useState } from 'react';
import type { Progress, Refusal } from '../engine/protocol.ts';
import { useSpeech } from '../messages/index.ts';
import { forget, keep } from '../state/kept.ts';
import { close, type Entry, open, openNamed } from '../state/models.ts';
import { usePlace } from '../state/place.tsx';
import { fileAt, isOneFile } from '../state/sources.ts';
import { Push } from '../ui/fields.tsx';
import { Opening, reopen, Track } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Facts } from './Bar.tsx';

/** What is known of a model that is open, on its way, or refused. */
export function State({ entry }: { readonly entry: Entry | undefined }) {
	const { messages: t } = useSpeech();
	const { go } = usePlace();
	if (!entry) return null;
	if (entry.refusal) return <Problem refusal={entry.refusal} onRetry={() => reopen(entry.name)} />;
	if (!entry.card) return <Opening entry={entry} />;
	return (
		<>
			<Facts card={entry.card} />
			<Push kind="quiet" onPress={() => go({ view: 'tokens', model: entry.name, options: {} })}>
				{t.views.open.look}
			</Push>
		</>
	);
}

/** Something that takes a while, and can be stopped. */
interface Task {
	readonly label: string;
	readonly stop: () => void;
	readonly progress?: Progress;
}

export function Own({ name, entry, kept }: { readonly name: string; readonly entry: Entry | undefined; readonly kept: boolean }) {
	const { messages: t, bytes } = useSpeech();
	const words = t.views.open;
	const [refusal, setRefusal] = useState<Refusal>();
	const [task, setTask] = useState<Task>();
	const { card, files } = entry ?? {};
	const size = card?.byteLength ?? 0;
	const keepable = card !== undefined && (files !== undefined || isOneFile(name));
	// A server that gives no parts of files may still give the whole.
	const fetchable = entry?.refusal?.code === 'unsupported' && isOneFile(name);

	async function run(label: string, work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>) {
		const controller = new AbortController();
		const begun = { label, stop: () => controller.abort() };
		setTask(begun);
		setRefusal(undefined);
		try {
			await work(controller.signal, (progress) => setTask({ ...begun, progress }));
		} catch (error) {
			const code = error instanceof DOMException && error.name === 'QuotaExceededError' ? 'too-large' : 'network';
			if (!controller.signal.aborted) setRefusal({ code, message: String(error) });
		} finally {
			setTask(undefined);
		}
	}
	const store = () =>
		run(words.keeping, async (signal, onProgress) => keep(name, files ?? [await fileAt(name, signal, onProgress)], signal));
	const fetchWhole = () =>
		run(words.fetching, async (signal, onProgress) => {
			const file = await fileAt(name, signal, onProgress);
			await open(name, file.name, { kind: 'files', files: [file] });
		});
	const { done = 0, total = size || undefined } = task?.progress ?? {};
	return (
		<section className="card solid">
			<h4>{entry?.title ?? name}</h4>
			<State entry={entry} />
			{refusal && <Problem refusal={refusal} />}
			{!entry && <Push onPress={() => void openNamed(name)}>{t.nav.open}</Push>}
			{task && (
				<Track
					label={task.label}
					note={done && total ? `${bytes(done)} / ${bytes(total)}` : bytes(done || size)}
					share={done && total ? done / total : undefined}
					onCancel={task.stop}
				/>
			)}
			{fetchable && !task && <Push onPress={() => void fetchWhole()}>{words.fetchWhole}</Push>}
			{keepable && !kept && !task && (
				<Push kind="quiet" onPress={() => void store()}>
					{words.keep} · {bytes(size)}
				</Push>
			)}
			{kept && (
				<Push kind="quiet" onPress={() => void forget(name)}>
					{words.forget}
				</Push>
			)}
			{entry && (
				<Push kind="quiet" onPress={() => void close(name)}>
					{t.close}
				</Push>
			)}
		</section>
	);
}
