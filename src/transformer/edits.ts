// Edits: replacements as data, so that they can stand in a small JSON file. Each names a point and what to do to some heads or tokens of it.

import { TongsaError } from '../errors.ts';
import type { Replace } from './listen.ts';
import type { Selector } from './select.ts';

/**
 * One of set, add and multiply: a number for every value, or a list that is laid over each row (the last dimension).
 *
 *     { "at": "blocks.3.attention.context", "head": 2, "set": 0 }          silences a head
 *     { "at": "blocks.5.output", "token": -1, "add": [0.1, …] }           adds a vector of D values to the last token
 */
export interface Edit {
	readonly at: string;
	/** Every head when absent. */
	readonly head?: number;
	/** Every token when absent. */
	readonly token?: number;
	readonly set?: number | readonly number[];
	readonly add?: number | readonly number[];
	readonly multiply?: number | readonly number[];
}

const OPERATIONS = {
	set: (_old: number, value: number): number => value,
	add: (old: number, value: number): number => old + value,
	multiply: (old: number, value: number): number => old * value,
} as const;
const KEYS = ['at', 'head', 'token', ...Object.keys(OPERATIONS)];

/** Checks what came from a JSON file. @throws TongsaError 'usage' that names the entry and the key. */
export function parseEdits(json: unknown): Edit[] {
	if (!Array.isArray(json)) throw bad('the file', typeof json, 'a list of edits');
	return json.map((entry: unknown, i) => {
		const where = `edit ${i}`;
		if (typeof entry !== 'object' || entry === null) throw bad(where, String(entry), `an object with ${KEYS.join(', ')}`);
		const edit = entry as Record<string, unknown>;
		const unknown = Object.keys(edit).find((key) => !KEYS.includes(key));
		if (unknown) throw bad(`${where}, ${unknown}`, unknown, KEYS.join(', '));
		if (typeof edit.at !== 'string') throw bad(`${where}, at`, String(edit.at), 'the name of a point');
		for (const key of ['head', 'token']) {
			if (edit[key] !== undefined && !Number.isInteger(edit[key])) throw bad(`${where}, ${key}`, String(edit[key]), 'a whole number');
		}
		const operations = Object.keys(OPERATIONS).filter((key) => edit[key] !== undefined);
		if (operations.length !== 1) throw bad(where, operations.join(', ') || 'none of them', 'one of set, add, multiply');
		const value = edit[operations[0]!];
		const values: readonly unknown[] = Array.isArray(value) ? value : [value];
		if (values.length === 0 || !values.every((v) => typeof v === 'number'))
			throw bad(`${where}, ${operations[0]}`, String(value), 'a number or a list of numbers');
		return edit as unknown as Edit;
	});
}

function bad(field: string, got: string, allowed: string): TongsaError {
	return new TongsaError('usage', 'an edit that cannot be read', { field, got, allowed });
}

/** An edit as trace takes it. */
export function replacementOf(edit: Edit): { readonly at: Selector; readonly with: Replace } {
	const [name, operation] = Object.entries(OPERATIONS).find(([key]) => edit[key as keyof typeof OPERATIONS] !== undefined)!;
	const value = edit[name as keyof typeof OPERATIONS]!;
	return {
		at: edit.at,
		with(data, shape, point) {
			const [rows, width] = shape.slice(-2) as [number, number];
			const heads = data.length / (rows * width);
			const head = edit.head === undefined ? undefined : within('head', edit.head, shape.length === 3 ? heads : 0, point);
			const token = edit.token === undefined ? undefined : within('token', edit.token, rows, point);
			if (typeof value !== 'number' && value.length !== width) {
				throw new TongsaError('wrong-shape', 'an edit does not fit its point', {
					field: point,
					got: `${value.length} values`,
					allowed: `a number or ${width} values`,
				});
			}
			return data.map((old, i) => {
				const row = Math.floor(i / width);
				const edited = (head === undefined || Math.floor(row / rows) === head) && (token === undefined || row % rows === token);
				return edited ? operation(old, typeof value === 'number' ? value : value[i % width]!) : old;
			});
		},
	};
}

function within(what: string, wanted: number, count: number, point: string): number {
	const at = wanted < 0 ? count + wanted : wanted;
	if (at >= 0 && at < count) return at;
	throw new TongsaError('out-of-range', `no such ${what} at ${point}`, {
		field: what,
		got: wanted,
		allowed: count === 0 ? 'none: the point has no heads' : `${-count} to ${count - 1}`,
	});
}
