// The name that somebody probably meant, out of those that there are. Distance: Damerau 1964 in its restricted form (optimal string alignment).

/**
 * The nearest of `names` by changes of a character (swapped neighbours count one), or one that begins with what was written; undefined where
 * none is near: a third of the letters may be wrong.
 *
 *     closest('smolm2', ['gpt-2', 'smollm2'])   // 'smollm2'
 *     closest('emb', ['embed', 'trace'])        // 'embed'
 *     closest('sing', ['embed', 'trace'])       // undefined
 */
export function closest(written: string, names: readonly string[]): string | undefined {
	const word = written.toLowerCase();
	if (word.length < 2 || word.length > MOST_LETTERS) return undefined;
	const begun = names.filter((name) => word.length >= 3 && name.toLowerCase().startsWith(word));
	if (begun.length === 1) return begun[0];
	const allowed = Math.max(1, Math.floor(word.length / 3));
	const found = names
		.map((name) => [distance(word, name.toLowerCase()), name] as const)
		.filter(([changes, name]) => changes <= allowed && changes < name.length)
		.sort(([a], [b]) => a - b);
	return found[0]?.[1];
}

/** 'Did you mean embed?', to stand in an error's hint. */
export function meant(written: string, names: readonly string[]): string | undefined {
	const name = closest(written, names);
	return name === undefined ? undefined : `Did you mean ${name}?`;
}

/** No name is as long, and the work is its square. */
const MOST_LETTERS = 100;

function distance(a: string, b: string): number {
	let before: number[] = [];
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
		}
		[before, row] = [row, next];
	}
	return row[b.length]!;
}
