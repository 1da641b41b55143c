// The vocabulary in the kernel: bytes → id, and two neighbours → what they become.
// Twin: src/tokenizer/models/bpe-tables.ts.

let tokenBytes: usize = 0;
let tokenOffsets: usize = 0; // V + 1 u32
let slots: usize = 0; // 16 bytes a slot: key u64, length u32, id u32
let slotMask: u32 = 0;
let pairSlots: usize = 0; // 16 bytes a slot: left, right, rank, merged; 0 when merging is by joined bytes
let pairMask: u32 = 0;
let ranks: usize = 0; // V i32, −1 none

export function setVocabulary(bytes: usize, offsets: usize, table: usize, mask: u32): void {
	tokenBytes = bytes;
	tokenOffsets = offsets;
	slots = table;
	slotMask = mask;
}

export function setMerges(pairs: usize, pairsMask: u32, rank: usize): void {
	pairSlots = pairs;
	pairMask = pairsMask;
	ranks = rank;
}

const K: u64 = 0x9e3779b97f4a7c15;

/** Up to 8 bytes as they are; more as a 64-bit hash. Reads up to 8 bytes past the end: every buffer has them. */
@inline
export function keyOf(p: usize, length: u32): u64 {
	if (length <= 8) return load<u64>(p) & (~(<u64>0) >> (64 - (length << 3)));
	let hash: u64 = K ^ length;
	let q = p;
	const last = p + length - 8;
	while (q < last) {
		hash = (hash ^ load<u64>(q)) * K;
		hash ^= hash >> 29;
		q += 8;
	}
	hash = (hash ^ load<u64>(last)) * K;
	return hash ^ (hash >> 32);
}

@inline
export function slotHash(key: u64, length: u32): u32 {
	// The last bytes of eight stand where the product has nothing above them: they are brought down first.
	return <u32>(((key ^ (key >> 32) ^ (<u64>length << 24)) * K) >> 32);
}

@inline
function slotOf(key: u64, length: u32): u32 {
	return slotHash(key, length) & slotMask;
}

