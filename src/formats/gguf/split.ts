// Split GGUF: NAME-00001-of-0000N.gguf … opened as one. The first file has the metadata, each has its own tensors.
// Reference: llama.cpp src/llama-model-loader.cpp, tools/gguf-split

import type { ByteSource } from '../../bytes/source.ts';
import { TongsaError } from '../../errors.ts';
import type { TensorInfo } from '../checkpoint.ts';
import { joinTensors } from '../join.ts';
import { type GgufFile, readGguf } from './read.ts';

export interface GgufFiles {
	readonly metadata: GgufFile['metadata'];
	readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/** Opens all shards, in order. @throws TongsaError when one is not the part that its place says. */
export async function readGgufShards(sources: readonly ByteSource[], signal?: AbortSignal): Promise<GgufFiles> {
	const files = await Promise.all(sources.map((source) => readGguf(source, signal)));
	for (const [index, file] of files.entries()) {
		expectKey(file, 'split.no', index);
		expectKey(file, 'split.count', files.length);
	}
	const tensors = joinTensors(files.map((file) => file.tensors));
	expectKey(files[0]!, 'split.tensors.count', tensors.size);
	return { metadata: files[0]!.metadata, tensors };
}

/** A lone file that says it is one of several. */
export function refuseLoneShard({ source, metadata }: GgufFile): void {
	const count = metadata.get('split.count');
	if (typeof count === 'number' && count > 1) {
		throw new TongsaError('not-found', 'one part of a split model, alone', {
			file: source.name,
			field: 'split.count',
			got: count,
			hint: `Put all ${count} parts into one folder, with their own names (…-00001-of-${String(count).padStart(5, '0')}.gguf)`,
		});
	}
}

function expectKey({ source, metadata }: GgufFile, key: string, expected: number): void {
	const got = metadata.get(key);
	if (got !== expected) {
		throw new TongsaError('malformed', 'a part that does not fit the others', {
			file: source.name,
			field: key,
			got: got === undefined ? 'nothing' : typeof got === 'object' ? 'no number' : String(got),
			allowed: String(expected),
			hint: 'The files may be of different downloads: fetch them again together',
		});
	}
}
