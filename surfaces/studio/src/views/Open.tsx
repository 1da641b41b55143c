// Open: files dropped or picked, a folder, an address, the server's models; what is open, with its size and shape.

import { useState } from 'react';
import { DropZone, FileTrigger, isDirectoryDropItem, isFileDropItem } from 'react-aria-components';
import { embedded } from '../engine/embedded.ts';
import { useSpeech } from '../messages/index.ts';
import { close, open, openNamed, useEntries } from '../state/models.ts';
import { usePlace } from '../state/place.tsx';
import { Push, TextInput } from '../ui/fields.tsx';
import { Opening } from '../ui/opened.tsx';
import { Problem } from '../ui/problem.tsx';
import { Facts } from './Bar.tsx';

/** Files of a folder beyond this are not looked at: a model's folder has a few dozen. */
const MAX_FILES = 500;

async function openFiles(files: readonly File[], go: (name: string) => void): Promise<void> {
	const [first] = files;
	if (!first) return;
	const folder = first.webkitRelativePath.split('/')[0];
	const name = files.length === 1 ? first.name : folder || first.name;
	await close(name);
	await open(name, name, { kind: 'files', files });
	go(name);
}

export function Open() {
	const { messages: t, bytes } = useSpeech();
	const words = t.views.open;
	const { change, go } = usePlace();
	const entries = useEntries();
	const [address, setAddress] = useState('');
	const [over, setOver] = useState(0);
	const use = (name: string) => change({ model: name });
	const openAddress = () => {
		const url = address.trim();
		if (URL.canParse(url)) void open(url, new URL(url).pathname.split('/').at(-1) || url, { kind: 'address', url }).then(() => use(url));
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
					for (const item of event.items) {
						if (isFileDropItem(item)) files.push(await item.getFile());
						else if (isDirectoryDropItem(item)) {
							for await (const inner of item.getEntries())
								if (inner.kind === 'file' && files.length < MAX_FILES) files.push(await inner.getFile());
						}
					}
					setOver(files.reduce((sum, file) => sum + file.size, 0));
					await openFiles(files, use);
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
				{over > 0 && <p className="hint">{bytes(over)}</p>}
			</DropZone>
			<form
				className="fields"
				onSubmit={(event) => {
					event.preventDefault();
					openAddress();
				}}
			>
				<TextInput label={words.address} value={address} onChange={setAddress} />
				<Push onPress={openAddress} disabled={!URL.canParse(address.trim())}>
					{t.nav.open}
				</Push>
			</form>

			<h3>{words.here}</h3>
			<div className="cards">
				{embedded.map((model) => {
					const entry = entries.find(({ name }) => name === model.name);
					return (
						<section key={model.name} className="card solid">
							<h4>{model.title}</h4>
							{entry?.card && <Facts card={entry.card} />}
							{entry && !entry.card && !entry.refusal && <Opening entry={entry} />}
							{entry?.refusal && <Problem refusal={entry.refusal} />}
							{!entry?.card && <Push onPress={() => openNamed(model.name)}>{t.nav.open}</Push>}
							{entry?.card && (
								<Push kind="quiet" onPress={() => go({ view: 'tokens', model: model.name, options: {} })}>
									{words.look}
								</Push>
							)}
						</section>
					);
				})}
			</div>

			{entries.some((entry) => !embedded.some(({ name }) => name === entry.name)) && <h3>{words.yours}</h3>}
			<div className="cards">
				{entries
					.filter((entry) => !embedded.some(({ name }) => name === entry.name))
					.map((entry) => (
						<section key={entry.name} className="card solid">
							<h4>{entry.title}</h4>
							{entry.card ? <Facts card={entry.card} /> : entry.refusal ? <Problem refusal={entry.refusal} /> : <Opening entry={entry} />}
							{entry.card && (
								<Push kind="quiet" onPress={() => go({ view: 'tokens', model: entry.name, options: {} })}>
									{words.look}
								</Push>
							)}
							<Keep entry={entry} kept={kept.includes(entry.name)} />
						<Push kind="quiet" onPress={() => void close(entry.name)}>
								{t.close}
							</Push>
						</section>
					))}
			</div>
		</div>
	);
}
