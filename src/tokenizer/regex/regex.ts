// Patterns out of files as JavaScript's regular expressions, compiled once each.

import { TongsaError } from '../../errors.ts';
import type { Pattern } from '../spec.ts';
import { literal } from './class.ts';
import type { RegexSyntax } from './cursor.ts';
import { translate } from './translate.ts';

const cache = new Map<string, RegExp>();

/** A JavaScript regex (flags g, v) for a pattern; literal strings too. */
export function compilePattern(pattern: Pattern): RegExp {
	return 'String' in pattern ? new RegExp([...pattern.String].map(literal).join(''), 'gv') : compileRegex(pattern.Regex, pattern.syntax);
}

/**
 * The same pattern for JavaScript. What has no translation is refused by name. Of (?i:'s)|\s+(?!\S) with syntax 'rust':
 *
 *     (?:\u{27}[sSſ])|[\p{White_Space}]+(?![[^\p{White_Space}]])
 *
 * @throws TongsaError 'unsupported', 'malformed'
 */
export function compileRegex(pattern: string, syntax: RegexSyntax = 'oniguruma'): RegExp {
	const key = `${syntax} ${pattern}`;
	const known = cache.get(key);
	if (known) return known;
	const translated = translate(pattern, syntax);
	let regex: RegExp;
	try {
		regex = new RegExp(translated, 'gv');
	} catch (cause) {
		throw new TongsaError('malformed', 'no valid regular expression', { field: 'pattern', got: pattern }, { cause });
	}
	// Patterns come from few files; a caller that opens many must not grow this for ever.
	if (cache.size >= 64) cache.clear();
	cache.set(key, regex);
	return regex;
}
