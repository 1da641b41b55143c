// What this machine's WebAssembly can do: found out by trying, never assumed.
// Relaxed SIMD leaves the dot product's top bit to the machine: proposals/relaxed-simd/Overview.md §"Relaxed integer dot product"

/** What `i32x4.relaxed_dot_i8x16_i7x16_add_s` makes of second operands above 127. */
export type DotTopBit =
	/** 128…255 count as they are, and no sum on the way is cut (x86 with AVX-VNNI). */
	| 'unsigned'
	/** 128…255 count as they are, but pairs are cut at 16 bits (x86 without it). */
	| 'unsigned-saturating'
	/** They count as −128…−1 (Arm). */
	| 'signed';

/** (a, b) → relaxed dot of 16 bytes of a's pattern and b's, lane 0: sums four products. Hand-assembled: type, function, export `dot`, code. */
const PROBE = Uint8Array.of(
	...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
	...[0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f], // type 0: (i32, i32) → i32
	...[0x03, 0x02, 0x01, 0x00], // function 0 of type 0
	...[0x07, 0x07, 0x01, 0x03, 0x64, 0x6f, 0x74, 0x00, 0x00], // export "dot"
	...[0x0a, 0x16, 0x01, 0x14, 0x00], // code: one body of 20 bytes, no locals
	...[0x20, 0x00, 0xfd, 0x11], // local.get 0, i32x4.splat
	...[0x20, 0x01, 0xfd, 0x11], // local.get 1, i32x4.splat
	...[0x41, 0x00, 0xfd, 0x11], // i32.const 0, i32x4.splat
	...[0xfd, 0x93, 0x02], // i32x4.relaxed_dot_i8x16_i7x16_add_s
	...[0xfd, 0x1b, 0x00], // i32x4.extract_lane 0
	0x0b,
);

/** Whether code may be made from bytes at all: Cloudflare's Workers, and pages whose policy lacks 'wasm-unsafe-eval', let none be. */
export function canCompile(): boolean {
	try {
		return Boolean(new WebAssembly.Module(PROBE.subarray(0, 8))); // the empty module: magic and version
	} catch {
		return false;
	}
}

/** Undefined where there is no relaxed SIMD. */
export function probeRelaxedDot(): DotTopBit | undefined {
	if (!WebAssembly.validate(PROBE)) return undefined;
	const { dot } = new WebAssembly.Instance(new WebAssembly.Module(PROBE)).exports as { dot(a: number, b: number): number };
	// 127 · 255 · 4 = 129,540 where nothing is cut; 2 · 32,767 where pairs are; 127 · −1 · 4 where the top bit is a sign.
	const sum = dot(0x7f7f7f7f, -1);
	return sum < 0 ? 'signed' : sum === 127 * 255 * 4 ? 'unsigned' : 'unsigned-saturating';
}

/** Whether memory can be shared between threads here (in a page: cross-origin isolated). */
export function canShareMemory(): boolean {
	return typeof SharedArrayBuffer === 'function' && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}
