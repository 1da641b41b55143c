// Looking through the vocabulary: by text, script, kind.

import { TongsaError } from '../errors.ts';
import { checkOptions, number, oneOf, type Rules, TEXT, whole, YES_OR_NO } from '../options.ts';
import { KIND } from './spec.ts';
import type { Token, VocabularyQuery } from './types.ts';

const DEFAULT_LIMIT = 50;

const RULES: Rules<VocabularyQuery> = {
	text: TEXT,
	ignoreCase: YES_OR_NO,
	script: TEXT,
	kind: oneOf(Object.keys(KIND)),
	from: whole(0),
	limit: number(0, Number.POSITIVE_INFINITY, 'a number of at least 0'),
};

/** @throws TongsaError 'usage' for an option that cannot be, as a script that Unicode does not name. */
export function searchTokens(
	query: VocabularyQuery,
	size: number,
	kindOf: (id: number) => number,
	token: (id: number) => Token,
): readonly Token[] {
	checkOptions(query, RULES);
	const { text, ignoreCase = false, script, kind, from = 0, limit = DEFAULT_LIMIT } = query;
	const inScript = script === undefined ? undefined : scriptPattern(script);
	const wanted = text !== undefined && ignoreCase ? text.toLowerCase() : text;
	const found: Token[] = [];
	for (let id = from; id < size && found.length < limit; id++) {
		if (kind !== undefined && kindOf(id) !== KIND[kind]) continue;
		const candidate = token(id);
		if (wanted !== undefined && !(ignoreCase ? candidate.text.toLowerCase() : candidate.text).includes(wanted)) continue;
		if (inScript && !inScript.test(candidate.text)) continue;
		found.push(candidate);
	}
	return found;
}

function scriptPattern(script: string): RegExp {
	try {
		if (/^[A-Za-z_]+$/.test(script)) return new RegExp(`\\p{Script=${script}}`, 'u');
	} catch {
		// Said below.
	}
	throw new TongsaError('usage', 'no such script', {
		got: script,
		allowed: "a Unicode script name: 'Latin', 'Hangul', 'Han', 'Hiragana', 'Arabic', 'Cyrillic', 'Devanagari', 'Thai', …",
	});
}
