// Oniguruma's regular expressions (tokenizer.json, GGUF) and fancy-regex's (tiktoken) as JavaScript's, with the same matches.
// github.com/kkos/oniguruma doc/RE (syntax Ruby, UTF-8), docs.rs/regex (syntax), tc39.es/ecma262 #sec-patterns (flag v).

import { TongsaError } from '../errors.ts';
import { categoryMembers } from './categories.ts';
import { propertyName } from './regex-names.ts';

/** 'oniguruma': as tokenizer.json's patterns are read. 'rust': as tiktoken's are: $ is the end of the text, {1,3}+ is possessive. */
export type RegexSyntax = 'oniguruma' | 'rust';

/** A pattern has at most this many characters: the longest known (DeepSeek's letters) has about 1,000. */
const MAX_PATTERN = 20_000;
/** Groups in groups: the known ones stop at 3; the bound keeps a hostile pattern from the call stack's end. */
const MAX_DEPTH = 50;

/** Unicode's White_Space, which the references' \s is; JavaScript's \s has U+FEFF besides and lacks U+0085. */
const SPACE = '\\p{White_Space}';
/** Oniguruma's and Rust's \w. */
// Oniguruma counts Latin-1's superscripts and fractions as word characters, and no other numbers of their kind.
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\xb2\\xb3\\xb9\\xbc-\\xbe';
/** Inside a class: escape → members. Negated ones are written in capitals. */
const CLASS_ESCAPES: Readonly<Record<string, string>> = { s: SPACE, d: '\\p{Nd}', w: WORD };
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };
const POSIX: Readonly<Record<string, string>> = {
	alpha: '\\p{Alphabetic}',
	digit: '\\p{Nd}',
	alnum: '\\p{Alphabetic}\\p{Nd}',
	upper: '\\p{Uppercase}',
	lower: '\\p{Lowercase}',
	space: SPACE,
	punct: '\\p{P}\\p{S}',
	cntrl: '\\p{Cc}',
	word: WORD,
	xdigit: '0-9a-fA-F',
};
/** Letters outside ASCII whose case folding is an ASCII letter. */
const FOLDS: Readonly<Record<string, string>> = { s: '\u017f', k: '\u212a' };

