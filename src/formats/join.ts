// Makes one Checkpoint of several weight files and the files beside them.

import type { ByteSource } from '../bytes/source.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint, MetadataValue, TensorInfo } from './checkpoint.ts';

export interface Parts {
	readonly format: Checkpoint['format'];
	readonly name: string;
	readonly metadata: ReadonlyMap<string, MetadataValue>;
	readonly tensors: ReadonlyMap<string, TensorInfo>;
	readonly files: readonly ByteSource[];
	readonly assets: ReadonlyMap<string, ByteSource>;
}

export function checkpointOf(parts: Parts): Checkpoint {
	const sources = new Set([...parts.files, ...parts.assets.values()]);
	return {
		...parts,
		get bytesRead() {
			return [...sources].reduce((sum, source) => sum + source.bytesRead, 0);
		},
		async close() {
			await Promise.all([...sources].map((source) => source.close()));
		},
	};
}

/** All tensors of all files. @throws TongsaError 'malformed' when two files hold the same name. */
export function joinTensors(files: readonly ReadonlyMap<string, TensorInfo>[]): Map<string, TensorInfo> {
	const joined = new Map<string, TensorInfo>();
	for (const [name, tensor] of files.flatMap((tensors) => [...tensors])) {
		const other = joined.get(name);
		if (other) {
			throw new TongsaError('malformed', `a tensor stands in two files; the other is ${other.source.name}`, {
				file: tensor.source.name,
				tensor: name,
			});
		}
		joined.set(name, tensor);
	}
	return joined;
}
