// Split GGUF: NAME-00001-of-0000N.gguf … opened as one. The first file has the metadata, each has its own tensors.
// Reference: llama.cpp src/llama-model-loader.cpp, tools/gguf-split

import type { ByteSource } from '../../bytes/source.ts';
import { TongsaError } from '../../errors.ts';
import type { TensorInfo } from '../checkpoint.ts';
import { joinTensors } from '../join.ts';
import { type GgufFile, readGguf } from './read.ts';

const SHARD_NAME = /^(.*)-(\d{5})-of-(\d{5})(\.[A-Za-z]+)$/;

export interface ShardName {
	readonly stem: string;
	/** From 1. */
	readonly number: number;
	readonly count: number;
	readonly extension: string;
}

/** 'a-00002-of-00003.gguf' → {stem: 'a', number: 2, count: 3, extension: '.gguf'}; undefined for other names. */
export function shardName(name: string): ShardName | undefined {
	const match = SHARD_NAME.exec(name);
	if (!match) return undefined;
	const [, stem, number, count, extension] = match;
	return { stem: stem!, number: Number(number), count: Number(count), extension: extension! };
}

/** The names of all shards of the set that `one` belongs to. */
export function shardNames({ stem, count, extension }: ShardName): string[] {
	const padded = (n: number) => String(n).padStart(5, '0');
	return Array.from({ length: count }, (_, i) => `${stem}-${padded(i + 1)}-of-${padded(count)}${extension}`);
}

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
