// Static embedding models: a table alone, whose rows are averaged. model2vec keeps `embeddings`, and perhaps which row a token has (`mapping`)
// and how much it counts (`weights`); sentence-transformers' StaticEmbedding keeps `embedding.weight`.
// model2vec model.py, persistence.py; sentence-transformers static_embedding.py

import { TongsaError } from '../errors.ts';
import type { Checkpoint, TensorInfo } from '../formats/checkpoint.ts';
import { readTensorBytes } from '../formats/tensor-bytes.ts';
import { decodeTensor, dtypeOf, dtypes } from '../tensor/dtypes.ts';
import { type EmbeddingTable, openTable } from './table.ts';

export interface StaticEmbedding {
	/** (V, D): each token's row, times its weight. */
	readonly table: EmbeddingTable;
	/** model2vec leaves unknown tokens out of the mean, sentence-transformers does not. */
	readonly library: 'model2vec' | 'sentence-transformers';
}

const TABLES = { embeddings: 'model2vec', 'embedding.weight': 'sentence-transformers' } as const;
const ASIDE = ['mapping', 'weights'];

/** undefined for every other model. @throws TongsaError as openTable, 'wrong-shape' for parts that do not fit each other. */
export function openStatic(checkpoint: Checkpoint): StaticEmbedding | undefined {
	const name = (Object.keys(TABLES) as (keyof typeof TABLES)[]).find((one) => checkpoint.tensors.has(one));
	if (name === undefined || [...checkpoint.tensors.keys()].some((other) => other !== name && !ASIDE.includes(other))) return undefined;
	const stored = openTable(checkpoint.tensors.get(name)!);
	const [mapping, weights] = ASIDE.map((part) => checkpoint.tensors.get(part));
	return { table: mapping || weights ? weighted(stored, mapping, weights) : stored, library: TABLES[name] };
}

/** Rows that are decoded at a time when the whole table is walked over. */
const ROWS_AT_ONCE = 2 ** 14;

function weighted(stored: EmbeddingTable, mapping: TensorInfo | undefined, weights: TensorInfo | undefined): EmbeddingTable {
	const V = (mapping ?? weights)!.shape[0] ?? 0;
	for (const part of [mapping, weights]) {
		if (part && (part.shape.length !== 1 || part.shape[0] !== V)) {
			throw new TongsaError('wrong-shape', 'a value for each token', {
				file: part.source.name,
				tensor: part.name,
				got: part.shape.join(' × '),
				allowed: `${V}`,
			});
		}
	}
	const { width } = stored;
	let parts: Promise<readonly (Float32Array | undefined)[]> | undefined;
	const read = (signal?: AbortSignal) => {
		parts ??= Promise.all([mapping, weights].map(async (part) => part && valuesOf(part, signal)));
		return parts.catch((error) => {
			parts = undefined;
			throw error;
		});
	};
	async function rows(ids: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array> {
		const [places, factors] = await read(signal);
		const list = Array.from(ids);
		const wrong = list.find((id) => !(Number.isInteger(id) && id >= 0 && id < V));
		if (wrong !== undefined)
			throw new TongsaError('out-of-range', 'no such row', { tensor: stored.tensor.name, got: wrong, allowed: `0 to ${V - 1}` });
		const out = await stored.rows(places ? list.map((id) => places[id]!) : list, signal);
		if (factors)
			list.forEach((id, t) => {
				for (let d = 0; d < width; d++) out[t * width + d]! *= factors[id]!;
			});
		return out;
	}
	return {
		tensor: stored.tensor,
		dtype: dtypes.F32,
		rowCount: V,
		width,
		rowBytes: 4 * width,
		rows,
		async *stretches(signal) {
			for (let first = 0; first < V; first += ROWS_AT_ONCE) {
				signal?.throwIfAborted();
				const count = Math.min(ROWS_AT_ONCE, V - first);
				const values = await rows(
					Array.from({ length: count }, (_, i) => first + i),
					signal,
				);
				yield { first, count, bytes: new Uint8Array(values.buffer) };
			}
		},
	};
}

async function valuesOf(tensor: TensorInfo, signal?: AbortSignal): Promise<Float32Array> {
	return decodeTensor(dtypeOf(tensor.dtype), tensor.shape, await readTensorBytes(tensor, 0, tensor.byteLength, signal));
}
