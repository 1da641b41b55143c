// The texts in which a format writes calls of given tools: what binds a model that must call. The other side of reader.ts.

import { TongsaError } from '../../errors.ts';
import { ARGUMENTS, compileSchema } from '../schema/compile.ts';
import { byteOf, choice, EMPTY, literal, type Node, oneOfTexts, optional, repeat, sequence } from '../schema/nodes.ts';
import { isObject, type Schema, unsupported } from '../schema/read.ts';
import type { ArgumentForm, ToolFormat } from './formats.ts';
import type { Tool } from './types.ts';

/** Calls of one answer. */
const MAX_CALLS = 16;
const NO_ARGUMENTS: Schema = { type: 'object', properties: {}, additionalProperties: false };

/** What may be called, and how often. */
export interface Bound {
	readonly tools: readonly Tool[];
	/** Several calls in one answer. */
	readonly parallel: boolean;
}

/** @throws TongsaError 'unsupported', 'malformed', 'too-large' for a schema that cannot be enforced, naming the tool. */
export function callsNode(format: ToolFormat, { tools, parallel }: Bound): Node {
	const { shape, open, close, gap = '', section, separator = '' } = format;
	const body = choice(...tools.map((tool) => named(tool, () => callNode(format, tool))));
	const more = (between: Node, call: Node) => (parallel ? repeat(sequence(between, call), 0, MAX_CALLS - 1) : EMPTY);
	if (shape.kind === 'object' && shape.list) {
		return sequence(literal(`${open}[`), body, more(literal(', '), body), literal(`]${close}`));
	}
	if (shape.kind === 'named' && shape.args.kind === 'python') {
		return sequence(literal(open), body, more(literal(separator), body), literal(close));
	}
	const call = sequence(literal(open + gap), body, literal(shape.kind === 'object' ? gap + close : close));
	const calls = sequence(call, more(literal(separator), call));
	if (!section) return calls;
	return sequence(literal(section.open + gap), calls, literal(gap + section.close));
}

function named<T>(tool: Tool, make: () => T): T {
	try {
		return make();
	} catch (error) {
		if (!(error instanceof TongsaError)) throw error;
		throw new TongsaError(error.code, `the tool ${tool.function.name}: ${error.what}`, error.detail, { cause: error });
	}
}

/** One call, between its marks. */
function callNode({ shape, gap = '' }: ToolFormat, { function: { name, parameters } }: Tool): Node {
	const schema = parameters ?? NO_ARGUMENTS;
	if (shape.kind === 'object') {
		return sequence(literal(`{"name": ${JSON.stringify(name)}, "${shape.keys[0]}": `), objectNode(schema), literal('}'));
	}
	const { lead = '', id, between = '', after, args } = shape;
	const number = id === ':' ? sequence(literal(':'), byteOf([0x30, 0x39])) : EMPTY;
	return sequence(literal(lead + name), number, literal(between + after), argumentsNode(args, schema, gap));
}

const objectNode = (schema: Schema): Node => compileSchema({ type: 'object', ...schema });

function argumentsNode(form: ArgumentForm, schema: Schema, gap: string): Node {
	switch (form.kind) {
		case 'json':
			return sequence(literal(form.open ?? ''), objectNode(schema), literal(form.close ?? ''));
		case 'tags': {
			const { keyOpen, keyClose, valueClose, trim = false } = form;
			const line = trim ? '\n' : '';
			const entry = (name: string, value: Node) =>
				sequence(literal(keyOpen + name + keyClose + line), value, literal(`${line}${valueClose}\n`));
			return sequence(
				literal(gap),
				members(schema, entry, '', (property) => bareValue(property, schema, valueClose)),
			);
		}
		case 'pairs': {
			const { quote } = form;
			const entry = (name: string, value: Node) => sequence(literal(`${name}:`), value);
			return sequence(
				members(schema, entry, ',', (property) => quotedValue(property, schema, quote)),
				literal('}'),
			);
		}
		case 'python': {
			const entry = (name: string, value: Node) => sequence(literal(`${name}=`), value);
			return sequence(
				members(schema, entry, ', ', (property) => compileSchema(withDefinitions(property, schema))),
				literal(')'),
			);
		}
		default:
			return form satisfies never;
	}
}

