// The models that are open in the worker, as the page knows them. Embedded ones open when first asked for.

import { useEffect, useSyncExternalStore } from 'react';
import { alsoAwaited, ask, EngineError } from '../engine/client.ts';
import { embedded, openingOf } from '../engine/embedded.ts';
import { type ModelCard, type Opening, type Progress, type Refusal, refusalOf } from '../engine/protocol.ts';
import { keptFiles } from './kept.ts';
import { readShelf } from './shelf.ts';

export interface Entry {
	readonly name: string;
	readonly title: string;
	readonly card?: ModelCard;
	readonly progress?: Progress;
	readonly refusal?: Refusal;
	readonly cancel?: () => void;
	/** Whether it is a file of the person's own that this page does not have (a link, a reload). */
	readonly absent?: boolean;
	/** The person's own files, where the model was opened from such. */
	readonly files?: readonly File[];
}

let entries: readonly Entry[] = [];
const listeners = new Set<() => void>();

function set(name: string, change: Entry | undefined): void {
	const without = entries.filter((entry) => entry.name !== name);
	const at = entries.findIndex((entry) => entry.name === name);
	entries = change ? without.toSpliced(at < 0 ? without.length : at, 0, change) : without;
	for (const listener of listeners) listener();
}

/** While a model opens, and later while its weights are made ready to run: in twentieths, so that the page is not drawn for each tensor. */
function showProgress(name: string, progress: Progress): void {
	const entry = entries.find((one) => one.name === name);
	if (!entry || entry.refusal) return;
	const { progress: shown, ...rest } = entry;
	const ended = progress.total !== undefined && progress.done >= progress.total;
	const step = (one: Progress | undefined) => one && `${one.stage} ${one.total ? Math.floor((20 * one.done) / one.total) : one.done}`;
	if (ended ? shown : step(shown) !== step(progress)) set(name, ended ? rest : { ...rest, progress });
}

/** Opens a model under a name; the same name twice is one opening. */
export async function open(name: string, title: string, opening: Opening): Promise<void> {
	const known = entries.find((entry) => entry.name === name);
	if (known && !known.refusal) return;
	const controller = new AbortController();
	const waiting: Entry = { name, title, cancel: () => controller.abort(), ...(opening.kind === 'files' && { files: opening.files }) };
	set(name, waiting);
	try {
		const card = await ask('open', [name, title, opening], {
			signal: controller.signal,
			onProgress: (progress) => showProgress(name, progress),
		});
		set(name, { name, title: card.title, card, ...(waiting.files && { files: waiting.files }) });
	} catch (error) {
		const refusal = error instanceof EngineError ? error.refusal : refusalOf(error);
		set(name, { name, title, refusal });
	}
}

/** The file's name in an address; any other name as it is. */
export const titleOfAddress = (name: string): string => (/^https?:/.test(name) && name.split(/[?#]/)[0]!.split('/').at(-1)) || name;

/** Opens what a name in a link stands for: an embedded model, one that is kept, an address, or a model on the server's shelf. */
export async function openNamed(name: string): Promise<void> {
	const found = embedded.find((model) => model.name === name);
	if (found) return open(name, found.title, openingOf(found));
	const kept = await keptFiles(name);
	if (kept.length > 0) return open(name, titleOfAddress(name), { kind: 'files', files: kept });
	if (/^https?:/.test(name)) return open(name, titleOfAddress(name), { kind: 'address', url: name });
	const shelved = (await readShelf()).find((model) => model.name === name);
	if (shelved?.url) return open(name, shelved.title, { kind: 'address', url: new URL(shelved.url, document.baseURI).href });
	// A file that was dropped in on an earlier visit: the page may not open it by itself.
	if (!entries.some((entry) => entry.name === name))
		set(name, { name, title: name, refusal: { code: 'not-found', message: name, detail: { got: name } }, absent: true });
}

export async function close(name: string): Promise<void> {
	set(name, undefined);
	await ask('close', [name]);
}

const subscribe = (listener: () => void) => {
	listeners.add(listener);
	return () => void listeners.delete(listener);
};

export const useEntries = (): readonly Entry[] => useSyncExternalStore(subscribe, () => entries);

/** The model of that name, opened if it is one of the server's. */
export function useModel(name: string): Entry {
	const all = useEntries();
	useEffect(() => void alsoAwaited(openNamed(name)), [name]);
	return all.find((entry) => entry.name === name) ?? { name, title: name };
}

/** Several models at once, in the order of the names. */
export function useModels(names: readonly string[]): readonly Entry[] {
	const all = useEntries();
	const key = names.join('\n');
	useEffect(() => {
		for (const name of key.split('\n').filter(Boolean)) void alsoAwaited(openNamed(name));
	}, [key]);
	return names.map((name) => all.find((entry) => entry.name === name) ?? { name, title: name });
}
