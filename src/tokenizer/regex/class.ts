// Sets of characters in a pattern: classes in brackets, \s \d \w \h \p{…}, [:posix:], and single characters with or without case.
// github.com/kkos/oniguruma doc/RE (3. Character, 6. Character class), docs.rs/regex (syntax).

import { categoryMembers } from '../unicode/categories.ts';
import type { Cursor } from './cursor.ts';
import { propertyName } from './names.ts';

/** Unicode's White_Space, which the references' \s is; JavaScript's \s has U+FEFF besides and lacks U+0085. */
const SPACE = '\\p{White_Space}';
/** Oniguruma's \w inside a class … */
const WORD_MEMBERS = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
/** … and outside of classes, where it has Latin-1's superscripts and fractions besides, and no other numbers of their kind. */
export const WORD = `${WORD_MEMBERS}\\xb2\\xb3\\xb9\\xbc-\\xbe`;
const HEX = '0-9a-fA-F';

/** Escape → members. The capital letter is the opposite. */
const SETS: Readonly<Record<string, string>> = { s: SPACE, d: '\\p{Nd}', w: WORD_MEMBERS };
const POSIX: Readonly<Record<string, string>> = {
	alpha: '\\p{Alphabetic}',
	digit: '\\p{Nd}',
	alnum: '\\p{Alphabetic}\\p{Nd}',
	upper: '\\p{Uppercase}',
	lower: '\\p{Lowercase}',
	space: SPACE,
	punct: '\\p{P}\\p{S}',
	cntrl: '\\p{Cc}',
	word: WORD_MEMBERS,
	xdigit: HEX,
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };
/** Letters outside ASCII whose case folding is an ASCII letter. */
const FOLDS: Readonly<Record<string, string>> = { s: '\u017f', k: '\u212a' };

/** A character that stands for itself. */
export function literal(char: string): string {
	return /[A-Za-z0-9]/.test(char) || char.codePointAt(0)! > 0x7f ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`;
}

/** A character outside a class: `k` without case → `[kK\u212a]`. */
export function character(char: string, fold: boolean): string {
	const variants = fold ? [...new Set([char, ...caseVariants(char)])] : [char];
	return variants.length === 1 ? literal(char) : `[${variants.map(literal).join('')}]`;
}

/** The single characters that (?i) reads as the same. */
function caseVariants(char: string): string[] {
	const lower = char.toLowerCase();
	return [lower, char.toUpperCase(), FOLDS[lower] ?? ''].filter((other) => other !== '' && [...other].length === 1);
}

/** The inside of a class, up to and with its ']'. JavaScript's flag v has nested classes and && as Oniguruma has them. */
export function classMembers(p: Cursor, fold: boolean): string {
	return p.inside('classes', () => {
		const negated = p.eat('^');
		const operands: string[] = [];
		let out = '';
		for (let first = true; ; first = false) {
			if (p.over) p.malformed('a class without its end');
			if (!first && p.eat(']')) break;
			if (p.eat('&&')) {
				operands.push(out);
				out = '';
			} else out += member(p, fold);
		}
		const all = operands.length === 0 ? out : [...operands, out].map((part) => `[${part}]`).join('&&');
		return (negated ? '^' : '') + all;
	});
}

function member(p: Cursor, fold: boolean): string {
	if (p.eat('[:')) return posix(p);
	if (p.eat('[')) return `[${classMembers(p, fold)}]`;
	const escaped = p.eat('\\');
	const set = escaped ? setEscape(p) : undefined;
	if (set !== undefined) return set;
	const from = escaped ? escapedCharacter(p) : p.take()!;
	const isRange = p.peek() === '-' && ![']', '[', undefined].includes(p.peek(1));
	if (!isRange) return fold ? [...new Set([from, ...variantsInClass(p, from)])].map(literal).join('') : literal(from);
	p.take();
	return range(p, from, p.eat('\\') ? escapedCharacter(p) : p.take()!, fold);
}

/** [:alpha:] behind its '[:'. */
function posix(p: Cursor): string {
	const negated = p.eat('^');
	const name = p.match(/^[a-z]+(?=:\])/, 10)?.[0] ?? '';
	const set = POSIX[name] ?? p.refuse(`[:${name}:]`);
	p.eat(':]');
	return negated ? `[^${set}]` : set;
}

function range(p: Cursor, from: string, to: string, fold: boolean): string {
	const [first, last] = [from.codePointAt(0)!, to.codePointAt(0)!];
	if (first > last) p.malformed(`range ${from}-${to}`);
	const as = `${literal(from)}-${literal(to)}`;
	if (!fold) return as;
	if (!/^[A-Za-z0-9]$/.test(from) || !/^[A-Za-z0-9]$/.test(to)) p.refuse(`range ${from}-${to} without case`);
	const inside = Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));
	return as + inside.flatMap((char) => variantsInClass(p, char).map(literal)).join('');
}

/** Oniguruma folds U+017F to s outside of classes, not inside. */
function variantsInClass(p: Cursor, char: string): string[] {
	const variants = caseVariants(char);
	return p.syntax === 'rust' ? variants : variants.filter((other) => other <= '\u{7f}');
}

/** \s, \d, \w, \h, \p{…} and their opposites behind the backslash, as members of a class; undefined when it is none of them. */
export function setEscape(p: Cursor): string | undefined {
	const char = p.peek() ?? '';
	const lower = char.toLowerCase();
	const negated = char !== lower;
	const set = Object.hasOwn(SETS, lower) ? SETS[lower] : lower === 'h' && p.syntax === 'oniguruma' ? HEX : undefined;
	if (set === undefined && lower !== 'p') return undefined;
	p.take();
	return set === undefined ? property(p, negated) : negated ? `[^${set}]` : set;
}

/** {Name}, {^Name} or one letter, behind \p or \P. */
function property(p: Cursor, negated: boolean): string {
	let name = '';
	if (p.eat('{')) {
		while (!p.over && p.peek() !== '}') name += p.take();
		p.take();
	} else name = p.take() ?? '';
	const inverse = name.startsWith('^') !== negated;
	const known = propertyName(name.replace(/^\^/, '')) ?? p.refuse(`\\p{${name}}`);
	const category = categoryMembers(known);
	if (category !== undefined) return inverse ? `[^${category}]` : category;
	return `\\${inverse ? 'P' : 'p'}{${known}}`;
}

/** The character that a backslash and what follows it stand for. */
export function escapedCharacter(p: Cursor): string {
	const char = p.take() ?? p.malformed('a backslash at the end');
	if (Object.hasOwn(CONTROLS, char)) return String.fromCodePoint(CONTROLS[char]!);
	if (char === 'x' || char === 'u') {
		const digits = p.match(
			char === 'u' ? /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}|[0-9a-fA-F]{2}))/ : /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/,
			8,
		);
		const hex = digits?.[1] ?? digits?.[2] ?? p.malformed(`\\${char} without digits`);
		const point = Number.parseInt(hex, 16);
		return point <= 0x10ffff ? String.fromCodePoint(point) : p.malformed(`\\${char}{${hex}}`);
	}
	return /[A-Za-z0-9]/.test(char) ? p.refuse(`\\${char}`) : char;
}