const withDefinitions = (property: unknown, { $defs, definitions }: Schema): unknown =>
	isObject(property) ? { ...($defs !== undefined && { $defs }), ...(definitions !== undefined && { definitions }), ...property } : property;

/** An object's properties in the schema's order; those that are not required may be left out. */
function members(schema: Schema, entry: (name: string, value: Node) => Node, separator: string, value: (property: unknown) => Node): Node {
	const { properties = {}, required = [], ...other } = schema;
	if (!isObject(properties) || !Array.isArray(required)) throw unsupported('#', 'properties', 'an object of properties');
	const strange = Object.keys(other).find((key) => !ARGUMENTS.has(key));
	if (strange !== undefined) throw unsupported('#', strange, 'properties and required, where a model writes arguments one by one');
	const needed = new Set(required);
	let ends: readonly [Node, Node] = [EMPTY, EMPTY];
	for (const name of Object.keys(properties).toReversed()) {
		const member = entry(name, value(properties[name]));
		const [firstAfter, laterAfter] = ends;
		const asFirst = sequence(member, laterAfter);
		const asLater = sequence(literal(separator), member, laterAfter);
		ends = needed.has(name) ? [asFirst, asLater] : [choice(asFirst, firstAfter), choice(asLater, laterAfter)];
	}
	return ends[0];
}

const isText = (property: unknown): property is Schema => isObject(property) && property.type === 'string';

/** Texts that stand bare can be held to a list, not to a pattern or a length. */
function textNode(property: Schema, end: string): Node {
	if (Object.hasOwn(property, 'const') || property.enum !== undefined) {
		const values = Object.hasOwn(property, 'const') ? [property.const] : (property.enum as unknown[]);
		return oneOfTexts(values.map(String));
	}
	const bound = ['pattern', 'format', 'minLength', 'maxLength'].find((keyword) => property[keyword] !== undefined);
	if (bound !== undefined) throw unsupported('#', bound, 'none where the model writes texts without quotes');
	return freeText(end);
}

/** Any text in which nothing begins as the mark that ends it does. */
function freeText(end: string): Node {
	const [first, second] = new TextEncoder().encode(end) as unknown as [number, number];
	const without = (...bytes: readonly number[]) => {
		const ranges: [number, number][] = [];
		let from = 1;
		for (const byte of [...bytes].sort((a, b) => a - b)) {
			if (byte > from) ranges.push([from, byte - 1]);
			from = byte + 1;
		}
		ranges.push([from, 255]);
		return byteOf(...ranges);
	};
	return repeat(choice(without(first), sequence(byteOf([first, first]), without(first, second))), 0);
}

/** A value between tags: a text as it stands, else JSON. */
const bareValue = (property: unknown, root: Schema, end: string): Node =>
	isText(property) ? textNode(property, end) : compileSchema(withDefinitions(property, root));

/** A value of Gemma's form: texts between quotes of its own, wherever they stand. */
function quotedValue(property: unknown, root: Schema, quote: string): Node {
	if (isText(property)) return sequence(literal(quote), textNode(property, quote), literal(quote));
	if (!isObject(property)) throw unsupported('#', JSON.stringify(property), 'a schema with a type');
	const inner = (one: unknown) => quotedValue(one, root, quote);
	if (property.type === 'object') {
		const entry = (name: string, value: Node) => sequence(literal(`${name}:`), value);
		return sequence(literal('{'), members(property, entry, ',', inner), literal('}'));
	}
	if (property.type === 'array') {
		const item = inner(property.items);
		const least = Number(property.minItems ?? 0);
		const most = Number(property.maxItems ?? Number.POSITIVE_INFINITY);
		const some = sequence(item, repeat(sequence(literal(','), item), Math.max(0, least - 1), most - 1));
		return sequence(literal('['), least === 0 ? optional(some) : some, literal(']'));
	}
	if (['integer', 'number', 'boolean', 'null'].includes(String(property.type))) return compileSchema(property);
	throw unsupported(
		'#',
		JSON.stringify(property.type ?? property),
		'a type that this model writes: string, number, integer, boolean, array, object',
	);
}
