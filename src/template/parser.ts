// A template's text → its statements. As jinja2/parser.py with the tags that transformers turns on: break, continue, generation.

import { parseExpression, parseFilter, parseTuple, Tokens } from './expressions.ts';
import { tokenize } from './lexer.ts';
import type { Expr, Signature, Stmt } from './syntax.ts';

/** @throws TemplateFailure 'TemplateSyntaxError'. */
export function parseTemplate(source: string): readonly Stmt[] {
	return parseBody(new Tokens(tokenize(source)), []);
}

/** Statements up to one of the end tags, which stays the current token; to the end of the template where there are none. */
function parseBody(tokens: Tokens, ends: readonly string[]): Stmt[] {
	const body: Stmt[] = [];
	let items: (string | Expr)[] = [];
	const flush = () => {
		if (items.length > 0) body.push({ kind: 'output', items });
		items = [];
	};
	while (!tokens.is('eof')) {
		if (tokens.is('data')) items.push(tokens.next().value);
		else if (tokens.skip('variable_begin')) {
			items.push(parseTuple(tokens));
			tokens.expect('variable_end');
		} else {
			tokens.expect('block_begin');
			flush();
			if (tokens.is('name') && ends.includes(tokens.current.value)) return body;
			const { value, line } = tokens.current;
			if (!tokens.is('name')) tokens.fail('tag name expected');
			const parse = Object.hasOwn(TAGS, value) ? TAGS[value]! : tokens.fail(unknownTag(value, ends), line);
			body.push(tokens.nested(() => parse(tokens)));
			tokens.expect('block_end');
		}
	}
	flush();
	if (ends.length > 0) {
		tokens.fail(`Unexpected end of template. Jinja was looking for the following tags: ${ends.map((end) => `'${end}'`).join(' or ')}.`);
	}
	return body;
}

const unknownTag = (name: string, ends: readonly string[]) =>
	`Encountered unknown tag '${name}'.` +
	(ends.length > 0 ? ` Jinja was looking for the following tags: ${ends.map((end) => `'${end}'`).join(' or ')}.` : '');

/** The body of a tag: from the end of its opening to one of the end tags. */
function parseInside(tokens: Tokens, ...ends: readonly string[]): Stmt[] {
	tokens.skipOperator(':');
	tokens.expect('block_end');
	return parseBody(tokens, ends);
}

/** As parseInside, and past the end tag's name. */
function parseWhole(tokens: Tokens, end: string): Stmt[] {
	const body = parseInside(tokens, end);
	tokens.next();
	return body;
}

const TAGS: Readonly<Record<string, (tokens: Tokens) => Stmt>> = {
	for: parseFor,
	if: parseIf,
	set: parseSet,
	macro(tokens) {
		tokens.next();
		const name = parseName(tokens);
		const signature = parseSignature(tokens);
		return { kind: 'macro', name, ...signature, body: parseWhole(tokens, 'endmacro') };
	},
	call(tokens) {
		const { line } = tokens.next();
		const signature: Signature = tokens.isOperator('(') ? parseSignature(tokens) : { args: [], defaults: [] };
		const call = parseExpression(tokens);
		if (call.kind !== 'call') return tokens.fail('expected call', line);
		return { kind: 'call', call, ...signature, body: parseWhole(tokens, 'endcall') };
	},
	generation(tokens) {
		tokens.next();
		return { kind: 'call', call: undefined, args: [], defaults: [], body: parseWhole(tokens, 'endgeneration') };
	},
	filter(tokens) {
		tokens.next();
		const filter = parseFilter(tokens, undefined, true)!;
		return { kind: 'filterblock', filter, body: parseWhole(tokens, 'endfilter') };
	},
	with(tokens) {
		tokens.next();
		const targets: Expr[] = [];
		const values: Expr[] = [];
		while (!tokens.is('block_end')) {
			if (targets.length > 0) tokens.expectOperator(',');
			targets.push(parseTarget(tokens, 'param', {}));
			tokens.expectOperator('=');
			values.push(parseExpression(tokens));
		}
		return { kind: 'with', targets, values, body: parseWhole(tokens, 'endwith') };
	},
	block(tokens) {
		tokens.next();
		const name = tokens.expect('name').value;
		const scoped = tokens.skip('name', 'scoped');
		const body = parseWhole(tokens, 'endblock');
		tokens.skip('name', name);
		return { kind: 'block', name, scoped, body };
	},
	print(tokens) {
		tokens.next();
		const items: Expr[] = [];
		while (!tokens.is('block_end')) {
			if (items.length > 0) tokens.expectOperator(',');
			items.push(parseExpression(tokens));
		}
		return { kind: 'output', items };
	},
	break: (tokens) => ({ kind: 'break', line: tokens.next().line }),
	continue: (tokens) => ({ kind: 'continue', line: tokens.next().line }),
	extends: otherTemplates,
	include: otherTemplates,
	import: otherTemplates,
	from: otherTemplates,
	autoescape: (tokens) => tokens.fail('autoescape is not supported in chat templates'),
};

