// JSON of `info`: what the catalogue knows of a system, or what is in a model's files.

import { SURENESS, type System } from '../../src/architectures/catalogue.ts';
import type { Checkpoint, MetadataValue, TensorInfo } from '../../src/formats/checkpoint.ts';
import { type Provenance, provenanceOf } from '../../src/model/provenance.ts';
import type { Model, TableFacts } from '../../src/model.ts';

export interface SystemInfoJson extends System {
	readonly kind: 'system';
	/** What the letters of `sure` mean. */
	readonly sureness: typeof SURENESS;
}

export const systemInfoJson = (system: System): SystemInfoJson => ({ kind: 'system', ...system, sureness: SURENESS });

export interface TensorJson {
	readonly name: string;
	readonly dtype: string;
	/** Slowest dimension first: a table is [V, D]. */
	readonly shape: readonly number[];
	readonly byteOffset: number;
	readonly byteLength: number;
}

export interface FileInfoJson {
	readonly kind: 'file';
	readonly model: string;
	readonly format: string;
	readonly architecture?: string;
	/** The dimensions that the metadata states, under the names of SHAPE_KEYS. */
	readonly shape: Readonly<Record<string, number>>;
	readonly parameters: number;
	readonly tensorCount: number;
	readonly byteLength: number;
	readonly dtypes: readonly {
		readonly dtype: string;
		readonly tensors: number;
		readonly parameters: number;
		readonly byteLength: number;
	}[];
	readonly table?: TableFacts;
	readonly tokenizer?: {
		readonly kind: string;
		readonly size: number;
		readonly before: readonly string[];
		readonly after: readonly string[];
		readonly special: Readonly<Record<string, number | readonly number[]>>;
	};
	readonly chatTemplate: boolean;
	/** Why `embed` and the like will refuse this file. */
	readonly problem?: string;
	readonly tensors?: readonly TensorJson[];
	readonly metadata?: Readonly<Record<string, unknown>>;
	readonly provenance: Provenance;
}

/** Dimension → the ends of its GGUF keys (after the architecture's name) and its config.json keys. */
const SHAPE_KEYS: Readonly<Record<string, readonly string[]>> = {
	layers: ['block_count', 'num_hidden_layers', 'n_layer', 'num_layers'],
	width: ['embedding_length', 'hidden_size', 'n_embd', 'd_model'],
	heads: ['attention.head_count', 'num_attention_heads', 'n_head'],
	keyValueHeads: ['attention.head_count_kv', 'num_key_value_heads', 'num_kv_heads'],
	headWidth: ['attention.key_length', 'head_dim'],
	feedForward: ['feed_forward_length', 'intermediate_size', 'n_inner', 'ffn_dim'],
	vocabulary: ['vocab_size'],
	context: ['context_length', 'max_position_embeddings', 'n_positions', 'n_ctx'],
};

export interface InfoOptions {
	readonly tensors?: boolean;
	readonly metadata?: boolean;
}

/** A model, or what of it could be opened. */
export type Inspected = Pick<Model, 'name' | 'checkpoint' | 'architecture' | 'tokenizer' | 'table' | 'chatTemplate' | 'problems'>;

/** @param problem why the rest could not be opened */
export async function fileInfoJson(
	model: Inspected,
	options: InfoOptions,
	problem = (model.problems.table ?? model.problems.tokenizer)?.message,
): Promise<FileInfoJson> {
	const { checkpoint, architecture, tokenizer } = model;
	const tensors = [...checkpoint.tensors.values()];
	const parameters = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
	const dtypes = new Map<string, TensorInfo[]>();
	for (const tensor of tensors) {
		const same = dtypes.get(tensor.dtype);
		if (same) same.push(tensor);
		else dtypes.set(tensor.dtype, [tensor]);
	}
	const text = (ids: readonly number[]) => ids.map((id) => tokenizer!.token(id).text);
	return {
		kind: 'file',
		model: model.name,
		format: checkpoint.format,
		...(architecture !== undefined && { architecture }),
		shape: statedShape(checkpoint, architecture),
		parameters: tensors.reduce((sum, { shape }) => sum + parameters(shape), 0),
		tensorCount: tensors.length,
		byteLength: checkpoint.files.reduce((sum, file) => sum + file.byteLength, 0),
		dtypes: [...dtypes].map(([dtype, all]) => ({
			dtype,
			tensors: all.length,
			parameters: all.reduce((sum, { shape }) => sum + parameters(shape), 0),
			byteLength: all.reduce((sum, { byteLength }) => sum + byteLength, 0),
		})),
		...(model.table && { table: model.table }),
		...(tokenizer && {
			tokenizer: {
				kind: tokenizer.kind,
				size: tokenizer.size,
				before: text(tokenizer.flags.before),
				after: text(tokenizer.flags.after),
				special: { ...tokenizer.special },
			},
		}),
		chatTemplate: (await model.chatTemplate()) !== undefined,
		...(problem !== undefined && checkpoint.tensors.size > 0 && { problem }),
		...(options.tensors && {
			tensors: tensors.map(({ name, dtype, shape, byteOffset, byteLength }) => ({ name, dtype, shape, byteOffset, byteLength })),
		}),
		...(options.metadata && { metadata: Object.fromEntries([...checkpoint.metadata].map(([key, value]) => [key, plain(value)])) }),
		provenance: provenanceOf(model.checkpoint),
	};
}

/** The dimensions that the metadata states, under the names of SHAPE_KEYS. */
export function statedShape({ metadata }: Checkpoint, architecture: string | undefined): Record<string, number> {
	const out: Record<string, number> = {};
	for (const [dimension, keys] of Object.entries(SHAPE_KEYS)) {
		const values = keys.flatMap((key) => [metadata.get(`${architecture}.${key}`), metadata.get(key)]);
		const value = values.find((one) => typeof one === 'number' || typeof one === 'bigint');
		if (value !== undefined) out[dimension] = Number(value);
	}
	return out;
}

/** Metadata as JSON: a lazy array by its type and length, a 64-bit number as a number where it is one exactly. */
function plain(value: MetadataValue): unknown {
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (typeof value === 'object' && value !== null && 'read' in value && typeof value.read === 'function') {
		return { array: value.elementType, length: value.length };
	}
	return value;
}
