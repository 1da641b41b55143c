// JSON values of a schema as text: integers beyond 2^53 keep their digits (bigint, or Map and Float of an exact reading).

/** As JSON.stringify, and exact where JavaScript's own is not. Objects keep the order of their names. */
export function exactText(value: unknown): string {
	if (typeof value === 'bigint') return String(value);
	if (Array.isArray(value)) return `[${value.map(exactText).join(',')}]`;
	if (typeof value === 'object' && value !== null) {
		return `{${Object.entries(value)
			.filter(([, one]) => one !== undefined)
			.map(([name, one]) => `${JSON.stringify(name)}:${exactText(one)}`)
			.join(',')}}`;
	}
	return JSON.stringify(value) ?? 'null';
}
