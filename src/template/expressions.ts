// Tokens → expressions. As the second half of jinja2/parser.py: what binds tighter stands further down.

import { fail } from './failure.ts';
import type { Token, TokenType } from './lexer.ts';
import type { Arguments, BinaryOp, CompareOp, Expr } from './syntax.ts';

/** Brackets inside brackets, and terms in a row: Python's own parser stops at 100 and at some hundreds. */
const MAX_NESTING = 100;
const MAX_ROW = 400;

/** Tokens, and where one stands in them. */
export class Tokens {
	readonly #tokens: readonly Token[];
	#at = 0;
	#depth = 0;

	constructor(tokens: readonly Token[]) {
		this.#tokens = tokens;
	}

	get current(): Token {
		return this.#tokens[this.#at]!;
	}

	/** The token after the current one. */
	get look(): Token {
		return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
	}

	next(): Token {
		const token = this.current;
		if (token.type !== 'eof') this.#at++;
		return token;
	}

	/** Whether the current token is of this type, and this text where one is given. */
	is(type: TokenType, value?: string): boolean {
		return this.current.type === type && (value === undefined || this.current.value === value);
	}

	isOperator = (value: string): boolean => this.is('operator', value);

	skip(type: TokenType, value?: string): boolean {
		if (!this.is(type, value)) return false;
		this.next();
		return true;
	}

	skipOperator = (value: string): boolean => this.skip('operator', value);

	expect(type: TokenType, value?: string): Token {
		if (this.is(type, value)) return this.next();
		const wanted = value ?? TAG_ENDS[type] ?? type;
		if (this.current.type === 'eof') return this.fail(`unexpected end of template, expected '${wanted}'.`);
		return this.fail(`expected token '${wanted}', got '${described(this.current)}'`);
	}

	expectOperator = (value: string): Token => this.expect('operator', value);

	fail(message: string, line = this.current.line): never {
		return fail('TemplateSyntaxError', message, line);
	}

