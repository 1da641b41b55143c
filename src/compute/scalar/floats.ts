// The plain twins of kernels/floats.ts: float32 matrices laid eight rows side by side, and tokens laid in fours.

export interface FloatKernels {
	/** Float32 rows → rows first … first + rows of records of 8 rows × 1 column. */
	repackFloats(source: number, rowBytes: number, first: number, rows: number, columns: number, weights: number): void;
	/** (tokens, width) → fours of tokens side by side. */
	interleave(x: number, tokens: number, width: number, out: number): void;
	/** y, columns 8 · first … 8 · last ← (with add: +=) weights · x. One token's x as it is, more in fours. */
	matmulFloats(
		weights: number,
		first: number,
		last: number,
		columns: number,
		x: number,
		tokens: number,
		y: number,
		stride: number,
		add: number,
	): void;
}

export function scalarFloats(memory: WebAssembly.Memory): FloatKernels {
	const floats = (): Float32Array => new Float32Array(memory.buffer);
	return {
		repackFloats(source, rowBytes, first, rows, columns, weights) {
			const data = floats();
			for (let i = 0; i < rows; i++) {
				const row = first + i;
				for (let n = 0; n < columns; n++) {
					data[weights / 4 + ((row >> 3) * columns + n) * 8 + (row & 7)] = data[(source + i * rowBytes) / 4 + n]!;
				}
			}
		},
		interleave(x, tokens, width, out) {
			const data = floats();
			for (let t = 0; t < Math.ceil(tokens / 4) * 4; t++) {
				for (let n = 0; n < width; n++) {
					data[out / 4 + ((t >> 2) * width + n) * 4 + (t & 3)] = t < tokens ? data[x / 4 + t * width + n]! : 0;
				}
			}
		},
		matmulFloats(weights, first, last, columns, x, tokens, y, stride, add) {
			const data = floats();
			for (let row = first * 8; row < last * 8; row++) {
				for (let t = 0; t < tokens; t++) {
					let sum = add ? data[(y + t * stride) / 4 + row]! : 0;
					for (let n = 0; n < columns; n++) {
						const value = data[x / 4 + (tokens === 1 ? n : ((t >> 2) * columns + n) * 4 + (t & 3))]!;
						sum += data[weights / 4 + ((row >> 3) * columns + n) * 8 + (row & 7)]! * value;
					}
					data[(y + t * stride) / 4 + row] = sum;
				}
			}
		},
	};
}
