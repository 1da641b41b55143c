// Where a person's files come from: dropped folders, addresses, what is typed for a name.

import { type DirectoryDropItem, isDirectoryDropItem, isFileDropItem } from 'react-aria-components';
import type { Progress } from '../engine/protocol.ts';
import { titleOfAddress } from './models.ts';

/** Files of a folder beyond this are not looked at: a model's folder has a few dozen. */
export const MAX_FILES = 500;

/** What is in a dropped folder, and in the folders in it, named by its path from there. */
export async function* filesIn(folder: DirectoryDropItem, path = ''): AsyncGenerator<File> {
	for await (const item of folder.getEntries()) {
		if (isDirectoryDropItem(item)) yield* filesIn(item, `${path}${item.name}/`);
		else if (isFileDropItem(item)) {
			const file = await item.getFile();
			yield path ? new File([file], path + file.name, { type: file.type, lastModified: file.lastModified }) : file;
		}
	}
}

/** What a name in the field stands for: an address, a Hugging Face repository or a file of one, or a name that is known here. */
export function nameOf(typed: string): string {
	const text = typed.trim();
	const [, repository, file = 'model.safetensors'] = /^hf:([^/]+\/[^/]+)(?:\/(.+))?$/.exec(text) ?? [];
	return repository ? `https://huggingface.co/${repository}/resolve/main/${file}` : text;
}

/** An address whose model is one file, which can be fetched whole. */
export const isOneFile = (name: string): boolean => /^https?:.*\.gguf$/i.test(name) && !/-\d{5}-of-\d{5}\.gguf$/i.test(name);

/** Bytes between two words about how far it is. */
const SAID_EVERY = 1 << 20;

/** The whole file at an address. The browser holds it on disk where it is large. @throws Error for an answer that is no file. */
export async function fileAt(url: string, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<File> {
	const answer = await fetch(url, { signal });
	if (!answer.ok || !answer.body) throw new Error(`${url}: ${answer.status}`);
	const total = Number(answer.headers.get('content-length')) || undefined;
	let done = 0;
	const counted = new TransformStream<Uint8Array, Uint8Array>({
		transform(chunk, controller) {
			const before = done;
			done += chunk.length;
			if (Math.floor(done / SAID_EVERY) > Math.floor(before / SAID_EVERY))
				onProgress({ stage: 'fetching', done, unit: 'bytes', ...(total && { total }) });
			controller.enqueue(chunk);
		},
	});
	const blob = await new Response(answer.body.pipeThrough(counted)).blob();
	return new File([blob], titleOfAddress(url));
}
