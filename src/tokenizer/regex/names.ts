// Names of Unicode properties as Oniguruma and Rust spell them → as JavaScript does.
// oniguruma doc/UNICODE_PROPERTIES, docs.rs/regex #unicode; ecma262 table 68-70.

/** Names that are looked up with case, spaces, '-' and '_' left out, and whose JavaScript spelling is another. */
const OTHERS: Readonly<Record<string, string>> = {
	alpha: 'Alphabetic',
	letter: 'L',
	mark: 'M',
	number: 'N',
	punctuation: 'P',
	punct: 'P',
	symbol: 'S',
	separator: 'Z',
	other: 'C',
	space: 'White_Space',
	whitespace: 'White_Space',
	upper: 'Uppercase',
	lower: 'Lowercase',
	digit: 'Nd',
	any: 'Any',
	ascii: 'ASCII',
};

/** JavaScript's spelling of a property, or undefined when it has none. */
export function propertyName(name: string): string | undefined {
	const other = OTHERS[name.toLowerCase().replace(/[\s_-]/g, '')];
	if (other) return other;
	// General categories and binary properties as they are; scripts need their key.
	for (const candidate of [name, `Script=${name}`, `sc=${name[0]?.toUpperCase()}${name.slice(1).toLowerCase()}`]) {
		if (/^[A-Za-z_=]+$/.test(candidate)) {
			try {
				new RegExp(`\\p{${candidate}}`, 'v');
				return candidate;
			} catch {
				// Not this spelling.
			}
		}
	}
	return undefined;
}
