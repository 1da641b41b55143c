// Finding a pattern in a text: the engine's own regex where it is known to take linear time, the linear matcher for all others.

import type { Pattern } from '../spec.ts';
import { createLinearFind, type Find, isPlain } from './linear.ts';
import { LINEAR_PATTERNS } from './pre.ts';
import { compilePattern } from './regex.ts';
import { CL100K_PATTERN, GPT2_PATTERN, LLAMA3_PATTERN, O200K_PATTERN, QWEN2_PATTERN, TEKKEN_PATTERN } from './splitters.ts';
import { translate } from './translate.ts';

/**
 * Patterns of real tokenizers, on which a backtracking engine is linear because their alternatives take whole runs of a class. Any other pattern
 * comes from a file that may mean harm: '(a+)+$' on 'aaaa…!' takes exponential time there.
 */
const KNOWN: ReadonlySet<string> = new Set([
	GPT2_PATTERN,
	CL100K_PATTERN,
	LLAMA3_PATTERN,
	QWEN2_PATTERN,
	O200K_PATTERN,
	TEKKEN_PATTERN,
	...LINEAR_PATTERNS,
]);

const cache = new Map<string, Find>();

/** @throws TongsaError 'unsupported', 'malformed', 'too-large' for a pattern that cannot be */
export function compileFind(pattern: Pattern): Find {
	if ('String' in pattern) return pattern.String === '' ? () => {} : regexFind(compilePattern(pattern));
	const key = `${pattern.syntax ?? 'oniguruma'} ${pattern.Regex}`;
	const known = cache.get(key);
	if (known) return known;
	// Compiled first: what is no regex at all is refused by name.
	const regex = compilePattern(pattern);
	const source = translate(pattern.Regex, pattern.syntax ?? 'oniguruma');
	const find = KNOWN.has(pattern.Regex) || isPlain(source) ? regexFind(regex) : createLinearFind(source);
	// As the cache of regex.ts: patterns come from few files.
	if (cache.size >= 64) cache.clear();
	cache.set(key, find);
	return find;
}

/** exec on one regex: matchAll would make a new one for each of a million small pieces. */
export function regexFind(regex: RegExp): Find {
	return (text, found) => {
		regex.lastIndex = 0;
		for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
			const end = match.index + match[0].length;
			// V8 finds empty matches between the two units of a character: Oniguruma knows no such place.
			const inside = end === match.index && (text.codePointAt(end - 1) ?? 0) > 0xffff;
			if (!inside) found(match.index, end);
			if (match[0] === '') regex.lastIndex += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
		}
	};
}
