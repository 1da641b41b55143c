// JSON Schema (draft 2020-12, and what draft 7 spells otherwise) → the texts that satisfy it. What cannot be held while writing is
// refused by name, never ignored. Where a schema allows many spellings, one is written: properties in the schema's order, and those
// that it does not name only in objects that name none. https://json-schema.org/draft/2020-12/json-schema-validation

import { TongsaError } from '../../errors.ts';
import { ANY_CHARACTER } from './characters.ts';
import { exactText } from './exact.ts';
import { choice, EMPTY, literal, NEVER, type Node, oneOfTexts, optional, prune, repeat, sequence } from './nodes.ts';
import { FORMATS, patternNode } from './pattern.ts';
import { numberOf } from './range.ts';
import { bounds, checkApart, checkSize, isObject, listOf, malformed, type Schema, unsupported, valuesOf } from './read.ts';

/** A JSON Schema as plain data. */
export type JsonSchema = boolean | Schema;

/** Schemas within schemas, by way of references too. */
const MAX_NESTED = 500;
/** Letters of all patterns together: a class of characters becomes some hundred nodes. */
const MAX_PATTERN_UNITS = 8192;
/** Bytes that the shortest answer may need. */
const MAX_SHORTEST = 100_000;

const ANNOTATIONS = ['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', '$comment', '$schema', '$id'];
/** OpenAPI's words beside JSON Schema's: they bind nothing that the rest does not. */
const OPENAPI = ['example', 'discriminator', 'externalDocs', 'xml'];
const EVERYWHERE = new Set([...ANNOTATIONS, ...OPENAPI, '$defs', 'definitions', '$anchor', '$vocabulary']);
/** Keywords that may stand beside an object's properties without binding them further. */
export const ARGUMENTS: ReadonlySet<string> = new Set([...EVERYWHERE, 'type', 'additionalProperties', 'strict']);

/** Whether a keyword says nothing with this value: what holds anyway, and words of others' (x-…). */
function saysNothing(key: string, value: unknown, given: Schema): boolean {
	if (EVERYWHERE.has(key) || value === undefined || key.startsWith('x-')) return true;
	if (key === 'uniqueItems' || key === 'nullable') return value === false;
	// Formats of numbers (int32, double) are not JSON Schema's; of texts they bind.
	if (key === 'format') return given.type !== undefined && ![given.type].flat().includes('string');
	if (key === 'minLength' || key === 'minItems' || key === 'minProperties')
		return value === 0 && given.type !== undefined && !KEYWORDS[String(given.type)]?.includes(key);
	if (key === 'required') return Array.isArray(value) && value.length === 0;
	return key === 'unevaluatedProperties' && value === true;
}
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
/** Type → the keywords that bind it. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
	string: ['minLength', 'maxLength', 'pattern', 'format'],
	number: NUMBERS,
	integer: NUMBERS,
	boolean: [],
	null: [],
	array: ['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems'],
	object: ['properties', 'required', 'additionalProperties', 'propertyNames', 'minProperties', 'maxProperties'],
};
const TYPES = Object.keys(KEYWORDS);

const SPACES = repeat(literal(' '), 0, 32);
/** After a bracket or a comma: nothing, a space, or a new line and its indent. Never so much that a model loses itself in it. */
const GAP = choice(EMPTY, literal(' '), sequence(literal('\n'), SPACES));
const COLON = sequence(literal(':'), optional(literal(' ')));
const COMMA = sequence(literal(','), GAP);
const STRING = sequence(literal('"'), repeat(ANY_CHARACTER, 0), literal('"'));

