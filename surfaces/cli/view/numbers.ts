// Numbers for people: counts in short or with separators.

/** 134515008 → '135M'; 1315723264 → '1.32B'; below a million, all digits with separators. */
export function count(value: number): string {
	for (const [size, unit] of [
		[1e12, 'T'],
		[1e9, 'B'],
		[1e6, 'M'],
	] as const) {
		if (value >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
	}
	return value.toLocaleString('en');
}

/** '1 token', '6 tokens': a number and what it counts. */
export const counted = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
