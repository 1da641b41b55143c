// Typed fields of a JSON object out of a file: what is missing or of another type is refused with its name.

import { TongsaError } from '../../errors.ts';
import type { MetadataValue } from '../../formats/checkpoint.ts';
import { describe, isObject } from '../../formats/json.ts';

export type Json = MetadataValue | undefined;
export type JsonObject = Readonly<Record<string, MetadataValue>>;

/** Where a value stands, for messages: the file, and the path in it. */
export interface Place {
	readonly file: string;
	readonly field: string;
}

export const under = ({ file, field }: Place, name: string): Place => ({ file, field: field === '' ? name : `${field}.${name}` });

export function refuse(place: Place, got: Json, allowed: string): TongsaError {
	return new TongsaError('malformed', 'a field that cannot be', { ...place, got: describe(got), allowed });
}

export function objectAt(value: Json, place: Place): JsonObject {
	if (isObject(value)) return value;
	throw refuse(place, value, 'an object {…}');
}

export function arrayAt(value: Json, place: Place): readonly MetadataValue[] {
	if (Array.isArray(value)) return value;
	throw refuse(place, value, 'an array […]');
}

export function stringAt(value: Json, place: Place): string {
	if (typeof value === 'string') return value;
	throw refuse(place, value, 'a string');
}

export function numberAt(value: Json, place: Place): number {
	if (typeof value === 'number') return value;
	throw refuse(place, value, 'a number');
}

export function wholeAt(value: Json, place: Place, max: number): number {
	if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
	throw refuse(place, value, `a whole number from 0 to ${max}`);
}

/** true or false; `otherwise` where the field is absent. */
export function booleanAt(value: Json, place: Place, otherwise?: boolean): boolean {
	if (value === undefined && otherwise !== undefined) return otherwise;
	if (typeof value === 'boolean') return value;
	throw refuse(place, value, 'true or false');
}

/** One of the names; the known ones are listed. */
export function nameAt<T extends string>(value: Json, place: Place, names: readonly T[], otherwise?: T): T {
	if (value === undefined && otherwise !== undefined) return otherwise;
	const found = names.find((name) => name === value);
	if (found !== undefined) return found;
	throw new TongsaError('unsupported', 'unknown name', { ...place, got: JSON.stringify(value) ?? 'nothing', allowed: names.join(', ') });
}
