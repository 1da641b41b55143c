// Opens test checkpoints, and reads what the reference computed on them.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openModelTransformer } from '../../src/architectures/index.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import type { Checkpoint } from '../../src/formats/checkpoint.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { decodeTensor, dtypeOf } from '../../src/tensor/index.ts';
import type { Transformer, TransformerOptions } from '../../src/transformer/transformer.ts';

/** The folder of tiny checkpoints (scripts/reference/make_families.py). */
export const FAMILIES = new URL('../fixtures/families/', import.meta.url).pathname;

/** A file, or a folder of files, in memory. */
export async function checkpointAt(path: string): Promise<Checkpoint> {
	const paths = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
	const files = new Map<string, ByteSource>(
		paths.filter((file) => statSync(file).isFile()).map((file) => [basename(file), memorySource(basename(file), readFileSync(file))]),
	);
	return openCheckpoint({ name: basename(path), files });
}

export async function transformerAt(path: string, options: Partial<TransformerOptions> = {}): Promise<Transformer> {
	return openModelTransformer(await checkpointAt(path), { memoryBudget: 2 ** 30, ...options });
}

export interface Expected {
	readonly reference: string;
	/** What else the script notes: texts, by 'text.<language>'. */
	readonly notes: Readonly<Record<string, string>>;
	readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
	ids(name: string): number[];
}

/** The arrays that a reference script has written. */
export async function expectedAt(path: string): Promise<Expected> {
	const { metadata, tensors } = await checkpointAt(path);
	const read = await Promise.all(
		[...tensors.values()].map(async (tensor) => {
			const bytes = await tensor.source.read(tensor.byteOffset, tensor.byteLength);
			const data = decodeTensor(dtypeOf(tensor.dtype), tensor.shape, bytes);
			return [tensor.name, { shape: tensor.shape, data }] as const;
		}),
	);
	const notes = metadata.get('__metadata__') as Record<string, string> | undefined;
	const map = new Map(read);
	return { reference: notes?.reference ?? '', notes: notes ?? {}, tensors: map, ids: (name) => Array.from(map.get(name)!.data) };
}

/** max|Δ| / max|x|: the measure of every tolerance here. Equal infinities count as equal. */
export function worstError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
	let worst = 0;
	let largest = 0;
	for (let i = 0; i < expected.length; i++) {
		if (got[i] === expected[i]) {
			if (Number.isFinite(expected[i]!)) largest = Math.max(largest, Math.abs(expected[i]!));
			continue;
		}
		const difference = Math.abs(got[i]! - expected[i]!);
		worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
		largest = Math.max(largest, Math.abs(expected[i]!));
	}
	return largest === 0 ? worst : worst / largest;
}
