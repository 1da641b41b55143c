// Reading a schema: bounded, checked, every refusal with the place where it stands.

import { TongsaError } from '../../errors.ts';
import { exactText } from './exact.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** Values in the whole schema, and how deep they stand: more than any form that people fill in. */
const MAX_VALUES = 20_000;
const MAX_DEPTH = 100;
/** UTF-16 units of all its texts. */
const MAX_UNITS = 262_144;
/** Branches of a oneOf, each compared with each. */
const MAX_APART = 256;
/** Longest list or text that a bound asks for. */
const MAX_BOUND = 1_000_000;

export const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

export const unsupported = (field: string, got: string, allowed: string) =>
	new TongsaError('unsupported', 'this part of the schema cannot be enforced while writing', { field, got, allowed });
export const malformed = (field: string, got: unknown, allowed: string) =>
	new TongsaError('malformed', 'not a JSON Schema', { field, got: exactText(got), allowed });

/** @throws TongsaError 'too-large' */
export function checkSize(schema: unknown): void {
	let units = 0;
	let values = 0;
	let level: unknown[] = [schema];
	for (let depth = 0; level.length > 0; depth++) {
		values += level.length;
		const next: unknown[] = [];
		for (const value of level) {
			if (typeof value === 'string') units += value.length;
			if (typeof value !== 'object' || value === null) continue;
			for (const key of Array.isArray(value) ? [] : Object.keys(value)) units += key.length;
			for (const one of Object.values(value)) next.push(one);
			if (next.length > MAX_VALUES) break;
		}
		if (depth > MAX_DEPTH || values > MAX_VALUES || units > MAX_UNITS) {
			throw new TongsaError('too-large', 'the schema is too large', {
				allowed: `at most ${MAX_VALUES} values, ${MAX_DEPTH} levels, ${MAX_UNITS} characters`,
			});
		}
		level = next;
	}
}

export function listOf(value: unknown, field: string): readonly unknown[] {
	if (!Array.isArray(value) || value.length === 0) throw malformed(field, value, 'a list that is not empty');
	return value;
}

/** A least and a most count. */
export function bounds(given: Schema, least: string, most: string, path: string): readonly [number, number] {
	const [low, high] = [least, most].map((keyword, i) => {
		const value = given[keyword];
		if (value === undefined) return i === 0 ? 0 : Number.POSITIVE_INFINITY;
		if (!Number.isInteger(value) || (value as number) < 0) throw malformed(`${path}.${keyword}`, value, 'a whole number of at least 0');
		if (i === 1) return (value as number) > MAX_BOUND ? Number.POSITIVE_INFINITY : (value as number);
		if ((value as number) > MAX_BOUND) throw unsupported(path, `${keyword} ${value}`, `at most ${MAX_BOUND}`);
		return value as number;
	}) as [number, number];
	if (low > high) throw malformed(path, low, `${least} of at most ${most}, ${high}`);
	return [low, high];
}

/** Those of const or enum that are of the type. */
export function valuesOf(given: Schema, path: string): readonly unknown[] {
	const all = Object.hasOwn(given, 'const') ? [given.const] : listOf(given.enum, `${path}.enum`);
	if (given.type === undefined) return all;
	const types = [given.type].flat();
	const fitting = all.filter((value) => typesOf(value).some((type) => types.includes(type)));
	if (fitting.length === 0) throw malformed(path, exactText(all), `values of type ${types.join(', ')}`);
	return fitting;
}

function typesOf(value: unknown): readonly string[] {
	if (value === null) return ['null'];
	if (Array.isArray(value)) return ['array'];
	if (typeof value === 'bigint') return ['integer', 'number'];
	if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
	return [typeof value];
}

/**
 * oneOf wants exactly one branch to fit, anyOf at least one. They are the same where no value fits two: branches of different types, or
 * objects that are told apart by a required property with one value each.
 */
export function checkApart(branches: readonly unknown[], path: string): void {
	if (branches.length > MAX_APART) throw unsupported(path, `oneOf of ${branches.length}`, `at most ${MAX_APART} branches; else use anyOf`);
	const marks = branches.map((one): Schema | undefined => (isObject(one) ? one : undefined));
	const apart = (a: Schema, b: Schema): boolean => {
		const [typesA, typesB] = [kindsOf(a), kindsOf(b)];
		if (typesA && typesB && !typesA.some((type) => typesB.includes(type))) return true;
		const [propertiesA, propertiesB] = [a.properties, b.properties];
		if (!isObject(propertiesA) || !isObject(propertiesB)) return !sharesValue(constants(a), constants(b));
		return Object.keys(propertiesA).some((name) => {
			const both = [a, b].every(({ required }) => Array.isArray(required) && required.includes(name));
			return both && !sharesValue(constants(propertiesA[name]), constants(propertiesB[name]));
		});
	};
	for (const [i, a] of marks.entries()) {
		for (const b of marks.slice(i + 1)) {
			if (!a || !b || !apart(a, b))
				throw unsupported(path, 'oneOf', 'branches that are told apart by type or by a constant; else use anyOf');
		}
	}
}

/** An integer is a number too. */
const kindsOf = ({ type }: Schema): readonly unknown[] | undefined =>
	type === undefined ? undefined : [type].flat().map((one) => (one === 'integer' ? 'number' : one));

function constants(given: unknown): readonly string[] | undefined {
	if (!isObject(given)) return undefined;
	if (Object.hasOwn(given, 'const')) return [exactText(given.const)];
	return Array.isArray(given.enum) ? given.enum.map(exactText) : undefined;
}

const sharesValue = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
	!a || !b || a.some((one) => b.includes(one));
