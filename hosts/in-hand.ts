// What a program has in hand → a model's files: files that were picked or dropped, a folder's, bytes.

import { blobSource } from '../src/bytes/blob.ts';
import { memorySource } from '../src/bytes/memory.ts';
import type { ByteSource, ModelFiles } from '../src/bytes/source.ts';
import { TongsaError } from '../src/errors.ts';
import type { ModelReference } from '../src/host.ts';
import { shown } from '../src/options.ts';

/** A name, path or URL, a File or Blob, the bytes of one file, the files of a folder, or ModelFiles. */
export type Openable = ModelReference | URL | Blob | Uint8Array | Iterable<Blob>;

/** @throws TongsaError 'usage' for what cannot be opened. */
export function referenceOf(given: Openable): ModelReference {
	if (typeof given === 'string' && given !== '') return given;
	if (given instanceof URL) return given.href;
	if (given instanceof Blob) return filesOf([given]);
	if (given instanceof Uint8Array) return { name: 'model', files: new Map([['model', memorySource('model', given)]]) };
	if (typeof given === 'object' && given !== null) {
		if (Symbol.iterator in given) return filesOf(given);
		if ('files' in given && given.files instanceof Map) return given;
	}
	throw new TongsaError('usage', 'not something that can be opened', {
		got: shown(given),
		allowed: 'a name, a path, a URL, a File or Blob, the bytes of a file, files, or ModelFiles',
	});
}

/** Those of a folder carry their path in webkitRelativePath. */
function filesOf(files: Iterable<Blob>): ModelFiles {
	const sources = new Map<string, ByteSource>();
	for (const file of files) {
		const path = pathInFolder(file);
		sources.set(path, blobSource(file, path));
	}
	const [first] = sources.keys();
	if (first === undefined) throw new TongsaError('usage', 'no file was given', { allowed: 'a model file, or all files of a folder' });
	return { name: sources.size === 1 ? first : 'folder', files: sources };
}

/** 'folder/1_Pooling/config.json' → '1_Pooling/config.json': a model's files are named from its own folder on. */
function pathInFolder(file: Blob): string {
	const relative = 'webkitRelativePath' in file && typeof file.webkitRelativePath === 'string' ? file.webkitRelativePath : '';
	if (relative) return relative.slice(relative.indexOf('/') + 1);
	return 'name' in file && typeof file.name === 'string' ? file.name : 'model';
}
