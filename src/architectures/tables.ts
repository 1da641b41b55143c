// Which tensors are the interpreter's two tables: the one that text enters by, and the one that it leaves by. Also of architectures that
// Tongsa cannot run: names are then tried from every family that it knows.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, TensorInfo } from '../formats/checkpoint.ts';
import type { Dialect, GlobalRole, Name } from '../transformer/family.ts';
import { architectureOf, families } from './index.ts';

export interface Tables {
	/** (V, D). */
	readonly input: TensorInfo;
	/** (V, D); the same tensor in a tied model. */
	readonly output: TensorInfo;
	readonly tied: boolean;
}

/** @returns undefined for a file without a table: a vocabulary alone. @throws TongsaError 'wrong-shape'. */
export function findTables(checkpoint: Checkpoint): Tables | undefined {
	const format = checkpoint.format === 'gguf' ? 'gguf' : 'safetensors';
	const architecture = architectureOf(checkpoint) ?? '';
	const dialects = families.map((family) => family[format]).filter((dialect) => dialect !== undefined);
	const own = dialects.filter((dialect) => dialect.architectures.includes(architecture));
	for (const dialect of own.length > 0 ? own : dialects) {
		const input = find(checkpoint, dialect, 'table');
		if (!input) continue;
		const separate = checkpoint.metadata.get('tie_word_embeddings') === true ? undefined : find(checkpoint, dialect, 'output');
		return { input: matrix(checkpoint, input), output: matrix(checkpoint, separate ?? input), tied: separate === undefined };
	}
	return undefined;
}

function find(checkpoint: Checkpoint, { names, prefixes = [] }: Dialect, role: GlobalRole): TensorInfo | undefined {
	const entries = names[role];
	const list: readonly Name[] = entries === undefined ? [] : Array.isArray(entries) ? entries : [entries as Name];
	for (const entry of list) {
		const name = typeof entry === 'string' ? `${entry}.weight` : entry.weight;
		if (name === undefined) continue;
		for (const prefix of [...prefixes, '']) {
			const tensor = checkpoint.tensors.get(prefix + name);
			if (tensor) return tensor;
		}
	}
	return undefined;
}

function matrix(checkpoint: Checkpoint, tensor: TensorInfo): TensorInfo {
	if (tensor.shape.length === 2) return tensor;
	throw new TongsaError('wrong-shape', 'an embedding table has rows and columns', {
		file: checkpoint.name,
		tensor: tensor.name,
		got: tensor.shape.join(' × ') || 'a scalar',
		allowed: 'V × D',
	});
}
