// From UTF-8 bytes back to UTF-16 units. A character whose bytes spread over several tokens belongs whole to each of them.

/** Byte positions in the UTF-8 of a text → unit positions in the text. */
export interface UnitMap {
	/** First unit of the character that byte `byte` is part of. */
	start(byte: number): number;
	/** End of the character that byte `byte − 1` is part of. */
	end(byte: number): number;
}

const IDENTITY: UnitMap = { start: (byte) => byte, end: (byte) => byte };

/**
 * `byteLength` is the length of text's UTF-8, a lone surrogate counting as U+FFFD (3 bytes).
 *
 *     'a각' (61, ea b0 81): start(2) = 1, end(2) = 2
 */
export function unitMap(text: string, byteLength: number): UnitMap {
	if (byteLength === text.length) return IDENTITY;
	// For each byte the first unit of its character; one more entry for the end.
	const starts = new Uint32Array(byteLength + 1);
	let byte = 0;
	for (let unit = 0; unit < text.length; ) {
		const point = text.codePointAt(unit)!;
		const width = utf8Width(point);
		starts.fill(unit, byte, byte + width);
		byte += width;
		unit += point > 0xffff ? 2 : 1;
	}
	starts[byteLength] = text.length;
	return {
		start: (at) => starts[at]!,
		end(at) {
			if (at === 0) return 0;
			let next = at;
			while (next < byteLength && starts[next] === starts[at - 1]) next++;
			return starts[next]!;
		},
	};
}

/** Bytes of a code point in UTF-8. A surrogate becomes U+FFFD: 3 bytes too. */
function utf8Width(point: number): number {
	return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
