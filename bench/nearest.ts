// Scoring every row of a table, straight on its stored bytes, as a share of the machine's reading speed measured in the same run.
// Usage: node --conditions=tongsa-source bench/nearest.ts [megabytes]. One thread; best of ROUNDS, alternating with the reading itself.

import { createRowScorer } from '../src/compute/rows.ts';
import { buildKernels } from '../src/compute/wasm.ts';
import { dtypeOf, numberToHalf } from '../src/tensor/index.ts';

const MEGABYTES = Number(process.argv[2] ?? 160);
const WIDTHS = [576, 640, 2048];
const TYPES = ['Q8_0', 'F16', 'BF16', 'F32'] as const;
const ROUNDS = 12;

const build = await buildKernels();
const size = MEGABYTES * 1e6;
const pages = Math.ceil((size + 65536) / 65536);
const reader = build.over(new WebAssembly.Memory({ initial: pages, maximum: pages }));
new Uint8Array(reader.memory.buffer).fill(1);

function milliseconds(work: () => void): number {
	const start = performance.now();
	work();
	return performance.now() - start;
}

console.log(
	`kernels: ${build.variant}; a table of ${MEGABYTES} MB\n\n| type | width | GB/s | reading GB/s | share |\n|---|---|---|---|---|`,
);
for (const type of TYPES) {
	for (const width of WIDTHS) {
		const { blockElements, blockBytes } = dtypeOf(type);
		const rowBytes = (width / blockElements) * blockBytes;
		const rows = Math.floor(size / rowBytes);
		const store = createRowScorer(build).allocate(type, width, rows)!;
		const stretch = rowOf(type, rowBytes);
		for (let r = 0; r < rows; r++) store.write(r, stretch);
		const query = Float32Array.from({ length: width }, (_, i) => Math.sin(i));
		const scores = new Float32Array(rows);
		let scoring = Number.POSITIVE_INFINITY;
		let reading = Number.POSITIVE_INFINITY;
		for (let round = 0; round < ROUNDS; round++) {
			scoring = Math.min(
				scoring,
				milliseconds(() => store.dot(query, 0, rows, scores)),
			);
			reading = Math.min(
				reading,
				milliseconds(() => reader.readAll(1024, Math.floor(size / 128) * 128)),
			);
		}
		const [speed, limit] = [(rows * rowBytes) / scoring / 1e6, size / reading / 1e6];
		console.log(`| ${type} | ${width} | ${speed.toFixed(1)} | ${limit.toFixed(1)} | ${((100 * speed) / limit).toFixed(0)} % |`);
		store.free();
	}
}

/** One row of ordinary values: subnormal numbers would be slower than any table is. */
function rowOf(type: (typeof TYPES)[number], rowBytes: number): Uint8Array {
	const values = Float32Array.from({ length: rowBytes }, (_, i) => Math.cos(i * 1.7) + 1.1);
	if (type === 'F32') return new Uint8Array(values.buffer, 0, rowBytes);
	if (type === 'F16') return new Uint8Array(Uint16Array.from(values, numberToHalf).buffer, 0, rowBytes);
	if (type === 'BF16') return new Uint8Array(Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16).buffer, 0, rowBytes);
	// The same byte as quant and as either half of a scale: 0x2d2d is a half of about 0.08.
	return new Uint8Array(rowBytes).fill(0x2d);
}
