// createRowScorer: dot products with every row of a stored table, by kernels that read the stored bytes. One memory a table.
// Speed and method: docs/speed.md

import type { Kernels } from './kernels.ts';
import type { RowScorer, RowStore } from './row-scorer.ts';
import type { KernelBuild } from './wasm.ts';

/** How a stored type is scored. */
interface RowType {
	/** Width must be a multiple of this. */
	readonly unit: number;
	/** Bytes of `unit` values. */
	readonly unitBytes: number;
	readonly score: 'scoreF32' | 'scoreF16' | 'scoreBF16' | 'scoreQ8_0';
	readonly squares: 'squaresF32' | 'squaresF16' | 'squaresBF16' | 'squaresQ8_0';
	/** Writes the query as the kernel wants it; gives the factor that the scores are too large by. */
	place(query: Float32Array, memory: ArrayBuffer): number;
	/** Error of the query's own rounding, relative to its length. */
	readonly queryError: (width: number) => number;
}

/** Of each 8 values the odd ones and then the even ones: the order in which a 32-bit word gives up two halves. */
function oddFirst(query: Float32Array, factor: number, out: Float32Array): void {
	for (let i = 0; i < query.length; i++) out[(i & ~7) + (i & 1 ? 0 : 4) + ((i & 7) >> 1)] = query[i]! * factor;
}

const none = (): number => 0;

const TYPES: ReadonlyMap<string, RowType> = new Map<string, RowType>([
	[
		'F32',
		{
			unit: 4,
			unitBytes: 16,
			score: 'scoreF32',
			squares: 'squaresF32',
			place(query, memory) {
				new Float32Array(memory, 0, query.length).set(query);
				return 1;
			},
			queryError: none,
		},
	],
	[
		'F16',
		{
			unit: 8,
			unitBytes: 16,
			score: 'scoreF16',
			squares: 'squaresF16',
			place(query, memory) {
				// 2^64 is the factor that the kernel expects and takes out again.
				oddFirst(query, 2 ** 64, new Float32Array(memory, 0, query.length));
				return 1;
			},
			queryError: none,
		},
	],
	[
		'BF16',
		{
			unit: 8,
			unitBytes: 16,
			score: 'scoreBF16',
			squares: 'squaresBF16',
			place(query, memory) {
				oddFirst(query, 1, new Float32Array(memory, 0, query.length));
				return 1;
			},
			queryError: none,
		},
	],
	[
		'Q8_0',
		{
			unit: 32,
			unitBytes: 34,
			score: 'scoreQ8_0',
			squares: 'squaresQ8_0',
			place(query, memory) {
				const largest = query.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
				const out = new Int16Array(memory, 0, query.length);
				for (let i = 0; i < query.length; i++) out[i] = Math.round((query[i]! / largest) * 32767);
				return 32767 / largest;
			},
			// Each value is off by at most half a step of largest / 32767, and largest ≤ |query|.
			queryError: (width) => (0.5 * Math.sqrt(width)) / 32767,
		},
	],
]);

const PAGE = 65536;
/** A 32-bit memory's pages. */
const MAX_PAGES = 65536;

export function createRowScorer(build: KernelBuild): RowScorer {
	return {
		allocate(dtype, width, rows) {
			const type = TYPES.get(dtype);
			if (!type || width % type.unit) return undefined;
			const rowBytes = (width / type.unit) * type.unitBytes;
			// Query, scores, rows; each begins on 128 bytes, and 128 bytes follow so that a whole vector may be read at the end.
			const scores = align(width * 4);
			const table = scores + align(rows * 4);
			const pages = Math.ceil((table + align(rowBytes * rows) + 128) / PAGE);
			if (pages > MAX_PAGES) return undefined;
			let memory: WebAssembly.Memory;
			try {
				memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
			} catch {
				return undefined; // no room
			}
			return store(build.over(memory), type, { width, rowBytes, scores, table });
		},
	};
}

interface Places {
	readonly width: number;
	readonly rowBytes: number;
	/** Byte offsets in the memory. */
	readonly scores: number;
	readonly table: number;
}

function store(kernels: Kernels, type: RowType, { width, rowBytes, scores, table }: Places): RowStore {
	const bytes = new Uint8Array(kernels.memory.buffer);
	const buffer = kernels.memory.buffer as ArrayBuffer;
	const take = (count: number, factor: number, out: Float32Array): void => {
		const result = new Float32Array(buffer, scores, count);
		for (let i = 0; i < count; i++) out[i] = result[i]! / factor;
	};
	return {
		// Sums of width / 4 products a lane and a dozen steps more, each half a unit in the last place off (2^-24).
		relativeError: (width / 4 + 16) * 2 ** -24 + type.queryError(width),
		write: (first, rows) => bytes.set(rows, table + first * rowBytes),
		row: (index) => bytes.subarray(table + index * rowBytes, table + (index + 1) * rowBytes),
		dot(query, first, count, out) {
			const factor = type.place(query, buffer);
			kernels[type.score](table + first * rowBytes, count, width, 0, scores);
			take(count, factor, out);
		},
		squares(first, count, out) {
			kernels[type.squares](table + first * rowBytes, count, width, scores);
			take(count, 1, out);
		},
		// The memory goes with the store: nothing else holds it.
		free() {},
	};
}

function align(byteLength: number): number {
	return Math.ceil(byteLength / 128) * 128;
}
