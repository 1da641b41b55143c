// Files written byte by byte, with whatever in them: our own writer would refuse to lie.

const utf8 = new TextEncoder();

export const bytes = (...parts: readonly (Uint8Array | string)[]): Uint8Array =>
	new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? utf8.encode(part) : part))));

export function u32(value: number): Uint8Array {
	const out = new Uint8Array(4);
	new DataView(out.buffer).setUint32(0, value, true);
	return out;
}

export function u64(value: number | bigint): Uint8Array {
	const out = new Uint8Array(8);
	new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
	return out;
}

export function f32(...values: readonly number[]): Uint8Array {
	return new Uint8Array(Float32Array.from(values).buffer);
}

/** A GGUF string: length and bytes. */
export const text = (value: string | Uint8Array): Uint8Array => {
	const data = bytes(value);
	return bytes(u64(data.length), data);
};

/** Numbers of GGUF's value types. */
export const TYPE = { u8: 0, i8: 1, u16: 2, i16: 3, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10, i64: 11, f64: 12 };

/** A metadata key with a value that is given as it lies in the file. */
export const entry = (key: string | Uint8Array, type: number, value: Uint8Array): Uint8Array => bytes(text(key), u32(type), value);
export const str = (key: string, value: string): Uint8Array => entry(key, TYPE.string, text(value));
export const num = (key: string, value: number): Uint8Array => entry(key, TYPE.u32, u32(value));
export const list = (key: string, of: number, count: number | bigint, items: Uint8Array): Uint8Array =>
	entry(key, TYPE.array, bytes(u32(of), u64(count), items));
export const strings = (key: string, values: readonly (string | Uint8Array)[]): Uint8Array =>
	list(key, TYPE.string, values.length, bytes(...values.map(text)));
export const floats = (key: string, values: readonly number[]): Uint8Array => list(key, TYPE.f32, values.length, f32(...values));
export const ints = (key: string, values: readonly number[]): Uint8Array =>
	list(key, TYPE.i32, values.length, new Uint8Array(Int32Array.from(values).buffer));

/** A tensor's info: dimensions fastest first, as in the file. */
export const tensor = (name: string, dimensions: readonly (number | bigint)[], type: number, offset: number | bigint): Uint8Array =>
	bytes(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset));

export interface Gguf {
	readonly entries?: readonly Uint8Array[];
	readonly tensors?: readonly Uint8Array[];
	readonly data?: Uint8Array;
	readonly magic?: string;
	readonly version?: number;
	/** Counts as written, where they are not those of the lists. */
	readonly tensorCount?: number | bigint;
	readonly keyCount?: number | bigint;
	readonly alignment?: number;
}

export function gguf(given: Gguf): Uint8Array {
	const { entries = [], tensors = [], data = new Uint8Array(0), magic = 'GGUF', version = 3, alignment = 32 } = given;
	const header = bytes(
		magic,
		u32(version),
		u64(given.tensorCount ?? tensors.length),
		u64(given.keyCount ?? entries.length),
		...entries,
		...tensors,
	);
	return bytes(header, new Uint8Array((alignment - (header.length % alignment)) % alignment), data);
}

export interface Safetensors {
	readonly header: string | Uint8Array;
	readonly data?: Uint8Array;
	/** As written, where it is not the header's. */
	readonly length?: number | bigint;
}

export function safetensors({ header, data = new Uint8Array(0), length }: Safetensors): Uint8Array {
	const json = bytes(header);
	return bytes(u64(length ?? json.length), json, data);
}

/** One field of a protocol buffer message: a length and bytes, or a number. */
export function field(number: number, value: Uint8Array | number | bigint): Uint8Array {
	if (value instanceof Uint8Array) return bytes(varint((number << 3) | 2), varint(value.length), value);
	return bytes(varint(number << 3), varint(value));
}

export function varint(value: number | bigint): Uint8Array {
	const out: number[] = [];
	for (let left = BigInt(value); ; left >>= 7n) {
		out.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
		if (left <= 0x7fn) return Uint8Array.from(out);
	}
}
