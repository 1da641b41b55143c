// How weight matrices lie in the kernels' memory: which stored type becomes which kind of record, and what it costs.
// The records themselves: kernels/records.ts; the repacking: kernels/repack.ts

/** A kind of weight record: 8 rows × one group of columns. */
export interface WeightKind {
	readonly name: 'signed8' | 'unsigned6' | 'unsigned5' | 'unsigned4' | 'float32';
	/** Number that the kernels know it by. */
	readonly number: number;
	/** Columns of a group. */
	readonly columns: 1 | 16 | 32;
	/** Bytes of a record: 8 scales and 8 companions in float32, and the whole numbers. */
	readonly recordBytes: number;
	/** Its function among the kernels. */
	readonly matmul: 'matmulSigned8' | 'matmulUnsigned6' | 'matmulUnsigned5' | 'matmulUnsigned4' | 'matmulFloats';
	/** What it multiplies: activations in −127…127, in 0…levels, or as they are. */
	readonly activations: 'signed' | 'unsigned' | 'float';
}

const kind = (
	name: WeightKind['name'],
	number: number,
	columns: 16 | 32,
	bits: 4 | 8,
	activations: WeightKind['activations'],
	matmul: WeightKind['matmul'],
): WeightKind => ({ name, number, columns, recordBytes: 64 + columns * bits, activations, matmul });

/** In the order of the numbers in kernels/records.ts. */
export const WEIGHT_KINDS = {
	signed8: kind('signed8', 0, 32, 8, 'unsigned', 'matmulSigned8'),
	unsigned6: kind('unsigned6', 1, 16, 8, 'signed', 'matmulUnsigned6'),
	unsigned5: kind('unsigned5', 2, 32, 8, 'signed', 'matmulUnsigned5'),
	unsigned4: kind('unsigned4', 3, 32, 4, 'signed', 'matmulUnsigned4'),
	/** For models whose file holds floats: kernels/floats.ts. */
	float32: { name: 'float32', number: 4, columns: 1, recordBytes: 32, activations: 'float', matmul: 'matmulFloats' } satisfies WeightKind,
} as const;

/** A stored type that repacks without rounding. */
export interface HotType {
	/** GGUF's number, which the repack kernel knows it by. */
	readonly number: number;
	readonly kind: WeightKind;
	/** Columns that a row must be a multiple of, and their bytes. */
	readonly blockElements: number;
	readonly blockBytes: number;
}

const hot = (number: number, weightKind: WeightKind, blockElements: number, blockBytes: number): HotType => ({
	number,
	kind: weightKind,
	blockElements,
	blockBytes,
});

const { signed8, unsigned6, unsigned5, unsigned4 } = WEIGHT_KINDS;

/** Stored types by name. Whatever is not here is decoded to float32, and kept so or rounded to 'signed8'. */
export const HOT_TYPES: ReadonlyMap<string, HotType> = new Map([
	['Q4_0', hot(2, unsigned4, 32, 18)],
	['Q4_1', hot(3, unsigned4, 32, 20)],
	['Q5_0', hot(6, unsigned5, 32, 22)],
	['Q5_1', hot(7, unsigned5, 32, 24)],
	['Q8_0', hot(8, signed8, 32, 34)],
	['Q4_K', hot(12, unsigned4, 256, 144)],
	['Q5_K', hot(13, unsigned5, 256, 176)],
	['Q6_K', hot(14, unsigned6, 256, 210)],
	['MXFP4', hot(39, unsigned5, 32, 17)],
]);

/** Float32 values, rounded to 127 steps per 32, and as they are. */
export const ROUNDED: HotType = hot(0, signed8, 32, 128);
export const FLOATS: HotType = hot(0, WEIGHT_KINDS.float32, 1, 4);
/** Stored types that FLOATS keeps: all but F64 exactly. */
export const FLOAT_TYPES: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);

/** Columns as the kernels take them: filled up to 32 with zeros. */
export function padded(columns: number): number {
	return Math.ceil(columns / 32) * 32;
}

/** Bytes of an M × N matrix of records; rows are filled up to eights. */
export function matrixBytes({ columns, recordBytes }: WeightKind, M: number, N: number): number {
	return Math.ceil(M / 8) * (N / columns) * recordBytes;
}

/** Bytes of T × N activations in records for a kind: one token alone, or fours. */
export function activationBytes({ columns, activations }: WeightKind, T: number, N: number): number {
	const lanes = T === 1 ? 1 : 4;
	return Math.ceil(T / lanes) * lanes * (activations === 'float' ? N * 4 : (N / columns) * (8 + columns));
}
