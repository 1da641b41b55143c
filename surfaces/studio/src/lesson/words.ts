// The words of a learner's sentence, in any script.

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

export const wordsOf = (text: string): string[] =>
	[...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);

/** The longest one, the first of its length; `except` is passed over. */
export const longestWord = (text: string, except?: string): string | undefined =>
	wordsOf(text)
		.filter((word) => word !== except && /\p{L}/u.test(word))
		.toSorted((a, b) => b.length - a.length)[0];

/** The words from the last to the first, the sentence's closing sign in its place. */
export function turned(text: string): string {
	const end = /[^\p{L}\p{M}\p{N}\s]*\s*$/u.exec(text)![0].trim();
	return (
		wordsOf(text)
			.reverse()
			.join(/\s/.test(text.trim()) ? ' ' : '') + end
	);
}
