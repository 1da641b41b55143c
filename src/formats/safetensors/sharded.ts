// Sharded safetensors: model.safetensors.index.json names the file of each tensor.
// Reference: huggingface_hub serialization (split_torch_state_dict_into_shards), transformers modeling_utils

import type { ByteSource, ModelFiles } from '../../bytes/source.ts';
import { TongsaError } from '../../errors.ts';
import type { TensorInfo } from '../checkpoint.ts';
import { joinTensors } from '../join.ts';
import { describe, expectObject, readJsonObject } from '../json.ts';
import { readSafetensors } from './read.ts';

/** The largest known index (671 billion weights in 163 files) has 8 MB. */
const MAX_INDEX_BYTES = 64 * 2 ** 20;

export interface SafetensorsFiles {
	readonly sources: readonly ByteSource[];
	readonly tensors: ReadonlyMap<string, TensorInfo>;
}

export async function readSharded(index: ByteSource, { name, files }: ModelFiles, signal?: AbortSignal): Promise<SafetensorsFiles> {
	const { weight_map } = await readJsonObject(index, MAX_INDEX_BYTES, signal);
	const map = new Map(Object.entries(expectObject(weight_map, index.name, 'weight_map')));
	const shardNames = [...new Set(map.values())].map((shard) => {
		if (typeof shard === 'string') return shard;
		throw new TongsaError('malformed', 'a file name that is no string', {
			file: index.name,
			field: 'weight_map',
			got: describe(shard),
		});
	});
	if (shardNames.length === 0) throw new TongsaError('malformed', 'an index that names no file', { file: index.name, field: 'weight_map' });
	const missing = shardNames.filter((shard) => !files.has(shard));
	if (missing.length > 0) {
		throw new TongsaError('not-found', `${missing.length} of ${shardNames.length} weight files are missing`, {
			file: name,
			got: missing.slice(0, 3).join(', '),
			hint: 'Fetch them into the same folder',
		});
	}
	const sources = shardNames.map((shard) => files.get(shard)!);
	const shards = await Promise.all(sources.map((source) => readSafetensors(source, signal)));
	const tensors = joinTensors(shards.map((shard) => shard.tensors));
	for (const [tensor, shard] of map) {
		if (tensors.get(tensor)?.source !== files.get(String(shard))) {
			throw new TongsaError('malformed', 'the index names a tensor that its file lacks', { file: index.name, tensor, got: String(shard) });
		}
	}
	return { sources, tensors };
}
