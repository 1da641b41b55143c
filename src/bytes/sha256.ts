// SHA-256 in plain TypeScript (FIPS 180-4 §6.2), for where no other is: crypto.subtle is absent from pages that came over plain http.

/** The first 32 bits of the fractional parts of √p of the first eight primes, and of ∛p of the first 64 (§5.3.3, §4.2.2). */
const PRIMES = primes(64);
const START = PRIMES.slice(0, 8).map((p) => fraction(p ** (1 / 2)));
const ROUND = Uint32Array.from(PRIMES, (p) => fraction(Math.cbrt(p)));

/** Bytes of a block. */
const BLOCK = 64;

export interface Sha256 {
	/** As often as wanted: a file comes in pieces. */
	update(bytes: Uint8Array): Sha256;
	/** The 32 bytes; nothing may follow. */
	digest(): Uint8Array<ArrayBuffer>;
}

/**
 * SHA-256 of one text of bytes.
 *
 *     hex(sha256(new TextEncoder().encode('abc')))  // ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad (FIPS 180-4's example)
 */
export const sha256 = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => createSha256().update(bytes).digest();

/** Bytes as hexadecimal digits. */
export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function createSha256(): Sha256 {
	const state = Uint32Array.from(START);
	const schedule = new Uint32Array(64);
	/** What does not fill a block yet. */
	const rest = new Uint8Array(BLOCK);
	const view = new DataView(rest.buffer);
	let resting = 0;
	let length = 0;
	const self: Sha256 = {
		update(bytes) {
			length += bytes.length;
			let at = 0;
			if (resting > 0) {
				at = Math.min(BLOCK - resting, bytes.length);
				rest.set(bytes.subarray(0, at), resting);
				resting += at;
				if (resting < BLOCK) return self;
				compress(state, schedule, view, 0);
			}
			const given = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
			for (; at + BLOCK <= bytes.length; at += BLOCK) compress(state, schedule, given, at);
			rest.set(bytes.subarray(at));
			resting = bytes.length - at;
			return self;
		},
		digest() {
			// A bit 1, zeros, and the length in bits as 64 bits: to the end of a block (§5.1.1).
			rest.fill(0, resting);
			rest[resting] = 0x80;
			if (resting >= BLOCK - 8) {
				compress(state, schedule, view, 0);
				rest.fill(0);
			}
			view.setBigUint64(BLOCK - 8, BigInt(length) * 8n);
			compress(state, schedule, view, 0);
			const out = new DataView(new ArrayBuffer(32));
			for (const [i, word] of state.entries()) out.setUint32(i * 4, word);
			return new Uint8Array(out.buffer);
		},
	};
	return self;
}

/** One block into the state (§6.2.2). */
function compress(state: Uint32Array, w: Uint32Array, block: DataView, at: number): void {
	for (let t = 0; t < 16; t++) w[t] = block.getUint32(at + t * 4);
	for (let t = 16; t < 64; t++) {
		const a = w[t - 15]!;
		const b = w[t - 2]!;
		const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
		const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
		w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
	}
	let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
	for (let t = 0; t < 64; t++) {
		const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
		const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[t]! + w[t]!) | 0;
		const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
		const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
		h = g;
		g = f;
		f = e;
		e = (d + one) | 0;
		d = c;
		c = b;
		b = a;
		a = (one + two) | 0;
	}
	for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = state[i]! + word;
}

/** To the right, in 32 bits. */
function rotate(x: number, by: number): number {
	return (x >>> by) | (x << (32 - by));
}

function fraction(x: number): number {
	return Math.floor((x % 1) * 2 ** 32);
}

function primes(count: number): number[] {
	const found: number[] = [];
	for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
	return found;
}