/** A character that stands for itself. */
export function literal(char: string): string {
	return /[A-Za-z0-9]/.test(char) || char.codePointAt(0)! > 0x7f ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`;
}

/** Recursive descent over the pattern, writing JavaScript's. */
export function translate(pattern: string, syntax: RegexSyntax): string {
	if (pattern.length > MAX_PATTERN) {
		throw new TongsaError('too-large', 'regular expression', {
			got: pattern.length,
			allowed: `at most ${MAX_PATTERN} characters: the longest known has 1,000`,
		});
	}
	const chars = [...pattern];
	let at = 0;
	let groups = 0;
	let depth = 0;

	const refuse = (what: string): never => {
		throw new TongsaError('unsupported', `regular expression: ${what} has no translation`, { field: 'pattern', got: pattern });
	};
	const malformed = (what: string): never => {
		throw new TongsaError('malformed', `regular expression: ${what}`, { field: 'pattern', got: pattern });
	};
	const eat = (text: string): boolean => {
		for (let i = 0; i < text.length; i++) if (chars[at + i] !== text[i]) return false;
		at += text.length;
		return true;
	};

	const alternatives = (ignoreCase: boolean): string => {
		if (++depth > MAX_DEPTH) malformed(`more than ${MAX_DEPTH} groups in one another`);
		let out = '';
		let fold = ignoreCase;
		while (at < chars.length && chars[at] !== ')') {
			if (eat('|')) {
				out += '|';
				continue;
			}
			// (?i) holds to the end of the group, in Oniguruma over the alternatives too.
			if (eat('(?i)')) {
				fold = true;
				continue;
			}
			out += quantified(fold);
		}
		depth--;
		return out;
	};

	const quantified = (fold: boolean): string => {
		const atom = term(fold);
		let out = atom;
		for (let first = true; ; first = false) {
			const quantifier = readQuantifier();
			if (quantifier === undefined) return out;
			const interval = quantifier.startsWith('{');
			const target = first ? out : `(?:${out})`;
			if (eat('?'))
				out =
					interval && syntax === 'oniguruma' && /^\{\d+\}$/.test(quantifier) ? `(?:${target}${quantifier})?` : `${target}${quantifier}?`;
			// Ruby's syntax reads a{1,3}+ as (a{1,3})+.
			else if (!(interval && syntax === 'oniguruma') && eat('+')) out = atomic(target + quantifier);
			else out = target + quantifier;
		}
	};

	const readQuantifier = (): string | undefined => {
		const char = chars[at];
		if (char === '?' || char === '*' || char === '+') {
			at++;
			return char;
		}
		if (char !== '{') return undefined;
		const interval = /^\{(\d*)(,?)(\d*)\}/.exec(chars.slice(at, at + 24).join(''));
		if (!interval || (interval[1] === '' && interval[3] === '')) return undefined;
		at += interval[0].length;
		return `{${interval[1] || '0'}${interval[2]}${interval[3]}}`;
	};

	/** Once matched, kept: what a lookahead has found is taken by its back reference. */
	const atomic = (inner: string): string => {
		const name = `a${groups++}`;
		return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
	};

	const group = (fold: boolean): string => {
		const close = (text: string): string => {
			if (!eat(')')) malformed('a group without its end');
			return text;
		};
		if (!eat('?')) return close(`(?:${alternatives(fold)})`);
		for (const open of [':', '=', '!', '<=', '<!']) if (eat(open)) return close(`(?${open}${alternatives(fold)})`);
		if (eat('>')) return close(atomic(alternatives(fold)));
		if (eat('i:')) return close(`(?:${alternatives(true)})`);
		if (eat('-i:')) return close(`(?:${alternatives(false)})`);
		return refuse(`group (?${chars[at] ?? ''}`);
	};

	const term = (fold: boolean): string => {
		const char = chars[at++]!;
		switch (char) {
			case '(':
				return group(fold);
			case '[':
				return `[${members(fold)}]`;
			case '.':
				return '[^\\n]';
			case '^':
				return syntax === 'rust' ? '(?<![\\s\\S])' : '(?<![^\\n])';
			case '$':
				return syntax === 'rust' ? '(?![\\s\\S])' : '(?![^\\n])';
			case '\\':
				return escaped(fold);
			case '*':
			case '+':
			case '?':
				return malformed(`nothing before ${char}`);
			default:
				return folded(char, fold);
		}
	};

	const folded = (char: string, fold: boolean): string => {
		const variants = fold ? [...new Set([char, ...caseVariants(char)])] : [char];
		return variants.length === 1 ? literal(char) : `[${variants.map(literal).join('')}]`;
	};

	/** What follows a backslash outside a class. */
	const escaped = (fold: boolean): string => {
		const char = chars[at]!;
		if (char === 'b' || char === 'B') {
			at++;
			const edge = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
			return char === 'b' ? edge : `(?!${edge})`;
		}
		if (eat('A')) return '(?<![\\s\\S])';
		if (eat('z')) return '(?![\\s\\S])';
		if (eat('Z')) return '(?=\\n?(?![\\s\\S]))';
		const set = classEscape();
		if (set !== undefined) return `[${set}]`;
		return folded(escapedChar(), fold);
	};

	/** \s, \d, \w, \h, \p{…} and their opposites, as members of a class; undefined when it is none of them. */
	const classEscape = (): string | undefined => {
		const char = chars[at] ?? '';
		const lower = char.toLowerCase();
		const negated = char !== lower;
		if (lower in CLASS_ESCAPES) {
			at++;
			return negated ? `[^${CLASS_ESCAPES[lower]}]` : CLASS_ESCAPES[lower]!;
		}
		if (lower === 'h' && syntax === 'oniguruma') {
			at++;
			return negated ? '[^0-9a-fA-F]' : '0-9a-fA-F';
		}
		if (lower !== 'p') return undefined;
		at++;
		let name = '';
		if (eat('{')) {
			while (at < chars.length && chars[at] !== '}') name += chars[at++];
			at++;
		} else name = chars[at++] ?? '';
		const inverse = name.startsWith('^') !== negated;
		const property = propertyName(name.replace(/^\^/, '')) ?? refuse(`\\p{${name}}`);
		const category = categoryMembers(property);
		if (category !== undefined) return inverse ? `[^${category}]` : category;
		return `\\${inverse ? 'P' : 'p'}{${property}}`;
	};

	const escapedChar = (): string => {
		const char = chars[at++] ?? malformed('a backslash at the end');
		if (char in CONTROLS) return String.fromCodePoint(CONTROLS[char]!);
		if (char === 'x' || char === 'u') {
			const digits = /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2})([0-9a-fA-F]{2})?)/.exec(chars.slice(at, at + 8).join(''));
			const hex = digits
				? (digits[1] ?? (char === 'u' ? digits[2]! + (digits[3] ?? '') : digits[2]!))
				: malformed(`\\${char} without digits`);
			at += digits![1] === undefined ? hex.length : hex.length + 2;
			const point = Number.parseInt(hex, 16);
			return point <= 0x10ffff ? String.fromCodePoint(point) : malformed(`\\${char}{${hex}}`);
		}
		if (/[A-Za-z0-9]/.test(char)) return refuse(`\\${char}`);
		return char;
	};

	/** The inside of a class, up to and with its ']'. JavaScript's flag v has nested classes and && as Oniguruma has them. */
	const members = (fold: boolean): string => {
		if (++depth > MAX_DEPTH) malformed(`more than ${MAX_DEPTH} classes in one another`);
		const negated = eat('^');
		const operands: string[] = [];
		let out = '';
		for (let first = true; ; first = false) {
			if (at >= chars.length) malformed('a class without its end');
			if (chars[at] === ']' && !first) break;
			if (eat('&&')) {
				operands.push(out);
				out = '';
				continue;
			}
			out += member(fold);
		}
		at++;
		depth--;
		const all = operands.length === 0 ? out : [...operands, out].map((part) => `[${part}]`).join('&&');
		return (negated ? '^' : '') + all;
	};

	/** Oniguruma folds U+017F to s outside of classes, not inside. */
	const inClass = (variants: string[]): string[] => (syntax === 'rust' ? variants : variants.filter((char) => char <= '\u{7f}'));

	const member = (fold: boolean): string => {
		if (eat('[:')) {
			const negated = eat('^');
			const name = /^[a-z]+(?=:\])/.exec(chars.slice(at, at + 10).join(''))?.[0] ?? '';
			const set = POSIX[name] ?? refuse(`[:${name}:]`);
			at += name.length + 2;
			return negated ? `[^${set}]` : set;
		}
		if (eat('[')) return `[${members(fold)}]`;
		let from: string;
		if (eat('\\')) {
			const set = classEscape();
			if (set !== undefined) return set;
			from = escapedChar();
		} else from = chars[at++]!;
		if (chars[at] !== '-' || chars[at + 1] === ']' || chars[at + 1] === undefined || chars[at + 1] === '[') {
			return fold ? [...new Set([from, ...inClass(caseVariants(from))])].map(literal).join('') : literal(from);
		}
		at++;
		const to = eat('\\') ? escapedChar() : chars[at++]!;
		if (from.codePointAt(0)! > to.codePointAt(0)!) malformed(`range ${from}-${to}`);
		const range = `${literal(from)}-${literal(to)}`;
		if (!fold) return range;
		if (!/^[A-Za-z0-9]$/.test(from) || !/^[A-Za-z0-9]$/.test(to)) return refuse(`range ${from}-${to} without case`);
		let variants = '';
		for (let point = from.codePointAt(0)!; point <= to.codePointAt(0)!; point++) {
			variants += inClass(caseVariants(String.fromCodePoint(point)))
				.map(literal)
				.join('');
		}
		return range + variants;
	};

	const out = alternatives(false);
	if (at < chars.length) malformed('a ) without its (');
	return out;
}

/** The single characters that (?i) reads as the same. */
function caseVariants(char: string): string[] {
	const lower = char.toLowerCase();
	return [lower, char.toUpperCase(), FOLDS[lower] ?? ''].filter((other) => other !== '' && [...other].length === 1);
}
