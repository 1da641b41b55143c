// The plain twins of kernels/matmul.ts, records.ts, quantise.ts and repack.ts: weight records, activation records and their product.
// Stored layouts: ggml/src/ggml-common.h; formulas: ggml/src/ggml-quants.c dequantize_row_*.

import { WEIGHT_KINDS, type WeightKind } from '../layouts.ts';
import { half } from './halves.ts';

export interface MatrixKernels {
	/** Stored rows → rows first … first + rows of a matrix of records of a kind. Type 0: float32 values. `scratch`: 32 bytes. Gives 0 if all scales are finite. */
	repack(
		type: number,
		kind: number,
		source: number,
		rowBytes: number,
		first: number,
		rows: number,
		groups: number,
		weights: number,
		scratch: number,
	): number;
	/** A row of a matrix of records as float32. */
	unpackRow(kind: number, weights: number, row: number, groups: number, out: number): void;
	/** Float32 rows → activation records of 1 or 4 lanes. levels 0: −127…127; otherwise 0…levels from the least value on. */
	quantise(x: number, tokens: number, groups: number, steps: number, lanes: number, levels: number, records: number): void;
	readonly matmulSigned8: Matmul;
	readonly matmulUnsigned6: Matmul;
	readonly matmulUnsigned5: Matmul;
	readonly matmulUnsigned4: Matmul;
}

/** y (tokens, stride / 4), columns 8 · first … 8 · last ← (with add: +=) weights · x; one for each kind of weight record. */
type Matmul = (
	weights: number,
	first: number,
	last: number,
	groups: number,
	x: number,
	tokens: number,
	y: number,
	stride: number,
	add: number,
) => void;

const KINDS: readonly WeightKind[] = Object.values(WEIGHT_KINDS);

/** One group of a row: whole numbers in the order of their columns, value = scale · q + minimum. */
interface Group {
	readonly q: number[];
	readonly scale: number;
	readonly minimum: number;
}

const f32 = Math.fround;

/** Group g of the row that begins at `row`, by GGUF's number of the type. */
const UNPACK: Readonly<Record<number, (data: DataView, row: number, g: number) => Group>> = {
	0: (data, row, g) => {
		const x = Array.from({ length: 32 }, (_, i) => data.getFloat32(row + (g * 32 + i) * 4, true));
		const most = Math.max(...x.map(Math.abs));
		const factor = most > 0 ? f32(127 / most) : 0;
		return { q: x.map((value) => roundHalfEven(f32(value * factor))), scale: f32(most / 127), minimum: 0 };
	},
	2: (data, row, g) => {
		const at = row + g * 18;
		const scale = halfAt(data, at);
		return { q: nibbles(data, at + 2), scale, minimum: -8 * scale };
	},
	3: (data, row, g) => {
		const at = row + g * 20;
		return { q: nibbles(data, at + 4), scale: halfAt(data, at), minimum: halfAt(data, at + 2) };
	},
	6: (data, row, g) => {
		const at = row + g * 22;
		const scale = halfAt(data, at);
		return { q: withFifth(nibbles(data, at + 6), data.getUint32(at + 2, true)), scale, minimum: -16 * scale };
	},
	7: (data, row, g) => {
		const at = row + g * 24;
		return { q: withFifth(nibbles(data, at + 8), data.getUint32(at + 4, true)), scale: halfAt(data, at), minimum: halfAt(data, at + 2) };
	},
	8: (data, row, g) => {
		const at = row + g * 34;
		return { q: Array.from({ length: 32 }, (_, i) => data.getInt8(at + 2 + i)), scale: halfAt(data, at), minimum: 0 };
	},
	12: (data, row, g) => kGroup(data, row + (g >> 3) * 144, g & 7, 16, undefined),
	13: (data, row, g) => kGroup(data, row + (g >> 3) * 176, g & 7, 48, 16),
	14: (data, row, g) => {
		const block = row + (g >> 4) * 210;
		const inside = g & 15;
		const low = block + (inside >> 3) * 64 + (inside & 3) * 16;
		const high = block + 128 + (inside >> 3) * 32 + (inside & 1) * 16;
		const q = Array.from(
			{ length: 16 },
			(_, i) => ((data.getUint8(low + i) >> (inside & 4)) & 15) | (((data.getUint8(high + i) >> (inside & 6)) & 3) << 4),
		);
		const scale = halfAt(data, block + 208) * data.getInt8(block + 192 + inside);
		return { q, scale, minimum: -32 * scale };
	},
	39: (data, row, g) => {
		const at = row + g * 17;
		const DOUBLED = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];
		const scale = 2 ** (data.getUint8(at) - 128);
		return { q: nibbles(data, at + 1).map((code) => DOUBLED[code]! + 12), scale, minimum: -12 * scale };
	},
};