/** @throws TongsaError 'unsupported' naming the keyword and where it stands; 'malformed', 'too-large'. */
export function compileSchema(schema: unknown): Node {
	checkSize(schema);
	const references = new Map<string, { kind: 'reference'; to?: Node }>();

	let patternUnits = 0;
	let nested = 0;

	function node(given: unknown, path: string): Node {
		if (++nested > MAX_NESTED) throw tooLarge('schemas within schemas', MAX_NESTED);
		const made = unbounded(given, path);
		nested--;
		return made;
	}

	function unbounded(given: unknown, path: string): Node {
		if (given === true) return ANYTHING;
		if (given === false) return NEVER;
		if (!isObject(given)) throw malformed(path, given, 'an object, true or false');
		const keys = Object.keys(given).filter((key) => !saysNothing(key, given[key], given));
		const only = (keyword: string, ...beside: string[]) => {
			const other = keys.find((key) => key !== keyword && !beside.includes(key));
			if (other !== undefined) throw unsupported(path, other, `nothing else beside ${keyword}`);
		};
		if (keys.includes('$ref')) {
			only('$ref');
			return reference(given.$ref, path);
		}
		if (keys.includes('const') || keys.includes('enum')) {
			only('const', 'enum', 'type');
			return oneOfTexts(valuesOf(given, path).map(exactText));
		}
		for (const keyword of ['anyOf', 'oneOf', 'allOf'] as const) {
			if (!keys.includes(keyword)) continue;
			only(keyword);
			const branches = listOf(given[keyword], `${path}.${keyword}`);
			if (keyword === 'allOf' && branches.length > 1) throw unsupported(path, 'allOf', 'one schema in it');
			if (keyword === 'oneOf') checkApart(branches.map(resolved), path);
			return choice(...branches.map((one, i) => node(one, `${path}.${keyword}[${i}]`)));
		}
		return typed(given, keys, path);
	}

	function typed(given: Schema, keys: readonly string[], path: string): Node {
		if (keys.length === 0) return ANYTHING;
		// Keywords bind values of their own type alone: without a type, one is taken that they bind.
		const types = given.type === undefined ? TYPES.filter((type) => KEYWORDS[type]!.includes(keys[0]!)).slice(0, 1) : [given.type].flat();
		const known = new Set(['type']);
		for (const type of types) {
			if (typeof type !== 'string' || !Object.hasOwn(KEYWORDS, type)) throw malformed(`${path}.type`, type, TYPES.join(', '));
			for (const keyword of KEYWORDS[type]!) known.add(keyword);
		}
		const other = keys.find((key) => !known.has(key));
		if (other !== undefined) throw unsupported(path, other, [...known].join(', '));
		return choice(...types.map((type) => MAKE[type as string]!(given, path)));
	}

	const MAKE: Readonly<Record<string, (given: Schema, path: string) => Node>> = {
		null: () => literal('null'),
		boolean: () => oneOfTexts(['true', 'false']),
		integer: (given, path) => numberOf(given, path, true),
		number: (given, path) => numberOf(given, path, false),
		string,
		array,
		object,
	};

	/** What a $ref points to, through others. */
	function resolved(given: unknown): unknown {
		let at = given;
		for (let steps = 0; isObject(at) && typeof at.$ref === 'string' && steps < MAX_NESTED; steps++) at = pointed(at.$ref);
		return at;
	}

	/** By JSON Pointer in a URI fragment (RFC 6901 §6); undefined where there is nothing. */
	function pointed(target: string): unknown {
		let at: unknown = schema;
		for (const part of target.split('/').slice(1)) {
			const name = percentDecoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
			at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Schema)[name] : undefined;
		}
		return at;
	}

	function reference(target: unknown, path: string): Node {
		if (typeof target !== 'string' || !/^#(?:\/|$)/.test(target)) throw unsupported(path, `$ref ${String(target)}`, '# and #/…');
		const known = references.get(target);
		if (known) return known;
		const made: { kind: 'reference'; to?: Node } = { kind: 'reference' };
		references.set(target, made);
		const at = pointed(target);
		if (at === undefined) throw malformed(path, target, 'a $ref to something in this schema');
		made.to = node(at, target);
		return made;
	}

	function string(given: Schema, path: string): Node {
		const { pattern, format } = given;
		const [least, most] = bounds(given, 'minLength', 'maxLength', path);
		const source = pattern ?? (format === undefined ? undefined : FORMATS[String(format)]);
		if (source === undefined) {
			if (format !== undefined) throw unsupported(path, `format ${String(format)}`, Object.keys(FORMATS).join(', '));
			return sequence(literal('"'), repeat(ANY_CHARACTER, least, most), literal('"'));
		}
		if (typeof source !== 'string') throw malformed(`${path}.pattern`, source, 'a text');
		patternUnits += source.length;
		if (patternUnits > MAX_PATTERN_UNITS) throw tooLarge('letters in patterns', MAX_PATTERN_UNITS);
		if (least > 0 || most < Number.POSITIVE_INFINITY)
			throw unsupported(path, 'minLength or maxLength', 'none beside a pattern or a format');
		return sequence(literal('"'), patternNode(source, `${path}.${pattern === undefined ? 'format' : 'pattern'}`), literal('"'));
	}

	function array(given: Schema, path: string): Node {
		const [least, most] = bounds(given, 'minItems', 'maxItems', path);
		const tuple = given.prefixItems ?? (Array.isArray(given.items) ? given.items : undefined);
		const rest = given.prefixItems === undefined && tuple !== undefined ? given.additionalItems : given.items;
		const first = tuple === undefined ? [] : listOf(tuple, `${path}.prefixItems`).map((one, i) => node(one, `${path}.prefixItems[${i}]`));
		const item = node(rest ?? true, `${path}.items`);
		if (most < first.length) throw unsupported(path, `maxItems ${most}`, `at least the ${first.length} prefixItems`);
		// A tuple is written with no more than it has to have.
		const fewest = Math.max(0, least - first.length);
		const others = rest === false ? 0 : tuple !== undefined ? fewest : most - first.length;
		if (others < fewest) return NEVER;
		const list = first.length === 0 ? listed(item, fewest, others) : sequence(joined(first), repeat(sequence(COMMA, item), fewest, others));
		return sequence(literal('['), GAP, list, GAP, literal(']'));
	}

	function object(given: Schema, path: string): Node {
		const properties = given.properties ?? {};
		const required = given.required ?? [];
		if (!isObject(properties)) throw malformed(`${path}.properties`, properties, 'an object');
		if (!Array.isArray(required)) throw malformed(`${path}.required`, required, 'a list of names');
		const needed = new Set(required.map(String));
		const names = [...new Set([...Object.keys(properties), ...needed])];
		const other = given.additionalProperties ?? true;
		const valueNode = (name: string) =>
			Object.hasOwn(properties, name) ? node(properties[name], `${path}.properties.${name}`) : node(other, `${path}.additionalProperties`);
		const [least, most] = bounds(given, 'minProperties', 'maxProperties', path);
		if (names.length === 0) {
			const key = given.propertyNames === undefined ? STRING : keyNode(given.propertyNames, `${path}.propertyNames`);
			const member = sequence(key, COLON, valueNode(''));
			return sequence(literal('{'), GAP, other === false ? (least > 0 ? NEVER : EMPTY) : listed(member, least, most), GAP, literal('}'));
		}
		if (least > 0 || most < Number.POSITIVE_INFINITY) throw unsupported(path, 'minProperties or maxProperties', 'none beside properties');
		/** From the i-th property on; the first that is written has no comma before it. Built from the end. */
		let ends: readonly [Node, Node] = [EMPTY, EMPTY];
		for (const name of names.toReversed()) {
			const member = sequence(literal(JSON.stringify(name)), COLON, valueNode(name));
			const [firstAfter, laterAfter] = ends;
			const asFirst = sequence(member, laterAfter);
			const asLater = sequence(COMMA, member, laterAfter);
			ends = needed.has(name) ? [asFirst, asLater] : [choice(asFirst, firstAfter), choice(asLater, laterAfter)];
		}
		return sequence(literal('{'), GAP, ends[0], GAP, literal('}'));
	}

	function keyNode(given: unknown, path: string): Node {
		if (!isObject(given) || (given.type ?? 'string') !== 'string') throw unsupported(path, JSON.stringify(given), 'a schema of strings');
		return node({ type: 'string', ...given }, path);
	}

	const root = node(schema, '#');
	const shortest = prune(root);
	if (shortest === Number.POSITIVE_INFINITY) throw new TongsaError('unsupported', 'no value that ends satisfies the schema');
	if (shortest > MAX_SHORTEST) {
		throw new TongsaError('too-large', 'the shortest value of the schema is too long', {
			got: `${shortest} bytes`,
			allowed: `at most ${MAX_SHORTEST}`,
		});
	}
	return root;
}

/** A % that begins no code stands for itself. */
function percentDecoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

const tooLarge = (what: string, most: number) => new TongsaError('too-large', `too many ${what}`, { allowed: `at most ${most}` });

const joined = (nodes: readonly Node[]): Node => sequence(...nodes.flatMap((one, i) => (i === 0 ? [one] : [COMMA, one])));

/** Items between commas, so many of them. */
function listed(item: Node, least: number, most: number): Node {
	if (most === 0) return EMPTY;
	const some = sequence(item, repeat(sequence(COMMA, item), Math.max(0, least - 1), most - 1));
	return least === 0 ? optional(some) : some;
}

/** Any JSON value. */
const ANYTHING: Node = (() => {
	const any: Node = { kind: 'reference' };
	const member = sequence(STRING, COLON, any);
	any.to = choice(
		STRING,
		numberOf({}, '#', false),
		oneOfTexts(['true', 'false', 'null']),
		sequence(literal('['), GAP, listed(any, 0, Number.POSITIVE_INFINITY), GAP, literal(']')),
		sequence(literal('{'), GAP, listed(member, 0, Number.POSITIVE_INFINITY), GAP, literal('}')),
	);
	return any;
})();
