// Typed answers out of a checkpoint's metadata: every number with its bounds, every refusal with the key.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, LazyArray, MetadataArrayData, MetadataValue, StringTable } from './checkpoint.ts';
import { describe } from './json.ts';

/** What the getters need of a checkpoint. */
export type Metadata = Pick<Checkpoint, 'name' | 'metadata'>;

export type NumericArray = Exclude<MetadataArrayData, StringTable | readonly MetadataValue[] | BigUint64Array | BigInt64Array>;

/** A number from `min` to `max`, whole if `integer`; undefined where the file has none (JSON's null counts as none). */
export function getNumber(
	checkpoint: Metadata,
	key: string,
	bounds: { readonly min: number; readonly max: number; readonly integer?: boolean },
): number | undefined {
	const value = checkpoint.metadata.get(key);
	if (value === undefined || value === null) return undefined;
	const { min, max, integer = false } = bounds;
	const number = typeof value === 'bigint' ? Number(value) : value;
	if (typeof number === 'number' && number >= min && number <= max && (!integer || Number.isInteger(number))) return number;
	throw refuse(checkpoint, key, value, `${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`);
}

export function getString(checkpoint: Metadata, key: string): string | undefined {
	const value = checkpoint.metadata.get(key);
	if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
	throw refuse(checkpoint, key, value, 'a string');
}

export function getBoolean(checkpoint: Metadata, key: string): boolean | undefined {
	const value = checkpoint.metadata.get(key);
	if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
	throw refuse(checkpoint, key, value, 'true or false');
}

/** Reads an array of strings (GGUF) with at most `maxLength` entries. */
export async function readStrings(
	checkpoint: Metadata,
	key: string,
	maxLength: number,
	signal?: AbortSignal,
): Promise<StringTable | undefined> {
	const value = checkpoint.metadata.get(key);
	if (value === undefined) return undefined;
	if (!isLazyArray(value) || value.elementType !== 'string') throw refuse(checkpoint, key, value, 'an array of strings');
	checkLength(checkpoint, key, value, maxLength);
	return (await value.read(signal)) as StringTable;
}

/** Reads an array of numbers (GGUF, all types but 64-bit integers; JSON) with at most `maxLength` entries. */
export async function readNumbers(
	checkpoint: Metadata,
	key: string,
	maxLength: number,
	signal?: AbortSignal,
): Promise<NumericArray | undefined> {
	const value = checkpoint.metadata.get(key);
	if (value === undefined || value === null) return undefined;
	if (Array.isArray(value) && value.every((item) => typeof item === 'number')) {
		checkLength(checkpoint, key, value, maxLength);
		return Float64Array.from(value);
	}
	if (!isLazyArray(value) || !NUMERIC.has(value.elementType)) throw refuse(checkpoint, key, value, 'an array of numbers');
	checkLength(checkpoint, key, value, maxLength);
	return (await value.read(signal)) as NumericArray;
}

const NUMERIC: ReadonlySet<string> = new Set(['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'f64', 'bool']);

/** Is it an array of a GGUF file (and no JSON)? */
export function isLazyArray(value: MetadataValue | undefined): value is LazyArray {
	return (
		typeof value === 'object' &&
		value !== null &&
		'kind' in value &&
		'read' in value &&
		value.kind === 'array' &&
		typeof value.read === 'function'
	);
}

function checkLength(checkpoint: Metadata, key: string, { length }: { readonly length: number }, maxLength: number): void {
	if (length > maxLength) throw refuse(checkpoint, key, length, `at most ${maxLength} entries`);
}

function refuse({ name }: Metadata, key: string, value: MetadataValue, allowed: string): TongsaError {
	const got = isLazyArray(value) ? `${value.length} × ${value.elementType}` : typeof value === 'string' ? value : describe(value);
	return new TongsaError('malformed', 'a setting that cannot be', { file: name, field: key, got, allowed });
}