export function sameBytes(a: usize, b: usize, length: u32): bool {
	let i: u32 = 0;
	for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
	for (; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
	return true;
}

/** Id of the token with these bytes, or −1. */
export function find(p: usize, length: u32): i32 {
	const key = keyOf(p, length);
	let slot = slotOf(key, length);
	while (true) {
		const at = slots + (<usize>slot << 4);
		const size = load<u32>(at, 8);
		if (size == 0) return -1;
		if (load<u64>(at) == key && size == length) {
			const id = load<u32>(at, 12);
			if (length <= 8 || sameBytes(tokenBytes + load<u32>(tokenOffsets + (<usize>id << 2)), p, length)) return <i32>id;
		}
		slot = (slot + 1) & slotMask;
	}
}

/** As src/tokenizer/vocabulary.ts MAX_RUN: slots in use one after another. Only strings made to collide have more. */
const MAX_RUN: u32 = 1024;

/** Whether a table has longer runs of used slots (those whose word at `mark` is not `unused`) than MAX_RUN. */
function crowded(table: usize, mask: u32, mark: usize, unused: u32): bool {
	let run: u32 = 0;
	for (let slot: u32 = 0; slot <= mask; slot++) {
		run = load<u32>(table + (<usize>slot << 4) + mark) == unused ? 0 : run + 1;
		if (run > MAX_RUN) return true;
	}
	return false;
}

/**
 * Puts the tokens in whose `reach` byte is 1; of equal ones the first stays. Slots must be zero. False where they collide so much that
 * looking up would no longer take constant time.
 */
export function build(size: u32, reach: usize): bool {
	for (let id: u32 = 0; id < size; id++) {
		if (load<u8>(reach + id) == 0) continue;
		const from = load<u32>(tokenOffsets + (<usize>id << 2));
		const length = load<u32>(tokenOffsets + (<usize>id << 2), 4) - from;
		if (length == 0 || find(tokenBytes + from, length) >= 0) continue;
		const key = keyOf(tokenBytes + from, length);
		let slot = slotOf(key, length);
		let probes: u32 = 0;
		while (load<u32>(slots + (<usize>slot << 4), 8) != 0) {
			if (++probes > MAX_RUN) return false;
			slot = (slot + 1) & slotMask;
		}
		const at = slots + (<usize>slot << 4);
		store<u64>(at, key);
		store<u32>(at, length, 8);
		store<u32>(at, id, 12);
	}
	return !crowded(slots, slotMask, 8, 0);
}

/** Token string bytes[from..to] → surface at `out`; its length. `alphabet`: i16 a code point below 0x144, the byte or −1; 0: as it is. */
function surface(from: usize, to: usize, out: usize, alphabet: usize): u32 {
	if (alphabet != 0) {
		let length: u32 = 0;
		let p = from;
		for (; p < to; p++) {
			let point = <u32>load<u8>(p);
			if (point >= 0x80) {
				if (point < 0xc2 || point > 0xc5) break;
				point = ((point & 0x1f) << 6) | (load<u8>(++p) & 0x3f);
			}
			const byte = point < 0x144 ? load<i16>(alphabet + (<usize>point << 1)) : -1;
			if (byte < 0) break;
			store<u8>(out + length++, byte);
		}
		if (p == to) return length;
	}
	memory.copy(out, from, to - from);
	return <u32>(to - from);
}

/**
 * Puts the merges in, as bpe-tables.ts pairsOf does: `total` of them, one string each ("left right") or two (`paired`). Slots must be
 * filled with −1; `scratch` has room for the longest. False as in `build`.
 */
export function buildPairs(bytes: usize, offsets: usize, total: u32, paired: i32, alphabet: usize, scratch: usize): bool {
	for (let rank: u32 = 0; rank < total; rank++) {
		const at = offsets + (<usize>(paired != 0 ? rank * 2 : rank) << 2);
		const from = bytes + load<u32>(at);
		let to = bytes + load<u32>(at, 4);
		let leftTo = to;
		let rightFrom = to;
		if (paired != 0) to = bytes + load<u32>(at, 8);
		else {
			leftTo = from + 1;
			while (leftTo < to && load<u8>(leftTo) != 0x20) leftTo++;
			rightFrom = leftTo + 1;
		}
		if (leftTo <= from || rightFrom >= to) continue;
		const leftLength = surface(from, leftTo, scratch, alphabet);
		const rightLength = surface(rightFrom, to, scratch + leftLength, alphabet);
		const left = find(scratch, leftLength);
		const right = find(scratch + leftLength, rightLength);
		const merged = find(scratch, leftLength + rightLength);
		if ((left | right | merged) < 0) continue;
		let slot = pairHash(left, right) & pairMask;
		let place = pairSlots + (<usize>slot << 4);
		let probes: u32 = 0;
		while (load<i32>(place) != -1 && (load<i32>(place) != left || load<i32>(place, 4) != right)) {
			if (++probes > MAX_RUN) return false;
			slot = (slot + 1) & pairMask;
			place = pairSlots + (<usize>slot << 4);
		}
		store<i32>(place, left);
		store<i32>(place, right, 4);
		store<u32>(place, rank, 8);
		store<i32>(place, merged, 12);
	}
	return !crowded(pairSlots, pairMask, 0, 0xffffffff);
}

@inline
function pairHash(left: i32, right: i32): u32 {
	const hash = <u32>((left * 0x9e3779b1 ^ right) * 0x85ebca6b);
	return hash ^ (hash >> 15);
}

export let foundId: i32 = -1;

/** Rank of two neighbours, or −1; what they become in foundId. */
@inline
export function rankOf(left: i32, right: i32, from: usize, to: usize): i32 {
	if (pairSlots == 0) {
		foundId = find(from, <u32>(to - from));
		return foundId < 0 ? -1 : load<i32>(ranks + (<usize>foundId << 2));
	}
	if ((left | right) < 0) return -1;
	let slot = pairHash(left, right) & pairMask;
	while (true) {
		const at = pairSlots + (<usize>slot << 4);
		const found = load<i32>(at);
		if (found == -1) return -1;
		if (found == left && load<i32>(at, 4) == right) {
			foundId = load<i32>(at, 12);
			return load<i32>(at, 8);
		}
		slot = (slot + 1) & pairMask;
	}
}