	/** Runs what may contain itself. */
	nested<T>(parse: () => T): T {
		if (++this.#depth > MAX_NESTING) this.fail('more than 100 brackets or tags inside each other');
		const result = parse();
		this.#depth--;
		return result;
	}
}

const TAG_ENDS: Partial<Record<TokenType, string>> = {
	block_end: 'end of statement block',
	variable_end: 'end of print statement',
};

const described = (token: Token): string => TAG_ENDS[token.type] ?? token.value;

/** Ends of a tuple without brackets. */
const endsTuple = (tokens: Tokens, end?: string): boolean =>
	tokens.is('variable_end') || tokens.is('block_end') || tokens.isOperator(')') || (end !== undefined && tokens.is('name', end));

export interface TupleRules {
	/** Names and literals only, as in a target. */
	readonly simple?: boolean;
	/** `a if b` (default true). */
	readonly conditions?: boolean;
	/** A name that ends it. */
	readonly end?: string;
	readonly brackets?: boolean;
	readonly namespaces?: boolean;
}

/** One expression, or a tuple where commas stand between several. */
export function parseTuple(tokens: Tokens, rules: TupleRules = {}): Expr {
	const { simple = false, conditions = true, end, brackets = false, namespaces = false } = rules;
	const items: Expr[] = [];
	let tuple = false;
	for (;;) {
		if (items.length > 0) tokens.expectOperator(',');
		if (endsTuple(tokens, end)) break;
		items.push(simple ? parsePrimary(tokens, namespaces) : parseExpression(tokens, conditions));
		if (!tokens.isOperator(',')) break;
		tuple = true;
	}
	if (!tuple) {
		if (items.length > 0) return items[0]!;
		if (!brackets) tokens.fail(`Expected an expression, got '${described(tokens.current)}'`);
	}
	return { kind: 'tuple', items };
}

export function parseExpression(tokens: Tokens, conditions = true): Expr {
	return tokens.nested(() => (conditions ? parseCondition(tokens) : parseOr(tokens)));
}

function parseCondition(tokens: Tokens): Expr {
	let node = parseOr(tokens);
	for (const row = rowOf(tokens); tokens.is('name', 'if'); ) {
		row();
		const { line } = tokens.next();
		const test = parseOr(tokens);
		const otherwise = tokens.skip('name', 'else') ? tokens.nested(() => parseCondition(tokens)) : undefined;
		node = { kind: 'condexpr', test, chosen: node, otherwise, line };
	}
	return node;
}

/** Counts terms in a row: each lies one deeper in the tree. */
function rowOf(tokens: Tokens): () => void {
	let count = 0;
	return () => {
		if (++count > MAX_ROW) tokens.fail(`more than ${MAX_ROW} terms in a row`);
	};
}

/** Left to right: operand, then operators of one strength with their operands. */
function parseRow(tokens: Tokens, operand: (tokens: Tokens) => Expr, operators: readonly BinaryOp[]): Expr {
	let left = operand(tokens);
	const row = rowOf(tokens);
	for (;;) {
		const { type, value } = tokens.current;
		const op = type === 'operator' || type === 'name' ? operators.find((known) => known === value) : undefined;
		if (!op || (type === 'name') !== (op === 'and' || op === 'or')) return left;
		row();
		tokens.next();
		left = { kind: 'binary', op, left, right: operand(tokens) };
	}
}

const parseOr = (tokens: Tokens): Expr => parseRow(tokens, parseAnd, ['or']);
const parseAnd = (tokens: Tokens): Expr => parseRow(tokens, parseNot, ['and']);

function parseNot(tokens: Tokens): Expr {
	if (!tokens.skip('name', 'not')) return parseCompare(tokens);
	return { kind: 'unary', op: 'not', node: tokens.nested(() => parseNot(tokens)) };
}

const COMPARES: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

function parseCompare(tokens: Tokens): Expr {
	const first = parseSum(tokens);
	const ops: (readonly [CompareOp, Expr])[] = [];
	for (const row = rowOf(tokens); ; row()) {
		if (tokens.is('operator') && COMPARES.includes(tokens.current.value)) ops.push([tokens.next().value as CompareOp, parseSum(tokens)]);
		else if (tokens.skip('name', 'in')) ops.push(['in', parseSum(tokens)]);
		else if (tokens.is('name', 'not') && tokens.look.type === 'name' && tokens.look.value === 'in') {
			tokens.next();
			tokens.next();
			ops.push(['notin', parseSum(tokens)]);
		} else break;
	}
	return ops.length > 0 ? { kind: 'compare', first, ops } : first;
}

const parseSum = (tokens: Tokens): Expr => parseRow(tokens, parseConcat, ['+', '-']);

function parseConcat(tokens: Tokens): Expr {
	const items = [parseProduct(tokens)];
	while (tokens.skipOperator('~')) items.push(parseProduct(tokens));
	return items.length === 1 ? items[0]! : { kind: 'concat', items };
}

const parseProduct = (tokens: Tokens): Expr => parseRow(tokens, parsePower, ['*', '/', '//', '%']);
const parsePower = (tokens: Tokens): Expr => parseRow(tokens, (rest) => parseUnary(rest, true), ['**']);

function parseUnary(tokens: Tokens, filters: boolean): Expr {
	let node: Expr;
	if (tokens.isOperator('-') || tokens.isOperator('+')) {
		const op = tokens.next().value as '-' | '+';
		node = { kind: 'unary', op, node: tokens.nested(() => parseUnary(tokens, false)) };
	} else node = parsePrimary(tokens, false);
	node = parsePostfix(tokens, node);
	return filters ? parseFilters(tokens, node) : node;
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
	true: true,
	True: true,
	false: false,
	False: false,
	none: null,
	None: null,
};

export function parsePrimary(tokens: Tokens, namespaces: boolean): Expr {
	const { type, value } = tokens.current;
	if (type === 'name') {
		tokens.next();
		if (Object.hasOwn(CONSTANTS, value)) return { kind: 'const', value: CONSTANTS[value]! };
		if (namespaces && tokens.skipOperator('.')) return { kind: 'nsref', name: value, attr: tokens.expect('name').value };
		return { kind: 'name', name: value, role: 'load' };
	}
	if (type === 'string') {
		let text = '';
		while (tokens.is('string')) text += tokens.next().value;
		return { kind: 'const', value: text };
	}
	if (type === 'integer' || type === 'float') {
		tokens.next();
		const digits = value.replaceAll('_', '');
		if (type === 'integer' && digits.length > 4300) tokens.fail('Exceeds the limit (4300 digits) for integer string conversion');
		return { kind: 'const', value: type === 'integer' ? BigInt(digits.toLowerCase()) : Number(digits) };
	}
	if (tokens.skipOperator('(')) {
		const node = tokens.nested(() => parseTuple(tokens, { brackets: true }));
		tokens.expectOperator(')');
		return node;
	}
	if (tokens.skipOperator('[')) return { kind: 'list', items: separated(tokens, ']', () => parseExpression(tokens)) };
	if (tokens.skipOperator('{')) {
		const items = separated(tokens, '}', () => {
			const key = parseExpression(tokens);
			tokens.expectOperator(':');
			return [key, parseExpression(tokens)] as const;
		});
		return { kind: 'dict', items };
	}
	return tokens.fail(`unexpected '${described(tokens.current)}'`);
}

/** Items with commas between them, and perhaps after the last. */
function separated<T>(tokens: Tokens, end: string, item: () => T): T[] {
	const items: T[] = [];
	while (!tokens.isOperator(end)) {
		if (items.length > 0) tokens.expectOperator(',');
		if (tokens.isOperator(end)) break;
		items.push(item());
	}
	tokens.expectOperator(end);
	return items;
}

/** What stands right behind: .name, [index], (arguments). */
function parsePostfix(tokens: Tokens, first: Expr): Expr {
	let node = first;
	for (const row = rowOf(tokens); ; row()) {
		if (tokens.isOperator('.') || tokens.isOperator('[')) node = parseSubscript(tokens, node);
		else if (tokens.isOperator('(')) node = { kind: 'call', node, ...parseArguments(tokens) };
		else return node;
	}
}

function parseFilters(tokens: Tokens, first: Expr): Expr {
	let node = first;
	for (const row = rowOf(tokens); ; row()) {
		if (tokens.isOperator('|')) node = parseFilter(tokens, node)!;
		else if (tokens.is('name', 'is')) node = parseTest(tokens, node);
		else if (tokens.isOperator('(')) node = { kind: 'call', node, ...parseArguments(tokens) };
		else return node;
	}
}

function parseSubscript(tokens: Tokens, node: Expr): Expr {
	if (tokens.skipOperator('.')) {
		const attr = tokens.next();
		if (attr.type === 'name') return { kind: 'getattr', node, attr: attr.value };
		if (attr.type !== 'integer') tokens.fail('expected name or number', attr.line);
		return { kind: 'getitem', node, arg: { kind: 'const', value: BigInt(attr.value.replaceAll('_', '').toLowerCase()) } };
	}
	tokens.expectOperator('[');
	const items: Expr[] = [];
	while (!tokens.isOperator(']')) {
		if (items.length > 0) tokens.expectOperator(',');
		items.push(parseSubscripted(tokens));
	}
	tokens.expectOperator(']');
	return { kind: 'getitem', node, arg: items.length === 1 ? items[0]! : { kind: 'tuple', items } };
}

/** An index, or start:stop:step. */
function parseSubscripted(tokens: Tokens): Expr {
	const start = tokens.isOperator(':') ? undefined : parseExpression(tokens);
	if (start && !tokens.isOperator(':')) return start;
	tokens.expectOperator(':');
	const part = () => (tokens.isOperator(':') || tokens.isOperator(']') || tokens.isOperator(',') ? undefined : parseExpression(tokens));
	const stop = part();
	const step = tokens.skipOperator(':') ? part() : undefined;
	return { kind: 'slice', start, stop, step };
}

function parseArguments(tokens: Tokens): Arguments {
	const { line } = tokens.expectOperator('(');
	const args: Expr[] = [];
	const kwargs: (readonly [string, Expr])[] = [];
	let rest: Expr | undefined;
	let restKwargs: Expr | undefined;
	const ensure = (right: boolean) => {
		if (!right) tokens.fail('invalid syntax for function call expression', line);
	};
	for (let first = true; !tokens.isOperator(')'); first = false) {
		if (!first) {
			tokens.expectOperator(',');
			if (tokens.isOperator(')')) break;
		}
		if (tokens.skipOperator('*')) {
			ensure(!rest && !restKwargs);
			rest = parseExpression(tokens);
		} else if (tokens.skipOperator('**')) {
			ensure(!restKwargs);
			restKwargs = parseExpression(tokens);
		} else if (tokens.is('name') && tokens.look.type === 'operator' && tokens.look.value === '=') {
			ensure(!restKwargs);
			const name = tokens.next().value;
			tokens.next();
			if (kwargs.some(([other]) => other === name)) tokens.fail(`keyword argument repeated: ${name}`, line);
			kwargs.push([name, parseExpression(tokens)]);
		} else {
			ensure(!rest && !restKwargs && kwargs.length === 0);
			args.push(parseExpression(tokens));
		}
	}
	tokens.expectOperator(')');
	return { args, kwargs, rest, restKwargs };
}

const NO_ARGUMENTS: Arguments = { args: [], kwargs: [], rest: undefined, restKwargs: undefined };

/** `|name`, as far as one goes; `inline`: the first without its bar, as in {% filter name %}. */
export function parseFilter(tokens: Tokens, first: Expr | undefined, inline = false): Expr | undefined {
	let node = first;
	const row = rowOf(tokens);
	for (let bare = inline; bare || tokens.isOperator('|'); bare = false) {
		row();
		if (!bare) tokens.next();
		const { line } = tokens.current;
		const name = dotted(tokens);
		node = { kind: 'filter', node, name, line, ...(tokens.isOperator('(') ? parseArguments(tokens) : NO_ARGUMENTS) };
	}
	return node;
}

function dotted(tokens: Tokens): string {
	let name = tokens.expect('name').value;
	while (tokens.skipOperator('.')) name += `.${tokens.expect('name').value}`;
	return name;
}

function parseTest(tokens: Tokens, node: Expr): Expr {
	const { line } = tokens.next();
	const negated = tokens.skip('name', 'not');
	const name = dotted(tokens);
	let given = NO_ARGUMENTS;
	const { type, value } = tokens.current;
	if (tokens.isOperator('(')) given = parseArguments(tokens);
	else if (
		type === 'string' ||
		type === 'integer' ||
		type === 'float' ||
		tokens.isOperator('[') ||
		tokens.isOperator('{') ||
		type === 'name'
	) {
		if (type !== 'name' || (value !== 'else' && value !== 'or' && value !== 'and')) {
			if (type === 'name' && value === 'is') tokens.fail('You cannot chain multiple tests with is');
			given = { ...NO_ARGUMENTS, args: [parsePostfix(tokens, parsePrimary(tokens, false))] };
		}
	}
	const test: Expr = { kind: 'test', node, name, line, ...given };
	return negated ? { kind: 'unary', op: 'not', node: test } : test;
}
