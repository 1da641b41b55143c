// Which tensors are the interpreter's two tables: the one that text enters by, and the one that it leaves by. Also of architectures that
// Tongsa cannot run: names are then tried from every family that it knows.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, TensorInfo } from '../formats/checkpoint.ts';
import type { Dialect } from '../spec/family.ts';
import { openMetadata } from '../spec/metadata.ts';
import { finder } from '../weights/finder.ts';
import { architectureOf } from './name.ts';

export interface Tables {
	/** (V, D). */
	readonly input: TensorInfo;
	/** (V, D); the same tensor in a tied model. */
	readonly output: TensorInfo;
	readonly tied: boolean;
}

type TableNames = Pick<Dialect, 'names' | 'prefixes'> & Partial<Pick<Dialect, 'config'>>;

/** A GGUF file spells them alike whatever its architecture. gguf-py/gguf/constants.py TENSOR_NAMES */
const GGUF: TableNames = { names: { table: 'token_embd', output: 'output' } };

/** @returns undefined for a file without a table: a vocabulary alone. @throws TongsaError 'wrong-shape'. */
export async function findTables(checkpoint: Checkpoint): Promise<Tables | undefined> {
	for (const dialect of checkpoint.format === 'gguf' ? [GGUF] : await familyNames(checkpoint)) {
		const { find } = finder(checkpoint, dialect, dialect.names);
		const input = find('table', 'weight');
		if (!input) continue;
		const output = find('output', 'weight');
		const separate = output && (await saysTied(checkpoint, dialect)) ? undefined : output;
		return { input: matrix(checkpoint, input), output: matrix(checkpoint, separate ?? input), tied: separate === undefined };
	}
	return undefined;
}

/** Whether a stored output table is only a copy: config.json says so, or its family does where it is silent. */
async function saysTied(checkpoint: Checkpoint, { config }: TableNames): Promise<boolean> {
	const flag = checkpoint.metadata.get('tie_word_embeddings');
	if (typeof flag === 'boolean' || !config) return flag === true;
	try {
		return config(await openMetadata(checkpoint)).logits?.tied ?? false;
	} catch {
		return false; // settings that are no use for running the model do not keep its tables from being read
	}
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
