// Tables of many strings: unpacked from a file, searched for those that a caller can need. A vocabulary has 262,144 of them.
// Twin: src/compute/strings.ts. String i is bytes[offsets[i]] to bytes[offsets[i + 1]]; every buffer has 8 bytes to spare.

/** `count` times [length u64, bytes] at `raw` → the bytes joined at `out`, where each ends in `offsets`; whether they fill `size` exactly. */
export function unpack(raw: usize, size: u32, count: u32, out: usize, offsets: usize): bool {
	const end = raw + size;
	let to: u32 = 0;
	store<u32>(offsets, 0);
	for (let i: u32 = 1; i <= count; i++) {
		if (end - raw < 8) return false;
		const length = load<u64>(raw);
		raw += 8;
		if (length > <u64>(end - raw)) return false;
		// A call of memory.copy costs more than most strings.
		for (let j: u32 = 0; j < <u32>length; j += 8) store<u64>(out + to + j, load<u64>(raw + j));
		raw += <usize>length;
		to += <u32>length;
		store<u32>(offsets + (<usize>i << 2), to);
	}
	return raw == end;
}

/** Places of the strings of `least` to `most` bytes whose last byte has a 1 in `lasts` (256 bytes), written to `found`; their number. */
export function select(bytes: usize, offsets: usize, count: u32, least: u32, most: u32, lasts: usize, found: usize): u32 {
	let hits: usize = 0;
	let from = load<u32>(offsets);
	for (let i: u32 = 0; i < count; i++) {
		const to = load<u32>(offsets + (<usize>(i + 1) << 2));
		const length = to - from;
		from = to;
		if (length < least || length > most || load<u8>(lasts + load<u8>(bytes + to - 1)) == 0) continue;
		store<u32>(found + (hits++ << 2), i);
	}
	return <u32>hits;
}

/**
 * Every `step`th place whose `step` strings, joined, have only neighbouring bytes with a 1 in `pairs` (first · 256 + second); their number.
 * A `prefix` at the beginning does not count, nor the first byte `gap` (−1 none) behind the first byte.
 */
export function standing(
	bytes: usize,
	offsets: usize,
	count: u32,
	step: u32,
	pairs: usize,
	prefix: usize,
	prefixLength: u32,
	gap: i32,
	found: usize,
): u32 {
	let hits: usize = 0;
	for (let i: u32 = 0; i + step <= count; i += step) {
		let p = bytes + load<u32>(offsets + (<usize>i << 2));
		const end = bytes + load<u32>(offsets + (<usize>(i + step) << 2));
		if (prefixLength > 0 && <u32>(end - p) >= prefixLength) {
			let same: u32 = 0;
			while (same < prefixLength && load<u8>(p + same) == load<u8>(prefix + same)) same++;
			if (same == prefixLength) p += prefixLength;
		}
		let stands = true;
		let open = gap;
		let last = p < end ? <u32>load<u8>(p) : 0;
		for (p++; p < end; p++) {
			const byte = <u32>load<u8>(p);
			if (<i32>byte == open) {
				open = -1;
				continue;
			}
			if (load<u8>(pairs + ((last << 8) | byte)) == 0) {
				stands = false;
				break;
			}
			last = byte;
		}
		if (stands) store<u32>(found + (hits++ << 2), i);
	}
	return <u32>hits;
}