function halfAt(data: DataView, at: number): number {
	const bits = data.getUint16(at, true);
	return (bits & 0x7c00) === 0x7c00 ? Number.NaN : half(bits);
}

/** Low halves of 16 bytes, then their high halves. */
function nibbles(data: DataView, at: number): number[] {
	return Array.from({ length: 32 }, (_, i) => (data.getUint8(at + (i & 15)) >> (i & 16 ? 4 : 0)) & 15);
}

function withFifth(q: number[], bits: number): number[] {
	return q.map((value, i) => value | (((bits >>> i) & 1) << 4));
}

/** Group g of 32 in a Q4_K or Q5_K block (with its fifth bits at `high`). */
function kGroup(data: DataView, block: number, g: number, quants: number, high: number | undefined): Group {
	const byte = (i: number): number => data.getUint8(block + 4 + i);
	const scale = g < 4 ? byte(g) & 63 : (byte(g + 4) & 15) | ((byte(g - 4) >> 6) << 4);
	const minimum = g < 4 ? byte(g + 4) & 63 : (byte(g + 4) >> 4) | ((byte(g) >> 6) << 4);
	const q = Array.from({ length: 32 }, (_, i) => {
		const four = (data.getUint8(block + quants + (g >> 1) * 32 + i) >> ((g & 1) * 4)) & 15;
		return high === undefined ? four : four | (((data.getUint8(block + high + i) >> g) & 1) << 4);
	});
	return { q, scale: halfAt(data, block) * scale, minimum: -halfAt(data, block + 2) * minimum };
}

function roundHalfEven(x: number): number {
	const down = Math.floor(x);
	const rest = x - down;
	return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}

/** Byte offset of the whole number at (row in its eight, column in its group) from the record's start. */
function quantPlace({ name }: WeightKind, row: number, column: number): number {
	const step = column >> 2;
	return 64 + (name === 'unsigned4' ? step >> 1 : step) * 32 + row * 4 + (column & 3);
}

