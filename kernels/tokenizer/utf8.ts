// Well-formed UTF-8, as TextEncoder writes it.

/** Bytes of the character that begins at p. */
@inline
export function characterWidth(p: usize): usize {
	const lead = load<u8>(p);
	return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
