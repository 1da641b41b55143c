// Open: files dropped or picked, a folder, an address, the server's models; what is open, with its size and shape.

import { useState } from 'react';
import { DropZone, FileTrigger, isDirectoryDropItem, isFileDropItem } from 'react-aria-components';
import { type Embedded, embedded } from '../engine/embedded.ts';
import { useSpeech } from '../messages/index.ts';
import { useKept } from '../state/kept.ts';
import { close, type Entry, open, openNamed, useEntries } from '../state/models.ts';
import { usePlace } from '../state/place.tsx';
import { type Shelved, useShelf } from '../state/shelf.ts';
import { filesIn, MAX_FILES, nameOf } from '../state/sources.ts';
import { Fetch } from '../ui/fetch.tsx';
import { Push, TextInput } from '../ui/fields.tsx';
import { Own, State } from './Own.tsx';

async function openFiles(files: readonly File[], go: (name: string) => void, dropped?: string): Promise<void> {
	const [first] = files;
	if (!first) return;
	const folder = dropped ?? first.webkitRelativePath.split('/')[0];
	// With its slash, so that it is no name of the server's.
	const name = folder ? `${folder}/` : first.name;
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

			{own.length > 0 && <h3>{words.yours}</h3>}
			<div className="cards">
				{own.map((name) => (
					<Own key={name} name={name} entry={entries.find((entry) => entry.name === name)} kept={kept.includes(name)} />
				))}
			</div>

			<h3>{words.here}</h3>
			<div className="cards">
				{[...embedded, ...shelf].map((model) => (
					<OnServer key={model.name} model={model} entry={entries.find(({ name }) => name === model.name)} />
				))}
			</div>
		</div>
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
					{shelved && ` · ${bytes(shelved.byteLength)}`}
				</Push>
			)}
		</section>
	);
}
