// Metadata reader: a checkpoint's keys as checked numbers, flags and lists. What contradicts or exceeds its bound is refused by name.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, LazyArray, MetadataValue } from '../formats/checkpoint.ts';
import { isLazyArray } from '../formats/get.ts';
import { describe } from '../formats/json.ts';

/** Longest array that is read as a setting (per-layer heads, windows, rope divisors): no model has more layers or pairs than this. */
const MAX_SETTING_ARRAY = 65_536;
/** No published model is wider, deeper or has a larger vocabulary; beyond it a product of two sizes would leave the exact integers. */
const MAX_SIZE = 2 ** 24;

export interface Metadata {
	/** general.architecture or model_type. */
	readonly architecture: string | undefined;
	readonly format: Checkpoint['format'];
	/** Model file's name, for messages. */
	readonly file: string;
	/** Every key that a value has been asked for. */
	readonly asked: ReadonlySet<string>;
	/** The first of `keys` that is present and not null. Does not count as asking. */
	value(...keys: string[]): MetadataValue | undefined;
	/** Whether the key is there without a value, which may mean 'off' where its absence means a default. */
	isNull(key: string): boolean;
	/** A size: a whole number from 1 to MAX_SIZE. Required unless a default is given. */
	size(keys: string | readonly string[], fallback?: number): number;
	/** A size, or undefined where there is none: 0 counts as none. */
	optionalSize(keys: string | readonly string[]): number | undefined;
	/** A finite number. Required unless a default is given. */
	number(keys: string | readonly string[], fallback?: number): number;
	flag(keys: string | readonly string[], fallback: boolean): boolean;
	text(keys: string | readonly string[], fallback?: string): string;
	list(keys: string | readonly string[]): readonly MetadataValue[] | undefined;
	/** The keys of a nested object (config.json only) over `defaults`, or undefined. */
	inside(key: string, defaults?: Readonly<Record<string, MetadataValue>>): Metadata | undefined;
	/** Whether a tensor of this name is stored. */
	hasTensor(name: string): boolean;
	/** Shape of the first of these tensors that is stored. */
	shape(...names: string[]): readonly number[] | undefined;
	fail(key: string, got: MetadataValue | undefined, allowed: string): never;
}

/** Reads the short arrays too, so that the families' files can stay plain data. */
export async function openMetadata(checkpoint: Checkpoint, signal?: AbortSignal): Promise<Metadata> {
	const named = checkpoint.metadata.get(checkpoint.format === 'gguf' ? 'general.architecture' : 'model_type');
	const architecture = typeof named === 'string' ? named : undefined;
	const values = new Map<string, MetadataValue>();
	const prefix = checkpoint.format === 'gguf' ? `${architecture}.` : '';
	for (const [key, value] of checkpoint.metadata) {
		if (!key.startsWith(prefix)) continue;
		const short = key.slice(prefix.length);
		values.set(short, isLazyArray(value) ? await readSetting(value, signal) : value);
	}
	return reader(checkpoint, architecture, values);
}

async function readSetting(array: LazyArray, signal?: AbortSignal): Promise<MetadataValue> {
	if (array.length > MAX_SETTING_ARRAY || array.elementType === 'string') return null;
	const data = await array.read(signal);
	return 'kind' in data ? null : Array.from(data as ArrayLike<number | bigint>);
}

function reader(checkpoint: Checkpoint, architecture: string | undefined, values: ReadonlyMap<string, MetadataValue>): Metadata {
	const list = (keys: string | readonly string[]): readonly string[] => (typeof keys === 'string' ? [keys] : keys);
	const asked = new Set<string>();
	/** A list of equal numbers, one a block, says what one number would. llama.cpp llama-model-loader.cpp, get_key_or_arr */
	const one = (value: MetadataValue | undefined): MetadataValue | undefined =>
		Array.isArray(value) && value.length > 0 && value.every((item) => item === value[0]) ? value[0] : value;
	const look = (keys: readonly string[]): [string, MetadataValue | undefined] => {
		for (const key of keys) {
			const value = values.get(key);
			if (value !== undefined && value !== null) return [key, value];
		}
		return [keys[0]!, undefined];
	};
	const find: typeof look = (keys) => {
		for (const key of keys) asked.add(key);
		return look(keys);
	};
	const fail = (key: string, got: MetadataValue | undefined, allowed: string): never => {
		throw new TongsaError('malformed', got === undefined ? 'a setting is missing' : 'a setting has a value that does not fit', {
			file: checkpoint.name,
			field: key,
			...(got === undefined ? {} : { got: typeof got === 'string' ? got : describe(got) }),
			allowed,
		});
	};
	const metadata: Metadata = {
		architecture,
		format: checkpoint.format,
		file: checkpoint.name,
		asked,
		value: (...keys) => look(keys)[1],
		isNull: (key) => values.get(key) === null,
		size(keys, fallback) {
			const [key, value] = find(list(keys));
			if (value === undefined && fallback !== undefined) return fallback;
			const single = one(value);
			const n = typeof single === 'bigint' ? Number(single) : single;
			if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > MAX_SIZE)
				return fail(key, value, `a whole number from 1 to ${MAX_SIZE}`);
			return n;
		},
		optionalSize(keys) {
			const value = one(find(list(keys))[1]);
			return value === undefined || value === 0 || value === 0n ? undefined : metadata.size(keys);
		},
		number(keys, fallback) {
			const [key, value] = find(list(keys));
			if (value === undefined && fallback !== undefined) return fallback;
			const single = one(value);
			const n = typeof single === 'bigint' ? Number(single) : single;
			if (typeof n !== 'number' || !Number.isFinite(n)) return fail(key, value, 'a finite number');
			return n;
		},
		flag(keys, fallback) {
			const [key, value] = find(list(keys));
			if (value === undefined) return fallback;
			if (typeof value !== 'boolean') return fail(key, value, 'true or false');
			return value;
		},
		text(keys, fallback) {
			const [key, value] = find(list(keys));
			if (value === undefined && fallback !== undefined) return fallback;
			if (typeof value !== 'string') return fail(key, value, 'a text');
			return value;
		},
		list(keys) {
			const [key, value] = find(list(keys));
			if (value === undefined) return undefined;
			if (!Array.isArray(value)) return fail(key, value, 'a list');
			return value;
		},
		inside(key, defaults = {}) {
			const value = values.get(key);
			if (value === undefined || value === null) return undefined;
			if (typeof value !== 'object' || Array.isArray(value)) return fail(key, value, 'an object');
			return reader(checkpoint, architecture, new Map(Object.entries({ ...defaults, ...value })));
		},
		hasTensor: (name) => checkpoint.tensors.has(name),
		shape: (...names) => names.map((name) => checkpoint.tensors.get(name)?.shape).find((shape) => shape !== undefined),
		fail,
	};
	return metadata;
}
