// Near duplicates among hits: passages of the same words are folded under the best of them.

import { queryTerms } from './terms.ts';

/** Share of terms that two passages must have in common. Broder 1997, "On the resemblance and containment of documents". */
const RESEMBLANCE = 0.9;

/**
 * For each text the index of the earlier one that it repeats, or undefined. Texts that differ in a name, a number or a command are no
 * duplicates, however alike: invoice 17 is not invoice 18.
 */
export function duplicatesOf(texts: readonly string[]): (number | undefined)[] {
	const seen = texts.map((text) => {
		const terms = queryTerms(text);
		return {
			all: new Set(terms.map(({ term }) => term)),
			exact: terms
				.filter(({ exact }) => exact)
				.map(({ term }) => term)
				.sort()
				.join('\n'),
		};
	});
	const out: (number | undefined)[] = [];
	seen.forEach((one, i) => {
		const first = seen.findIndex(
			(other, j) => j < i && out[j] === undefined && other.exact === one.exact && resemblance(other.all, one.all) >= RESEMBLANCE,
		);
		out.push(first >= 0 ? first : undefined);
	});
	return out;
}

function resemblance(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	let both = 0;
	for (const term of a) if (b.has(term)) both++;
	const either = a.size + b.size - both;
	return either === 0 ? 1 : both / either;
}
