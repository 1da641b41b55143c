// Bytes that come one at a time → whole characters of UTF-8. Unicode 16, §3.9, table 3-7.

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The whole characters at the beginning, and the bytes of one that more must come for; none of these when they are `final`. A byte that
 * belongs to no character becomes U+FFFD, as sentencepiece has it (Hugging Face's decoder gives up the whole run of bytes then:
 * docs/tokenizer-differences.md).
 *
 *     takeCharacters([0xff, 0xed, 0x95, 0x9c, 0xed], false) // { taken: ['\ufffd', '한'], rest: [0xed] }
 */
export function takeCharacters(
	bytes: readonly number[],
	final: boolean,
): { readonly taken: readonly string[]; readonly rest: readonly number[] } {
	const taken: string[] = [];
	let rest = bytes;
	while (rest.length > 0) {
		const width = widthOf(rest);
		if (width === 'more' && !final) break;
		const valid = typeof width === 'number' && width > 0;
		taken.push(valid ? utf8.decode(Uint8Array.from(rest.slice(0, width))) : '\ufffd');
		rest = rest.slice(valid ? width : 1);
	}
	return { taken, rest };
}

/** Length of the character at the beginning; 0 where there is none, 'more' where bytes are still missing. */
function widthOf(bytes: readonly number[]): number | 'more' {
	const lead = bytes[0]!;
	if (lead < 0x80) return 1;
	const width = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
	for (let i = 1; i < width; i++) {
		const byte = bytes[i];
		if (byte === undefined) return 'more';
		// The second byte's range is narrower after E0, ED, F0 and F4.
		const low = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
		const high = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
		if (byte < low || byte > high) return 0;
	}
	return width;
}
