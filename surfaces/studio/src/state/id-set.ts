// A set of token ids as a short text for an address: sorted, each as its distance from the one before, by Rice's code, in base64url.
// Rice, Plaunt 1971, Adaptive variable-length coding for efficient compression of spacecraft television data.
// A polygon on the map would be shorter still, but another browser may draw another map: the same ids are the same everywhere.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BITS = 6;

/** The first digit is the length of the lower parts. */
export function packIds(ids: readonly number[]): string {
	const sorted = [...new Set(ids)].sort((a, b) => a - b);
	if (sorted.length === 0) return '';
	const low = Math.max(0, Math.round(Math.log2((sorted.at(-1)! + 1) / sorted.length)));
	let text = DIGITS[low]!;
	let [digit, filled] = [0, 0];
	const write = (bit: number) => {
		digit = (digit << 1) | bit;
		filled++;
		if (filled < BITS) return;
		text += DIGITS[digit];
		[digit, filled] = [0, 0];
	};
	let before = -1;
	for (const id of sorted) {
		const gap = id - before - 1;
		before = id;
		for (let high = gap >>> low; high > 0; high--) write(1);
		write(0);
		for (let bit = low - 1; bit >= 0; bit--) write((gap >>> bit) & 1);
	}
	// What fills the last digit is the beginning of an id that does not end.
	while (filled > 0) write(1);
	return text;
}

/** Ids below `count`, rising. Whatever is not such a text gives those that can be read. */
export function unpackIds(text: string, count: number): number[] {
	const [low = -1, ...digits] = Array.from(text, (c) => DIGITS.indexOf(c));
	const ids: number[] = [];
	if (low < 0 || low > 30 || digits.includes(-1)) return ids;
	const length = digits.length * BITS;
	const bitAt = (at: number) => (digits[Math.floor(at / BITS)]! >>> (BITS - 1 - (at % BITS))) & 1;
	for (let at = 0, before = -1; at < length; ) {
		let high = 0;
		while (at < length && bitAt(at) === 1) {
			high++;
			at++;
		}
		at++;
		if (at + low > length) break;
		let gap = high;
		for (let bit = 0; bit < low; bit++, at++) gap = 2 * gap + bitAt(at);
		before += gap + 1;
		if (before >= count) break;
		ids.push(before);
	}
	return ids;
}