function otherTemplates(tokens: Tokens): never {
	return tokens.fail(`a chat template has no other templates to ${tokens.current.value}`);
}

function parseFor(tokens: Tokens): Stmt {
	tokens.next();
	const target = parseTarget(tokens, 'store', { end: 'in' });
	tokens.expect('name', 'in');
	const iter = parseTuple(tokens, { conditions: false, end: 'recursive' });
	const test = tokens.skip('name', 'if') ? parseExpression(tokens) : undefined;
	const recursive = tokens.skip('name', 'recursive');
	const body = parseInside(tokens, 'endfor', 'else');
	const otherwise = tokens.next().value === 'else' ? parseWhole(tokens, 'endfor') : [];
	return { kind: 'for', target, iter, body, otherwise, test, recursive };
}

function parseIf(tokens: Tokens): Stmt {
	const branches: { test: Expr; body: readonly Stmt[] }[] = [];
	do {
		tokens.next();
		const test = parseTuple(tokens, { conditions: false });
		branches.push({ test, body: parseInside(tokens, 'elif', 'else', 'endif') });
	} while (tokens.is('name', 'elif'));
	const [first, ...elifs] = branches;
	const otherwise = tokens.next().value === 'else' ? parseWhole(tokens, 'endif') : [];
	return { kind: 'if', ...first!, elifs, otherwise };
}

function parseSet(tokens: Tokens): Stmt {
	tokens.next();
	const target = parseTarget(tokens, 'store', { namespaces: true });
	if (tokens.skipOperator('=')) return { kind: 'assign', target, value: parseTuple(tokens) };
	const filter = parseFilter(tokens, undefined);
	return { kind: 'setblock', target, filter, body: parseWhole(tokens, 'endset') };
}

function parseName(tokens: Tokens): string {
	const { value, line } = tokens.expect('name');
	if (RESERVED.has(value)) tokens.fail("can't assign to 'name'", line);
	return value;
}

/** A name's Python keyword values cannot be assigned to. */
const RESERVED = new Set(['true', 'false', 'none', 'True', 'False', 'None']);

/** A name, or a tuple of them; and attributes of namespaces. */
function parseTarget(tokens: Tokens, role: 'store' | 'param', { end, namespaces = false }: { end?: string; namespaces?: boolean }): Expr {
	const { line } = tokens.current;
	const target = parseTuple(tokens, { simple: true, namespaces, ...(end !== undefined && { end }) });
	const assign = (node: Expr): void => {
		if (node.kind === 'name') node.role = role;
		else if (node.kind === 'tuple') node.items.forEach(assign);
		else if (node.kind !== 'nsref') tokens.fail(`can't assign to '${node.kind}'`, line);
	};
	assign(target);
	return target;
}

function parseSignature(tokens: Tokens): Signature {
	const args: Expr[] = [];
	const defaults: Expr[] = [];
	tokens.expectOperator('(');
	while (!tokens.isOperator(')')) {
		if (args.length > 0) tokens.expectOperator(',');
		const name = parseName(tokens);
		if (args.some((arg) => arg.kind === 'name' && arg.name === name)) tokens.fail(`duplicate argument '${name}' in function definition`);
		if (tokens.skipOperator('=')) defaults.push(parseExpression(tokens));
		else if (defaults.length > 0) tokens.fail('non-default argument follows default argument');
		args.push({ kind: 'name', name, role: 'param' });
	}
	tokens.expectOperator(')');
	return { args, defaults };
}
