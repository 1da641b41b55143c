// A text in a PNG file: an iTXt chunk before the end, which any reader of metadata shows.
// https://www.w3.org/TR/png-3/#11iTXt

/** The IEND chunk: length, name, checksum. */
const END_BYTES = 12;

/** `key`: Latin letters. */
export function withText(png: Uint8Array, key: string, text: string): Uint8Array<ArrayBuffer> {
	// Keyword, end; no compression, method 0; no language, no translated keyword; UTF-8.
	const content = new TextEncoder().encode(`iTXt${key}\0\0\0\0\0${text}`);
	const whole = new Uint8Array(png.length + content.length + 8);
	const view = new DataView(whole.buffer);
	const at = png.length - END_BYTES;
	whole.set(png.subarray(0, at));
	view.setUint32(at, content.length - 4);
	whole.set(content, at + 4);
	view.setUint32(at + 4 + content.length, crc32(content));
	whole.set(png.subarray(at), at + 8 + content.length);
	return whole;
}

/** CRC-32 as PNG has it: crc32(bytes of "123456789") = 0xcbf43926. */
export function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return (crc ^ 0xffffffff) >>> 0;
}
