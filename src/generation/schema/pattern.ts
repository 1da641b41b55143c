// `pattern`: an ECMA-262 regular expression → the strings that it finds itself in. What needs more than one look (lookaround,
// back-references, word boundaries) is refused by name.

import { TongsaError } from '../../errors.ts';
import { ALL, characterOf, outside, type Range } from './characters.ts';
import { choice, EMPTY, type Node, repeat, sequence } from './nodes.ts';

const DIGIT: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [...DIGIT, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
/** ECMA-262 WhiteSpace and LineTerminator. */
const SPACE: readonly Range[] = [
	[9, 13],
	[0x20, 0x20],
	[0xa0, 0xa0],
	[0x1680, 0x1680],
	[0x2000, 0x200a],
	[0x2028, 0x2029],
	[0x202f, 0x202f],
	[0x205f, 0x205f],
	[0x3000, 0x3000],
	[0xfeff, 0xfeff],
];
const LINE_ENDS: readonly Range[] = [
	[10, 10],
	[13, 13],
	[0x2028, 0x2029],
];
const CLASSES: Readonly<Record<string, readonly Range[]>> = {
	d: DIGIT,
	w: WORD,
	s: SPACE,
	D: outside(DIGIT),
	W: outside(WORD),
	S: outside(SPACE),
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 };

/** Longest pattern, deepest group, most repetitions: far beyond what people write. */
const MAX_LENGTH = 4096;
const MAX_DEPTH = 32;
const MAX_COUNT = 4096;

/** @throws TongsaError 'unsupported' naming what cannot be enforced, 'malformed' for what is no expression. */
export function patternNode(source: string, field: string): Node {
	const letters = Array.from(source);
	let at = 0;
	let depth = 0;

	const refuse = (got: string): never => {
		throw new TongsaError('unsupported', 'this part of a pattern cannot be enforced while writing', { field, got });
	};
	const broken = (): never => {
		throw new TongsaError('malformed', 'not a regular expression', { field, got: source.slice(0, 80) });
	};
	if (letters.length > MAX_LENGTH) refuse(`${letters.length} characters; at most ${MAX_LENGTH}`);
	const eat = (text: string): boolean => {
		if (
			!letters
				.slice(at, at + text.length)
				.join('')
				.startsWith(text)
		)
			return false;
		at += text.length;
		return true;
	};

	/** Alternatives up to ')' or the end. Outermost they stand between what may be before and after them. */
	function alternatives(outermost: boolean): Node {
		if (++depth > MAX_DEPTH) refuse('groups nested too deeply');
		const branches: Node[] = [];
		do {
			const anywhere = repeat(characterOf(ALL), 0);
			const before = outermost && !eat('^') ? anywhere : EMPTY;
			const parts: Node[] = [];
			let after = outermost ? anywhere : EMPTY;
			while (at < letters.length && letters[at] !== '|' && letters[at] !== ')') {
				const last = letters[at + 1] === undefined || letters[at + 1] === '|';
				if (letters[at] === '$' && outermost && last) {
					at++;
					after = EMPTY;
				} else parts.push(quantified(atom()));
			}
			branches.push(sequence(before, ...parts, after));
		} while (eat('|'));
		depth--;
		return choice(...branches);
	}

	function quantified(node: Node): Node {
		const bounds = quantifier();
		if (!bounds) return node;
		eat('?'); // a lazy one finds the same strings
		const [least, most] = bounds;
		if (least > MAX_COUNT || (most !== Number.POSITIVE_INFINITY && most > MAX_COUNT)) refuse(`{${least},${most}}`);
		if (least > most) broken();
		return repeat(node, least, most);
	}

	function quantifier(): readonly [number, number] | undefined {
		if (eat('*')) return [0, Number.POSITIVE_INFINITY];
		if (eat('+')) return [1, Number.POSITIVE_INFINITY];
		if (eat('?')) return [0, 1];
		const [all, least, comma, most] = /^\{(\d+)(?:(,)(\d*))?\}/.exec(letters.slice(at, at + 24).join('')) ?? [];
		if (all === undefined) return undefined;
		at += all.length;
		return [Number(least), comma === undefined ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most)];
	}

	function atom(): Node {
		const letter = letters[at++]!;
		switch (letter) {
			case '(':
				return group();
			case '[':
				return characterOf(classRanges());
			case '.':
				return characterOf(outside(LINE_ENDS));
			case '\\':
				return characterOf(escaped());
			case '^':
			case '$':
				return refuse(`${letter} within the pattern`);
			case '*':
			case '+':
			case '?':
				return broken();
			default:
				return characterOf([[letter.codePointAt(0)!, letter.codePointAt(0)!]]);
		}
	}

	function group(): Node {
		if (eat('?') && !eat(':')) {
			const [name] = /^<[\p{L}_$][\p{L}\d_$]*>/u.exec(letters.slice(at, at + 64).join('')) ?? [];
			if (name === undefined) refuse(`(?${letters.slice(at, at + 2).join('')}`);
			at += Array.from(name!).length;
		}
		const inside = alternatives(false);
		if (!eat(')')) broken();
		return inside;
	}

	/** After a backslash. */
	function escaped(inClass = false): readonly Range[] {
		const letter = letters[at++] ?? broken();
		if (CLASSES[letter]) return CLASSES[letter];
		const control = letter === 'b' && inClass ? 8 : CONTROLS[letter];
		if (control !== undefined && !(letter === '0' && /\d/.test(letters[at] ?? ''))) return [[control, control]];
		if (letter === 'x' || letter === 'u') return [hex(letter)];
		if (/[a-zA-Z0-9]/.test(letter)) refuse(`\\${letter}`);
		return [[letter.codePointAt(0)!, letter.codePointAt(0)!]];
	}

	function hex(letter: string): Range {
		const rest = letters.slice(at, at + 12).join('');
		const [all, digits, braced] = (letter === 'x' ? /^([\da-f]{2})/i : /^(?:([\da-f]{4})|\{([\da-f]{1,6})\})/i).exec(rest) ?? broken();
		at += all!.length;
		const code = Number.parseInt((digits ?? braced)!, 16);
		if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) refuse(`\\u${(digits ?? braced)!}, half a character`);
		return [code, code];
	}

	/** After '['. */
	function classRanges(): readonly Range[] {
		const negated = eat('^');
		const ranges: Range[] = [];
		while (!eat(']')) {
			if (at >= letters.length) broken();
			const from = classItem();
			const isRange = from.length === 1 && from[0]![0] === from[0]![1] && letters[at] === '-' && letters[at + 1] !== ']';
			if (!isRange) ranges.push(...from);
			else {
				at++;
				const to = classItem();
				if (to.length !== 1 || to[0]![0] !== to[0]![1] || to[0]![0] < from[0]![0]) broken();
				ranges.push([from[0]![0], to[0]![0]]);
			}
		}
		return negated ? outside(ranges) : ranges;
	}

	function classItem(): readonly Range[] {
		const letter = letters[at++] ?? broken();
		if (letter === '\\') return escaped(true);
		return [[letter.codePointAt(0)!, letter.codePointAt(0)!]];
	}

	const node = alternatives(true);
	if (at < letters.length) broken();
	return node;
}

/** Strings that formats allow (RFC 3339, RFC 9562, RFC 5321 without quotes); of February, the days that every year has. */
const DATE = '\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))';
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
export const FORMATS: Readonly<Record<string, string>> = {
	date: `^${DATE}$`,
	time: `^${TIME}$`,
	'date-time': `^${DATE}T${TIME}$`,
	uuid: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
	email: '^[A-Za-z0-9_+-]+(?:\\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9][A-Za-z0-9-]{0,30}\\.)+[A-Za-z]{2,12}$',
	ipv4: `^${BYTE}(?:\\.${BYTE}){3}$`,
};
