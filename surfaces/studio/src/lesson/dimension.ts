// Which dimension of a sentence's rows step 3 asks about.

/** Of the largest value, how far the second is below it. */
const CLEARLY = 0.25;

/**
 * The dimension that is asked about: one that the learner has not met yet, the same for the same sentence, and whose largest value is
 * positive and clearly apart from the next. "Largest" among negative numbers, or among near ones, asks about something else than the table.
 */
export function askedDimension(data: Float32Array, width: number, text: string): number {
	const start = [...text].reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) % width, 7 % width);
	let best = { dimension: start, gap: Number.NEGATIVE_INFINITY };
	for (let i = 0; i < width; i++) {
		const dimension = (start + i) % width;
		const column = [...new Set(Array.from({ length: data.length / width }, (_, r) => data[r * width + dimension]!))].sort((a, b) => b - a);
		const [first = 0, second = 0] = column;
		const gap = first > 0 ? (first - second) / first : Number.NEGATIVE_INFINITY;
		if (gap >= CLEARLY) return dimension;
		if (gap > best.gap) best = { dimension, gap };
	}
	return best.dimension;
}
