// GPT-2's byte alphabet: every byte has a printable character, so that a vocabulary can be written as text ('Ġthe' for ' the').
// openai/gpt-2 src/encoder.py bytes_to_unicode; tokenizers/src/pre_tokenizers/byte_level.rs.

/** Byte → its character's code point: printable Latin-1 stands for itself, the 68 others for U+0100 and on, in order. */
export const BYTE_TO_CODE_POINT: Uint16Array = new Uint16Array(256);
/** Code point below U+0144 → byte, or −1. */
export const CODE_POINT_TO_BYTE = new Int16Array(0x144).fill(-1);

let next = 0x100;
for (let byte = 0; byte < 256; byte++) {
	const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
	const point = printable ? byte : next++;
	BYTE_TO_CODE_POINT[byte] = point;
	CODE_POINT_TO_BYTE[point] = byte;
}

/**
 * The bytes that the string bytes[from..to] stands for, written to `out` at `at`; their number. A string with a character outside the
 * alphabet (an added token) stands for itself, as in byte_level.rs.
 *
 *     'Ġthe' (c4 a0 74 68 65) → 20 74 68 65
 */
export function byteLevelToBytes(bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
	let length = 0;
	for (let i = from; i < to; i++) {
		const lead = bytes[i]!;
		// The alphabet ends at U+0143, so its characters have one or two bytes.
		const point = lead < 0x80 ? lead : lead >= 0xc2 && lead <= 0xc5 ? ((lead & 0x1f) << 6) | (bytes[++i]! & 0x3f) : -1;
		const byte = point >= 0 && point < CODE_POINT_TO_BYTE.length ? CODE_POINT_TO_BYTE[point]! : -1;
		if (byte < 0) {
			for (let j = from; j < to; j++) out[at + j - from] = bytes[j]!;
			return to - from;
		}
		out[at + length++] = byte;
	}
	return length;
}

/** Whether every character of the string bytes[from..to] is one of the alphabet. */
export function isByteLevel(bytes: Uint8Array, from: number, to: number): boolean {
	for (let i = from; i < to; i++) {
		const lead = bytes[i]!;
		const point = lead < 0x80 ? lead : lead >= 0xc2 && lead <= 0xc5 ? ((lead & 0x1f) << 6) | (bytes[++i]! & 0x3f) : -1;
		if (point < 0 || point >= CODE_POINT_TO_BYTE.length || CODE_POINT_TO_BYTE[point]! < 0) return false;
	}
	return true;
}
