// A chat template's text → tokens. As jinja2/lexer.py, with trim_blocks and lstrip_blocks on, as transformers sets them.

import { fail } from './failure.ts';
import { isSpace, SPACE } from './text.ts';

export type TokenType =
	| 'data'
	| 'variable_begin'
	| 'variable_end'
	| 'block_begin'
	| 'block_end'
	| 'name'
	| 'string'
	| 'integer'
	| 'float'
	| 'operator'
	| 'eof';

export interface Token {
	readonly type: TokenType;
	/** The text; of strings what they stand for. */
	readonly value: string;
	/** 1-based. */
	readonly line: number;
}

const WHITE = `[${SPACE}]`;
const WHITESPACE = new RegExp(`${WHITE}+`, 'yu');
const ROOT = new RegExp(`\\{%([-+]?)${WHITE}*raw${WHITE}*(?:-%\\}${WHITE}*|%\\})|\\{#([-+]?)|\\{%([-+]?)|\\{\\{([-+]?)`, 'gu');
const COMMENT_END = new RegExp(`\\+#\\}|-#\\}${WHITE}*|#\\}\\n?`, 'gu');
const RAW_END = new RegExp(`\\{%([-+]?)${WHITE}*endraw${WHITE}*(?:\\+%\\}|-%\\}${WHITE}*|%\\}\\n?)`, 'gu');
const BLOCK_END = new RegExp(`(?:\\+%\\}|-%\\}${WHITE}*|%\\}\\n?)`, 'yu');
const VARIABLE_END = new RegExp(`-\\}\\}${WHITE}*|\\}\\}`, 'yu');
const FLOAT = /(?<!\.)(?:\p{Nd}+_)*\p{Nd}+(?:(?:\.(?:\p{Nd}+_)*\p{Nd}+)?e[+-]?(?:\p{Nd}+_)*\p{Nd}+|\.(?:\p{Nd}+_)*\p{Nd}+)/iuy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iuy;
const NAME = /[\p{L}\p{Nl}\p{Nd}\p{M}\p{Pc}_\u00b7]+/uy;
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/uy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/uy;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const lineEnds = (text: string) => text.replace(/\r\n?/g, '\n');
const lineStart = new RegExp(`^${WHITE}+$`, 'u');

/** @throws TemplateFailure 'TemplateSyntaxError'. */
export function tokenize(text: string): Token[] {
	let source = lineEnds(text);
	if (source.endsWith('\n')) source = source.slice(0, -1);
	const tokens: Token[] = [];
	let at = 0;
	let line = 1;
	let lineStarting = true;
	const push = (type: TokenType, value: string) => tokens.push({ type, value, line });
	const move = (to: number) => {
		for (let unit = at; unit < to; unit++) if (source.charCodeAt(unit) === 10) line++;
		lineStarting = to > 0 && source[to - 1] === '\n';
		at = to;
	};
	/** Text before a tag, without the white space that the tag's sign takes away. */
	const data = (to: number, sign: string, variable: boolean) => {
		let text = source.slice(at, to);
		if (sign === '-') text = trimEnd(text);
		else if (sign !== '+' && !variable) {
			const last = text.lastIndexOf('\n') + 1;
			if ((last > 0 || lineStarting) && lineStart.test(text.slice(last))) text = text.slice(0, last);
		}
		if (text !== '') push('data', text);
	};

	while (at < source.length) {
		ROOT.lastIndex = at;
		const tag = ROOT.exec(source);
		if (!tag) {
			push('data', source.slice(at));
			break;
		}
		const [whole, rawSign, commentSign, blockSign, variableSign] = tag;
		data(tag.index, rawSign ?? commentSign ?? blockSign ?? variableSign!, variableSign !== undefined);
		const begin = line;
		move(tag.index + whole.length);
		if (rawSign !== undefined || commentSign !== undefined) {
			const raw = rawSign !== undefined;
			const ends = raw ? RAW_END : COMMENT_END;
			ends.lastIndex = at;
			const end = ends.exec(source);
			if (!end) return fail('TemplateSyntaxError', raw ? 'Missing end of raw directive' : 'Missing end of comment tag', begin);
			if (raw) data(end.index, end[1]!, false);
			move(end.index + end[0].length);
			continue;
		}
		push(blockSign === undefined ? 'variable_begin' : 'block_begin', whole);
		inside(blockSign === undefined);
	}
	push('eof', '');
	return tokens;

	/** The tokens of one tag, its end included. */
	function inside(variable: boolean): void {
		const open: string[] = [];
		const end = variable ? VARIABLE_END : BLOCK_END;
		const take = (rule: RegExp): string | undefined => {
			rule.lastIndex = at;
			return rule.exec(source)?.[0];
		};
		while (at < source.length) {
			let text: string | undefined;
			if (open.length === 0 && (text = take(end)) !== undefined) {
				push(variable ? 'variable_end' : 'block_end', text);
				move(at + text.length);
				return;
			}
			if ((text = take(WHITESPACE)) === undefined) {
				if ((text = take(FLOAT)) !== undefined) push('float', text);
				else if ((text = take(INTEGER)) !== undefined) push('integer', text);
				else if ((text = take(NAME)) !== undefined) {
					if (!IDENTIFIER.test(text)) fail('TemplateSyntaxError', 'Invalid character in identifier', line);
					push('name', text);
				} else if ((text = take(STRING)) !== undefined) push('string', unescaped(text.slice(1, -1), line));
				else if ((text = take(OPERATOR)) !== undefined) {
					if (CLOSING[text]) open.push(CLOSING[text]!);
					else if (text === ')' || text === ']' || text === '}') {
						const expected = open.pop();
						if (expected === undefined) fail('TemplateSyntaxError', `unexpected '${text}'`, line);
						if (expected !== text) fail('TemplateSyntaxError', `unexpected '${text}', expected '${expected}'`, line);
					}
					push('operator', text);
				} else {
					fail('TemplateSyntaxError', `unexpected char '${source.slice(at, at + 1)}' at ${at}`, line);
				}
			}
			move(at + text!.length);
		}
	}
}

/** Linear, where a search for /\s+$/ is not. */
function trimEnd(text: string): string {
	let end = text.length;
	while (end > 0 && isSpace(text[end - 1]!)) end--;
	return text.slice(0, end);
}

const SIMPLE: Readonly<Record<string, string>> = {
	'\n': '',
	'\\': '\\',
	"'": "'",
	'"': '"',
	a: '\x07',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
};

/** Python's escapes: \n, \x41, \101, A, \U0001f600; what is none of them stays as it stands. */
function unescaped(text: string, line: number): string {
	if (!text.includes('\\')) return text;
	return text.replace(/\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/gu, (all, octal, x, u, U, other) => {
		if (octal) return String.fromCodePoint(Number.parseInt(octal, 8));
		const hex = x ?? u ?? U;
		if (hex) {
			const point = Number.parseInt(hex, 16);
			return point > 0x10ffff ? fail('TemplateSyntaxError', 'illegal Unicode character', line) : String.fromCodePoint(point);
		}
		if (other === 'x' || other === 'u' || other === 'U') fail('TemplateSyntaxError', `truncated \\${other} escape`, line);
		if (other === 'N') fail('TemplateSyntaxError', 'names of characters (\\N{…}) are not known here', line);
		return SIMPLE[other] ?? all;
	});
}
