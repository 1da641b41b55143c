// Numbers as people type them.

/** The one number in what somebody typed, with the counter or unit that languages put behind it: "3456개", "3,456 numbers". */
export function numberIn(typed: string): string | undefined {
	const text = typed.normalize('NFKC');
	const found = text.match(/[−-]?\d[\d.,\s]*/g);
	if (text === '') return '';
	return found?.length === 1 ? found[0]!.trim() : undefined;
}

/** "1,234" and "1 234" and "−7" as people type them. */
export const numberOf = (text: string): number => Number(text.replace(/[,\s]/g, '').replace('−', '-'));
