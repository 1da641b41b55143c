// Open: files dropped or picked, a folder, an address, the server's models; what is open, with its size and shape.

import { useState } from 'react';
import { type DirectoryDropItem, DropZone, FileTrigger, isDirectoryDropItem, isFileDropItem } from 'react-aria-components';
import { type Embedded, embedded } from '../engine/embedded.ts';
import type { Refusal } from '../engine/protocol.ts';
import { useSpeech } from '../messages/index.ts';
import { forget, keep, useKept } from '../state/kept.ts';
import { close, type Entry, open, openNamed, titleOfAddress, useEntries } from '../state/models.ts';
import { usePlace } from '../state/place.tsx';
import { type Shelved, useShelf } from '../state/shelf.ts';
import { Fetch } from '../ui/fetch.tsx';
import { Push, TextInput } from '../ui/fields.tsx';
import { Opening, reopen, Track } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Facts } from './Bar.tsx';

/** Files of a folder beyond this are not looked at: a model's folder has a few dozen. */
const MAX_FILES = 500;

/** An address whose model is one file. */
const ONE_FILE = /^https?:.*\.gguf$/i;

async function fileAt(url: string, signal: AbortSignal): Promise<File> {
	const answer = await fetch(url, { signal });
	if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
	return new File([await answer.blob()], titleOfAddress(url));
}

/** What a name in the field stands for: an address, a file of a Hugging Face repository, or a name that is known here. */
function nameOf(typed: string): string {
	const text = typed.trim();
	const [, repository, file] = /^hf:([^/]+\/[^/]+)\/(.+)$/.exec(text) ?? [];
	return repository ? `https://huggingface.co/${repository}/resolve/main/${file}` : text;
}

/** What is in a dropped folder, and in the folders in it, named by its path from there. */
async function* filesIn(folder: DirectoryDropItem, path = ''): AsyncGenerator<File> {
	for await (const item of folder.getEntries()) {
		if (isDirectoryDropItem(item)) yield* filesIn(item, `${path}${item.name}/`);
		else if (isFileDropItem(item)) {
			const file = await item.getFile();
			yield path ? new File([file], path + file.name, { type: file.type, lastModified: file.lastModified }) : file;
		}
	}
}

async function openFiles(files: readonly File[], go: (name: string) => void, dropped?: string): Promise<void> {
	const [first] = files;
	if (!first) return;
	const folder = dropped ?? first.webkitRelativePath.split('/')[0];
	const name = files.length === 1 ? first.name : folder || first.name;
	await close(name);
	await open(name, name, { kind: 'files', files });
	go(name);
}

export function Open() {
	const { messages: t } = useSpeech();
	const words = t.views.open;
	const { change } = usePlace();
	const entries = useEntries();
	const shelf = useShelf();
	const kept = useKept();
	const servers = new Set([...embedded, ...shelf].map(({ name }) => name));
	const own = [...new Set([...entries.map(({ name }) => name), ...kept])].filter((name) => !servers.has(name));
	const [address, setAddress] = useState('');
	const use = (name: string) => change({ model: name });
	const openAddress = () => {
		const name = nameOf(address);
		if (name) void openNamed(name).then(() => use(name));
	};
	return (
		<div className="view">
			<h2>{t.nav.open}</h2>
			<p className="idea">{words.idea}</p>
			<DropZone
				className="drop"
				aria-label={words.drop}
				onDrop={async (event) => {
					const files: File[] = [];
					let folder: string | undefined;
					for (const item of event.items) {
						if (isFileDropItem(item)) files.push(await item.getFile());
						else if (isDirectoryDropItem(item)) {
							folder ??= item.name;
							for await (const file of filesIn(item)) if (files.push(file) >= MAX_FILES) break;
						}
					}
					await openFiles(files, use, folder);
				}}
			>
				<p>
					<strong>{words.drop}</strong>
				</p>
				<p className="hint">{words.kinds}</p>
				<div className="buttons">
					<FileTrigger allowsMultiple onSelect={(list) => void openFiles([...(list ?? [])], use)}>
						<Push kind="main" onPress={() => {}}>
							{words.pick}
						</Push>
					</FileTrigger>
					<FileTrigger acceptDirectory onSelect={(list) => void openFiles([...(list ?? [])].slice(0, MAX_FILES), use)}>
						<Push onPress={() => {}}>{words.pickFolder}</Push>
					</FileTrigger>
				</div>
			</DropZone>
			<form
				className="fields"
				onSubmit={(event) => {
					event.preventDefault();
					openAddress();
				}}
			>
				<TextInput label={words.address} value={address} onChange={setAddress} />
				<Push submit disabled={nameOf(address) === ''}>
					{t.nav.open}
				</Push>
			</form>

			<h3>{words.here}</h3>
			<div className="cards">
				{[...embedded, ...shelf].map((model) => (
					<OnServer key={model.name} model={model} entry={entries.find(({ name }) => name === model.name)} />
				))}
			</div>

			{own.length > 0 && <h3>{words.yours}</h3>}
			<div className="cards">
				{own.map((name) => (
					<Own key={name} name={name} entry={entries.find((entry) => entry.name === name)} kept={kept.includes(name)} />
				))}
			</div>
		</div>
	);
}

/** What is known of a model that is open, on its way, or refused. */
function State({ entry }: { readonly entry: Entry | undefined }) {
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

function OnServer({ model, entry }: { readonly model: Embedded | Shelved; readonly entry: Entry | undefined }) {
	const { messages: t, bytes } = useSpeech();
	const shelved = 'byteLength' in model ? model : undefined;
	const absent = shelved !== undefined && shelved.url === undefined;
	return (
		<section className="card solid">
			<h4>{model.title}</h4>
			<State entry={entry} />
			{!entry && absent && <Fetch model={shelved} onReady={() => void openNamed(model.name)} />}
			{!entry && !absent && (
				<Push onPress={() => void openNamed(model.name)}>
					{t.nav.open}
					{shelved && ` (${bytes(shelved.byteLength)})`}
				</Push>
			)}
		</section>
	);
}

/** A model of the person's own: open, or kept in this browser, or both. */
function Own({ name, entry, kept }: { readonly name: string; readonly entry: Entry | undefined; readonly kept: boolean }) {
	const { messages: t, bytes } = useSpeech();
	const words = t.views.open;
	const [refusal, setRefusal] = useState<Refusal>();
	const [keeping, setKeeping] = useState<AbortController>();
	const size = entry?.card?.byteLength ?? 0;
	const keepable = entry?.card !== undefined && (entry.files !== undefined || ONE_FILE.test(name));
	async function store() {
		const controller = new AbortController();
		setKeeping(controller);
		setRefusal(undefined);
		try {
			await keep(name, entry?.files ?? [await fileAt(name, controller.signal)], controller.signal);
		} catch (error) {
			if (!controller.signal.aborted) setRefusal({ code: 'too-large', message: String(error) });
		} finally {
			setKeeping(undefined);
		}
	}
	return (
		<section className="card solid">
			<h4>{entry?.title ?? name}</h4>
			<State entry={entry} />
			{refusal && <Problem refusal={refusal} />}
			{!entry && <Push onPress={() => void openNamed(name)}>{t.nav.open}</Push>}
			{keeping && <Track label={words.keeping} note={bytes(size)} share={undefined} onCancel={() => keeping.abort()} />}
			{keepable && !kept && !keeping && (
				<Push kind="quiet" onPress={() => void store()}>
					{words.keep} ({bytes(size)})
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
