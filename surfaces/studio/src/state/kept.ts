// Models that the person keeps in the browser's own file system, so that a link to them opens again without asking for the file.
// https://fs.spec.whatwg.org/ (origin private file system)

import { useEffect, useState } from 'react';

const FOLDER = 'models';

async function folderOf(name: string, create: boolean): Promise<FileSystemDirectoryHandle> {
	const root = await navigator.storage.getDirectory();
	return (await root.getDirectoryHandle(FOLDER, { create })).getDirectoryHandle(encodeURIComponent(name), { create });
}

/** The kept files of a model; none where nothing was kept under that name, or nothing can be. */
export async function keptFiles(name: string): Promise<File[]> {
	try {
		const files: File[] = [];
		for await (const handle of (await folderOf(name, false)).values())
			if (handle.kind === 'file') files.push(await (handle as FileSystemFileHandle).getFile());
		return files.map((file) => new File([file], decodeURIComponent(file.name)));
	} catch {
		return [];
	}
}

/** Whole or not at all. @throws DOMException 'QuotaExceededError' when the browser has no room, 'AbortError'. */
export async function keep(name: string, files: readonly File[], signal: AbortSignal): Promise<void> {
	const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
	const size = files.reduce((sum, file) => sum + file.size, 0);
	if (size > quota - usage) throw new DOMException(`${size} bytes; free: ${quota - usage}`, 'QuotaExceededError');
	const folder = await folderOf(name, true);
	try {
		for (const file of files) {
			const path = file.webkitRelativePath ? file.webkitRelativePath.slice(file.webkitRelativePath.indexOf('/') + 1) : file.name;
			const handle = await folder.getFileHandle(encodeURIComponent(path), { create: true });
			await file.stream().pipeTo(await handle.createWritable(), { signal });
		}
	} catch (error) {
		await forget(name);
		throw error;
	}
	changed();
}

export async function forget(name: string): Promise<void> {
	const root = await navigator.storage.getDirectory();
	await (await root.getDirectoryHandle(FOLDER)).removeEntry(encodeURIComponent(name), { recursive: true });
	changed();
}

const listeners = new Set<() => void>();
const changed = () => {
	for (const listener of listeners) listener();
};

async function names(): Promise<string[]> {
	try {
		const found: string[] = [];
		const root = await navigator.storage.getDirectory();
		for await (const name of (await root.getDirectoryHandle(FOLDER)).keys()) found.push(decodeURIComponent(name));
		return found.sort();
	} catch {
		return []; // Nothing was ever kept, or this browser keeps nothing.
	}
}

/** Names of the models that are kept. */
export function useKept(): readonly string[] {
	const [kept, setKept] = useState<readonly string[]>([]);
	useEffect(() => {
		const look = () => void names().then(setKept);
		look();
		listeners.add(look);
		return () => void listeners.delete(look);
	}, []);
	return kept;
}