export function scalarMatrices(memory: WebAssembly.Memory): MatrixKernels {
	const view = (): DataView => new DataView(memory.buffer);

	/** Whole number at (row, column in group g) of a matrix, and where its record begins. */
	const recordAt = (kind: WeightKind, weights: number, row: number, groups: number, g: number): number =>
		weights + ((row >> 3) * groups + g) * kind.recordBytes;
	const quantAt = (data: DataView, kind: WeightKind, record: number, row: number, column: number): number => {
		const at = record + quantPlace(kind, row & 7, column);
		if (kind.name === 'signed8') return data.getInt8(at);
		return kind.name === 'unsigned4' ? (data.getUint8(at) >> ((column & 4) === 4 ? 4 : 0)) & 15 : data.getUint8(at);
	};

	const matmul =
		(kind: WeightKind): Matmul =>
		(weights, first, last, groups, x, tokens, y, stride, add) => {
			const data = view();
			const lanes = tokens === 1 ? 1 : 4;
			const recordBytes = lanes * (8 + kind.columns);
			for (let row = first * 8; row < last * 8; row++) {
				for (let t = 0; t < tokens; t++) {
					const lane = t % lanes;
					const out = y + t * stride + row * 4;
					let sum = add ? data.getFloat32(out, true) : 0;
					for (let g = 0; g < groups; g++) {
						const w = recordAt(kind, weights, row, groups, g);
						const a = x + (Math.floor(t / lanes) * groups + g) * recordBytes;
						let products = 0;
						for (let i = 0; i < kind.columns; i++) {
							const at = a + lanes * 8 + ((i >> 2) * lanes + lane) * 4 + (i & 3);
							products += quantAt(data, kind, w, row, i) * (kind.activations === 'signed' ? data.getInt8(at) : data.getUint8(at));
						}
						const r = (row & 7) * 4;
						sum += data.getFloat32(w + r, true) * data.getFloat32(a + lane * 4, true) * products;
						sum += data.getFloat32(w + 32 + r, true) * data.getFloat32(a + (lanes + lane) * 4, true);
					}
					data.setFloat32(out, sum, true);
				}
			}
		};

	return {
		repack(type, number, source, rowBytes, first, rows, groups, weights) {
			const data = view();
			const kind = KINDS[number]!;
			let broken = 0;
			for (let i = 0; i < rows; i++) {
				for (let g = 0; g < groups; g++) {
					const { q, scale, minimum } = UNPACK[type]!(data, source + i * rowBytes, g);
					if (!Number.isFinite(scale + minimum)) broken++;
					const row = first + i;
					const record = recordAt(kind, weights, row, groups, g);
					const companion = kind.name === 'signed8' ? f32(scale) * q.reduce((sum, value) => sum + value, 0) : minimum;
					data.setFloat32(record + (row & 7) * 4, scale, true);
					data.setFloat32(record + 32 + (row & 7) * 4, companion, true);
					for (const [column, value] of q.entries()) {
						const at = record + quantPlace(kind, row & 7, column);
						if (kind.name !== 'unsigned4') data.setInt8(at, value);
						else if (column & 4) data.setUint8(at, (data.getUint8(at) & 15) | (value << 4));
						else data.setUint8(at, (data.getUint8(at) & 240) | value);
					}
				}
			}
			return broken;
		},
		unpackRow(number, weights, row, groups, out) {
			const data = view();
			const kind = KINDS[number]!;
			for (let g = 0; g < groups; g++) {
				const record = recordAt(kind, weights, row, groups, g);
				const scale = data.getFloat32(record + (row & 7) * 4, true);
				const companion = kind.name === 'signed8' ? 0 : data.getFloat32(record + 32 + (row & 7) * 4, true);
				for (let column = 0; column < kind.columns; column++) {
					data.setFloat32(out + (g * kind.columns + column) * 4, scale * quantAt(data, kind, record, row, column) + companion, true);
				}
			}
		},
		quantise(x, tokens, groups, steps, lanes, levels, records) {
			const data = view();
			const width = steps * 4;
			const recordBytes = lanes * (8 + width);
			for (let t = 0; t < Math.ceil(tokens / lanes) * lanes; t++) {
				for (let g = 0; g < groups; g++) {
					const values = Array.from({ length: width }, (_, i) =>
						t < tokens ? data.getFloat32(x + ((t * groups + g) * width + i) * 4, true) : 0,
					);
					const least = Math.min(...values);
					const greatest = Math.max(...values);
					const base = levels ? least : 0;
					const scale = f32(levels ? f32(greatest - least) / levels : Math.max(greatest, -least) / 127);
					const factor = scale > 0 ? f32(1 / scale) : 0;
					const q = values.map((value) => roundHalfEven(f32(f32(value - base) * factor)));
					const record = records + (Math.floor(t / lanes) * groups + g) * recordBytes;
					const lane = t % lanes;
					data.setFloat32(record + lane * 4, scale, true);
					data.setFloat32(record + (lanes + lane) * 4, levels ? base : scale * q.reduce((sum, value) => sum + value, 0), true);
					for (const [i, value] of q.entries()) data.setUint8(record + lanes * 8 + ((i >> 2) * lanes + lane) * 4 + (i & 3), value);
				}
			}
		},
		matmulSigned8: matmul(WEIGHT_KINDS.signed8),
		matmulUnsigned6: matmul(WEIGHT_KINDS.unsigned6),
		matmulUnsigned5: matmul(WEIGHT_KINDS.unsigned5),
		matmulUnsigned4: matmul(WEIGHT_KINDS.unsigned4),
	};
}
