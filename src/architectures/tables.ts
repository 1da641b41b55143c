// Which tensors are the interpreter's two tables: the one that text enters by, and the one that it leaves by. Also of architectures that
// Tongsa cannot run: names are then tried from every family that it knows.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, TensorInfo } from '../formats/checkpoint.ts';
import type { Dialect } from '../transformer/family.ts';
import { finder } from '../transformer/finder.ts';
import { architectureOf } from './name.ts';

export interface Tables {
	/** (V, D). */
	readonly input: TensorInfo;
	/** (V, D); the same tensor in a tied model. */
	readonly output: TensorInfo;
	readonly tied: boolean;
}

type TableNames = Pick<Dialect, 'names' | 'prefixes'>;

/** A GGUF file spells them alike whatever its architecture. gguf-py/gguf/constants.py TENSOR_NAMES */
const GGUF: TableNames = { names: { table: 'token_embd', output: 'output' } };

/** @returns undefined for a file without a table: a vocabulary alone. @throws TongsaError 'wrong-shape'. */
export async function findTables(checkpoint: Checkpoint): Promise<Tables | undefined> {
	for (const dialect of checkpoint.format === 'gguf' ? [GGUF] : await familyNames(checkpoint)) {
		const { find } = finder(checkpoint, dialect, dialect.names);
		const input = find('table', 'weight');
		if (!input) continue;
		const separate = checkpoint.metadata.get('tie_word_embeddings') === true ? undefined : find('output', 'weight');
		return { input: matrix(checkpoint, input), output: matrix(checkpoint, separate ?? input), tied: separate === undefined };
	}
	return undefined;
}

/** The names of the checkpoint's own family; of every family where it has none. */
async function familyNames(checkpoint: Checkpoint): Promise<readonly TableNames[]> {
	const { families } = await import('./index.ts');
	const dialects = families.map(({ safetensors }) => safetensors).filter((dialect) => dialect !== undefined);
	const own = dialects.filter(({ architectures }) => architectures.includes(architectureOf(checkpoint) ?? ''));
	return own.length > 0 ? own : dialects;
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
