// Oniguruma's regular expressions (tokenizer.json, GGUF) and fancy-regex's (tiktoken) as JavaScript's, with the same matches.
// github.com/kkos/oniguruma doc/RE (syntax Ruby, UTF-8), docs.rs/regex (syntax), tc39.es/ecma262 #sec-patterns (flag v).

import { character, classMembers, escapedCharacter, setEscape, WORD } from './class.ts';
import { Cursor, type RegexSyntax } from './cursor.ts';

const [START, END] = ['(?<![\\s\\S])', '(?![\\s\\S])'];
const EDGE = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;

/** Characters that stand for no character of their own. */
const SIGNS: Readonly<Record<string, Readonly<Record<RegexSyntax, string>>>> = {
	'.': { oniguruma: '[^\\n]', rust: '[^\\n]' },
	'^': { oniguruma: '(?<![^\\n])', rust: START },
	$: { oniguruma: '(?![^\\n])', rust: END },
};
/** Behind a backslash, outside of classes: places in the text, and the sets that are others there. */
const FIXED: Readonly<Record<string, string>> = {
	b: EDGE,
	B: `(?!${EDGE})`,
	A: START,
	z: END,
	Z: `(?=\\n?${END})`,
	w: `[${WORD}]`,
	W: `[^${WORD}]`,
};

/**
 * Recursive descent over the pattern, writing JavaScript's; an example stands at compileRegex.
 * @throws TongsaError 'unsupported' for what has no translation, 'malformed', 'too-large'.
 */
export function translate(pattern: string, syntax: RegexSyntax): string {
	const p = new Cursor(pattern, syntax);
	let atomics = 0;

	/** Once matched, kept: what a lookahead has found is taken by its back reference. */
	const atomic = (inner: string): string => {
		const name = `a${atomics++}`;
		return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
	};

	/** Up to the end of the group, or of the pattern. */
	const alternatives = (ignoreCase: boolean): string =>
		p.inside('groups', () => {
			let out = '';
			let fold = ignoreCase;
			while (!p.over && p.peek() !== ')') {
				if (p.eat('|')) out += '|';
				// (?i) holds to the end of the group, in Oniguruma over the alternatives too.
				else if (p.eat('(?i)')) fold = true;
				else out += quantified(fold);
			}
			return out;
		});

	const quantified = (fold: boolean): string => {
		let out = term(fold);
		for (let first = true; ; first = false) {
			const quantifier = readQuantifier(p);
			if (quantifier === undefined) return out;
			const target = first ? out : `(?:${out})`;
			// Ruby's syntax reads a{2}? as (a{2})?, and a{1,3}+ as (a{1,3})+.
			const rubyInterval = syntax === 'oniguruma' && quantifier.startsWith('{');
			if (p.eat('?')) out = rubyInterval && /^\{\d+\}$/.test(quantifier) ? `(?:${target}${quantifier})?` : `${target}${quantifier}?`;
			else if (!rubyInterval && p.eat('+')) out = atomic(target + quantifier);
			else out = target + quantifier;
		}
	};

	const term = (fold: boolean): string => {
		const char = p.take()!;
		if (char === '(') return group(fold);
		if (char === '[') return `[${classMembers(p, fold)}]`;
		if (char === '\\') return escaped(p, fold);
		if ('*+?'.includes(char)) p.malformed(`nothing before ${char}`);
		return SIGNS[char]?.[syntax] ?? character(char, fold);
	};

	/** Behind its '('. */
	const group = (fold: boolean): string => {
		const close = (text: string): string => (p.eat(')') ? text : p.malformed('a group without its end'));
		if (!p.eat('?')) return close(`(?:${alternatives(fold)})`);
		for (const open of [':', '=', '!', '<=', '<!']) if (p.eat(open)) return close(`(?${open}${alternatives(fold)})`);
		if (p.eat('>')) return close(atomic(alternatives(fold)));
		if (p.eat('i:')) return close(`(?:${alternatives(true)})`);
		if (p.eat('-i:')) return close(`(?:${alternatives(false)})`);
		return p.refuse(`group (?${p.peek() ?? ''}`);
	};

	const out = alternatives(false);
	return p.over ? out : p.malformed('a ) without its (');
}

/** ?, *, + or {n,m}; a brace that is no interval stands for itself. */
function readQuantifier(p: Cursor): string | undefined {
	for (const sign of ['?', '*', '+']) if (p.eat(sign)) return sign;
	const [, least, comma, most] = p.match(/^\{(?=\d|,\d)(\d*)(,?)(\d*)\}/, 24) ?? [];
	return least === undefined ? undefined : `{${least || '0'}${comma}${most}}`;
}

/** What follows a backslash outside a class. */
function escaped(p: Cursor, fold: boolean): string {
	const fixed = FIXED[p.peek() ?? ''];
	if (fixed !== undefined) {
		p.take();
		return fixed;
	}
	const set = setEscape(p);
	return set === undefined ? character(escapedCharacter(p), fold) : `[${set}]`;
}
