// Classes of characters, as splitting asks for them: one byte of bits a code point, in blocks of 128 of which equal ones stand once.
// The Unicode Standard §4.5 (general category), PropList.txt (White_Space). The tables are made by src/tokenizer/unicode/categories.ts

let blockIndex: usize = 0; // u16 a block of 128 code points → block number
let blocks: usize = 0; // class bits of each code point

export function setClasses(index: usize, data: usize): void {
	blockIndex = index;
	blocks = data;
}

export const UPPER: u32 = 1; // Lu Lt
export const LOWER: u32 = 2; // Ll
export const OTHER: u32 = 4; // Lm Lo
export const LETTER: u32 = 7;
export const MARK: u32 = 8;
export const NUMBER: u32 = 16;
export const SPACE: u32 = 32; // White_Space
export const NEWLINE: u32 = 64; // \r \n: SPACE too

/** Bytes of the character that classAt saw last. */
export let wide: usize = 0;

/** The class bits of the character at p. */
@inline
export function classAt(p: usize): u32 {
	const lead = <u32>load<u8>(p);
	if (lead < 0x80) {
		wide = 1;
		return load<u8>(blocks + lead);
	}
	let point: u32;
	if (lead < 0xe0) {
		wide = 2;
		point = ((lead & 31) << 6) | (load<u8>(p, 1) & 63);
	} else if (lead < 0xf0) {
		wide = 3;
		point = ((lead & 15) << 12) | ((<u32>load<u8>(p, 1) & 63) << 6) | (load<u8>(p, 2) & 63);
	} else {
		wide = 4;
		point = ((lead & 7) << 18) | ((<u32>load<u8>(p, 1) & 63) << 12) | ((<u32>load<u8>(p, 2) & 63) << 6) | (load<u8>(p, 3) & 63);
	}
	return load<u8>(blocks + (<usize>load<u16>(blockIndex + (point >> 7 << 1)) << 7) + (point & 127));
}
