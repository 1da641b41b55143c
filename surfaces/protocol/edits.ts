// Selectors and replacements of `trace` as JSON: which point, and what happens to its values → what the library takes.

import { TongsaError } from '../../src/errors.ts';
import type { TraceOptions } from '../../src/model.ts';

type Replacement = NonNullable<TraceOptions['replace']>[number];
type At = Replacement['at'];
type Change = (old: number, other: number) => number;

/**
 * The edits, by their names. `values`: the edit brings numbers: one for all, one for each of the last dimension, or one for each
 * value that the selector picks (as `trace` gives them; null is −Infinity).
 *
 *     [{ "at": { "point": "attention.context", "layer": 0, "head": 3 }, "zero": true }]
 *     [{ "at": "blocks.5.output", "add": [0.1, …] }, { "at": "blocks.*.feedForward.output", "scale": 0.5 }]
 */
const EDITS: Readonly<Record<string, { readonly values: boolean; readonly change: Change }>> = {
	zero: { values: false, change: () => 0 },
	scale: { values: true, change: (old, factor) => old * factor },
	add: { values: true, change: (old, more) => old + more },
	set: { values: true, change: (_, other) => other },
};
const NAMES = Object.keys(EDITS).join(', ');
const AT_FIELDS = ['point', 'layer', 'head', 'token', 'encoder'];

/** A list for people: nobody writes a thousand by hand, and each costs a pass over its values. */
const MAX_EDITS = 1000;

/** @throws TongsaError 'usage' that names the field. */
export function readEdits(json: unknown, file: string): Replacement[] {
	if (!Array.isArray(json) || json.length === 0 || json.length > MAX_EDITS) {
		throw refused(
			'not a list of edits',
			file,
			'the whole',
			json,
			`1 to ${MAX_EDITS} of {"at": POINT, ${NAMES.replaceAll(', ', ' | ')}: …}`,
		);
	}
	return json.map((edit, i) => readEdit(edit, file, `[${i}]`));
}

function readEdit(edit: unknown, file: string, field: string): Replacement {
	if (!isObject(edit)) throw refused('not an edit', file, field, edit, `an object with at, and one of ${NAMES}`);
	const { at, ...rest } = edit;
	const names = Object.keys(rest);
	const [name] = names;
	if (names.length !== 1 || !EDITS[name!]) throw refused('not an edit', file, field, names.join(', '), `at, and one of ${NAMES}`);
	const { values, change } = EDITS[name!]!;
	if (!values && rest[name!] !== true) throw refused('not a switch', file, `${field}.${name}`, rest[name!], 'true');
	const numbers = values ? readNumbers(rest[name!], file, `${field}.${name}`) : [0];
	return { at: readAt(at, file, `${field}.at`), with: (data, shape, point) => changed(data, shape, point, numbers, change) };
}

/** Other values in place of those that the selector picks. */
function changed(data: Float32Array, shape: readonly number[], point: string, numbers: readonly number[], change: Change): Float32Array {
	const width = shape.at(-1)!;
	if (![1, width, data.length].includes(numbers.length)) {
		throw new TongsaError('wrong-shape', 'a replaced value has another shape', {
			field: point,
			got: `${numbers.length} values`,
			allowed: `1, ${width} (one row), or ${data.length} (all that is picked)`,
		});
	}
	return data.map((old, i) => change(old, numbers[i % numbers.length]!));
}

/** A name, or a selector. @throws TongsaError 'usage' that names the field. */
export function readAt(at: unknown, file: string, field: string): At {
	if (typeof at === 'string') return at;
	if (!isObject(at)) throw refused('not a point', file, field, at, 'a name ("blocks.3.attention.context") or {"point": …, "layer": …}');
	for (const [key, value] of Object.entries(at)) {
		const fits = key === 'point' ? typeof value === 'string' : key === 'encoder' ? typeof value === 'boolean' : Number.isInteger(value);
		if (!AT_FIELDS.includes(key)) throw refused('unknown field', file, `${field}.${key}`, value, AT_FIELDS.join(', '));
		if (!fits)
			throw refused('a field of another type', file, `${field}.${key}`, value, 'point a text, encoder true or false, else whole numbers');
	}
	if (at.point === undefined) throw refused('no point is named', file, `${field}.point`, undefined, 'a name such as attention.context');
	return at as unknown as At; // its words and numbers are checked against the model by the library
}

function readNumbers(value: unknown, file: string, field: string): number[] {
	const list = Array.isArray(value) ? (value.flat(Number.POSITIVE_INFINITY) as unknown[]) : [value];
	const numbers = list.map((one) => (one === null ? Number.NEGATIVE_INFINITY : one));
	const wrong = numbers.findIndex((one) => typeof one !== 'number' || Number.isNaN(Math.fround(one)));
	if (numbers.length === 0 || wrong >= 0)
		throw refused('not numbers', file, `${field}[${wrong}]`, list[wrong], 'a number, or a list of them');
	return numbers as number[];
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(what: string, file: string, field: string, got: unknown, allowed: string): TongsaError {
	return new TongsaError('usage', what, { file, field, got: JSON.stringify(got) ?? 'nothing', allowed });
}
