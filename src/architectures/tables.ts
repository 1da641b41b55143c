// Which tensors are a model's two tables: the one that text enters by, and the one that it leaves by. Also of architectures that Tongsa
// cannot run: names are then tried from every family that it knows, and at last the matrix that has the shape which the settings state.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, MetadataValue, TensorInfo } from '../formats/checkpoint.ts';
import type { Dialect } from '../spec/family.ts';
import { finder } from '../weights/finder.ts';
import { refusePacked, refusePackedModule } from '../weights/packing.ts';
import { architectureOf } from './name.ts';

export interface Tables {
	/** (V, D). */
	readonly input: TensorInfo;
	/** (V, D); the same tensor in a tied model. */
	readonly output: TensorInfo;
	/** Whether the file holds one table for both. A second one is used even if it is a copy: transformers ties no two that differ. */
	readonly tied: boolean;
}

type TableNames = Pick<Dialect, 'names' | 'prefixes'>;

/** A GGUF file spells them alike whatever its architecture. gguf-py/gguf/constants.py TENSOR_NAMES */
const GGUF: TableNames = { names: { table: 'token_embd', output: 'output' } };

/**
 * @returns undefined for a file without tensors: a vocabulary alone.
 * @throws TongsaError 'not-found' where no tensor is a table, 'unsupported' for one that is packed, 'wrong-shape' for one that is no V × D.
 */
export async function findTables(checkpoint: Checkpoint): Promise<Tables | undefined> {
	if (checkpoint.tensors.size === 0) return undefined;
	const found = (await byName(checkpoint)) ?? byShape(checkpoint);
	if (!found) {
		throw new TongsaError('not-found', 'none of the tensors is known to be the embedding table', {
			file: checkpoint.name,
			got: `${checkpoint.tensors.size} tensors, ${[...checkpoint.tensors.keys()].slice(0, 3).join(', ')}, …`,
			hint: 'All their names: tongsa info --tensors',
		});
	}
	const { input, output } = found;
	for (const table of new Set([input, output])) {
		refusePacked(checkpoint, table);
		refuseShape(checkpoint, table);
	}
	return { input, output, tied: input === output };
}

type Found = Pick<Tables, 'input' | 'output'>;

async function byName(checkpoint: Checkpoint): Promise<Found | undefined> {
	const dialects = checkpoint.format === 'gguf' ? [GGUF] : await familyNames(checkpoint);
	for (const dialect of dialects) {
		const { find } = finder(checkpoint, dialect, dialect.names);
		const output = find('output', 'weight');
		// A tied table may be stored as either of the two.
		const input = find('table', 'weight') ?? (checkpoint.metadata.get('tie_word_embeddings') === true ? output : undefined);
		if (input) return { input, output: output ?? input };
	}
	for (const dialect of dialects) {
		for (const name of finder(checkpoint, dialect, dialect.names).candidates('table', 'weight')) refusePackedModule(checkpoint, name);
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

/** The table's V and D under their names in config.json, whatever the class. transformers configuration_*.py */
const VOCABULARIES = ['vocab_size', 'padded_vocab_size', 'n_token', 'src_vocab_size'];
const WIDTHS = ['hidden_size', 'n_embd', 'd_model', 'dim', 'embedding_size', 'word_embed_proj_dim', 'd_embed', 'emb_dim', 'model_dim'];
/** What a class that joins several models calls the settings of the one that reads text. */
const WRAPPERS = ['text_config', 'llm_config', 'language_config', 'thinker_config', 'decoder'];
/** How tables at the entrance are named, and what at the exit has the same shape. */
const ENTRANCE = /emb|wte|shared|word/i;
const EXIT = /head|output|embed_out|decoder\.weight$/i;

function byShape(checkpoint: Checkpoint): Found | undefined {
	const stated = (keys: readonly string[]) => new Set(settingsOf(checkpoint).flatMap((settings) => keys.map((key) => settings(key))));
	const [rows, widths] = [stated(VOCABULARIES), stated(WIDTHS)];
	const fitting = [...checkpoint.tensors.values()].filter(({ shape: [V, D], shape }) => shape.length === 2 && rows.has(V) && widths.has(D));
	const inputs = fitting.filter(({ name }) => ENTRANCE.test(name) && !EXIT.test(name));
	const input = inputs[0] ?? (fitting.length === 1 ? fitting[0] : undefined);
	return input && { input, output: fitting.find((one) => one !== input && EXIT.test(one.name)) ?? input };
}

/** The file's settings, and those inside a wrapper, each as a reader of one key's value. */
function settingsOf({ metadata }: Checkpoint): readonly ((key: string) => MetadataValue | undefined)[] {
	const inner = WRAPPERS.map((key) => metadata.get(key)).filter(
		(value) => typeof value === 'object' && value !== null && !Array.isArray(value),
	);
	return [(key) => metadata.get(key), ...inner.map((value) => (key: string) => (value as { [key: string]: MetadataValue })[key])];
}

/** Rows and columns; and as wide as the settings state, wherever they do. */
function refuseShape(checkpoint: Checkpoint, { name, shape }: TensorInfo): void {
	const refuse = (what: string, got: string, allowed: string, field?: string) =>
		new TongsaError('wrong-shape', what, { file: checkpoint.name, tensor: name, ...(field !== undefined && { field }), got, allowed });
	const [, D] = shape;
	if (shape.length !== 2 || D === undefined) {
		throw refuse('an embedding table has rows and columns', shape.join(' × ') || 'a scalar', 'V × D');
	}
	const keys = checkpoint.format === 'gguf' ? [`${architectureOf(checkpoint)}.embedding_length`] : WIDTHS;
	const stated = settingsOf(checkpoint).flatMap((settings) => keys.map((key) => [key, settings(key)] as const));
	const widths = stated.filter(([, value]) => typeof value === 'number' || typeof value === 'bigint');
	if (widths.length > 0 && !widths.some(([, value]) => Number(value) === D)) {
		throw refuse(
			'the table is not as wide as the settings say',
			shape.join(' × '),
			`V × ${widths.map(([, value]) => value).join(' or ')}`,
			widths[0]![0],
		);
	}
}
