// Rows in bfloat16: half the memory of 32 bits; the relative error of 2⁻⁹ moves a cosine by about as much.

/** Numbers a row, as the kernels want them: a multiple of 8. */
export const padded = (width: number): number => Math.ceil(width / 8) * 8;

/** Float32 rows (n, D) as bfloat16 rows of the padded width, rounded to nearest. */
export function toBfloat16(rows: Float32Array, width: number): Uint8Array {
	const wide = padded(width);
	const count = rows.length / width;
	const bits = new Uint32Array(rows.buffer, rows.byteOffset, rows.length);
	const out = new Uint16Array(count * wide);
	for (let r = 0; r < count; r++) for (let d = 0; d < width; d++) out[r * wide + d] = (bits[r * width + d]! + 0x8000) >>> 16;
	return new Uint8Array(out.buffer);
}

export function fromBfloat16(bytes: Uint8Array): Float32Array {
	const words = new Uint16Array(bytes.slice().buffer);
	const out = new Float32Array(words.length);
	const bits = new Uint32Array(out.buffer);
	for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
	return out;
}
