// A table's rows in two dimensions: the two directions along which they differ most, by power iteration on a sample.
// Halko, Martinsson, Tropp 2011, Finding structure with randomness, algorithm 4.4 (two vectors, no oversampling)

/** Rows of width D that the directions are fitted on. */
export interface Sample {
	readonly data: Float32Array;
	readonly width: number;
}

export interface Plane {
	/** D values: what is taken away from each row. */
	readonly mean: Float64Array;
	/** Two directions of D values, of length 1 and at right angles. */
	readonly axes: readonly [Float64Array, Float64Array];
}

const ROUNDS = 24;

/** Length 1, in place: what the map shows is direction, as the cosine does. */
export function unitRows(data: Float32Array, width: number): void {
	for (let at = 0; at < data.length; at += width) {
		let square = 0;
		for (let d = at; d < at + width; d++) square += data[d]! ** 2;
		const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
		for (let d = at; d < at + width; d++) data[d]! *= scale;
	}
}

export async function fitPlane({ data, width }: Sample, afterRound: (round: number, of: number) => Promise<void>): Promise<Plane> {
	const count = data.length / width;
	const mean = new Float64Array(width);
	for (let i = 0; i < data.length; i++) mean[i % width]! += data[i]! / count;
	// Fixed starting directions: the same table gives the same map.
	let a = Float64Array.from({ length: width }, (_, d) => Math.sin(d + 1));
	let b = Float64Array.from({ length: width }, (_, d) => Math.cos(2 * d + 1));
	for (let round = 0; round < ROUNDS; round++) {
		const nextA = new Float64Array(width);
		const nextB = new Float64Array(width);
		for (let at = 0; at < data.length; at += width) {
			let alongA = 0;
			let alongB = 0;
			for (let d = 0; d < width; d++) {
				const x = data[at + d]! - mean[d]!;
				alongA += x * a[d]!;
				alongB += x * b[d]!;
			}
			for (let d = 0; d < width; d++) {
				const x = data[at + d]! - mean[d]!;
				nextA[d]! += alongA * x;
				nextB[d]! += alongB * x;
			}
		}
		a = unit(nextA);
		const overlap = nextB.reduce((sum, x, d) => sum + x * a[d]!, 0);
		b = unit(nextB.map((x, d) => x - overlap * a[d]!));
		await afterRound(round + 1, ROUNDS);
	}
	return { mean, axes: [a, b] };
}

function unit(vector: Float64Array): Float64Array<ArrayBuffer> {
	const length = Math.hypot(...vector) || 1;
	return vector.map((x) => x / length);
}

/** Rows (n, D) → n points (x, y), written from `offset` on. */
export function project(rows: Float32Array, { mean, axes }: Plane, points: Float32Array, offset: number): void {
	const width = mean.length;
	for (let row = 0; row < rows.length / width; row++) {
		for (const [k, axis] of axes.entries()) {
			let sum = 0;
			for (let d = 0; d < width; d++) sum += (rows[row * width + d]! - mean[d]!) * axis[d]!;
			points[offset + 2 * row + k] = sum;
		}
	}
}

/**
 * How much of the true neighbourhood the picture keeps: of the `near` nearest rows by cosine of each probe, the share that is also
 * among its `near` nearest in the plane. Rows have length 1.
 */
export function keptNeighbours(rows: Float32Array, width: number, plane: Plane, probes: number, near: number): number {
	const count = rows.length / width;
	const points = new Float32Array(2 * count);
	project(rows, plane, points, 0);
	let kept = 0;
	const step = Math.max(1, Math.floor(count / probes));
	let asked = 0;
	for (let p = 0; p < count && asked < probes; p += step, asked++) {
		const alike = new Float64Array(count);
		const close = new Float64Array(count);
		for (let i = 0; i < count; i++) {
			let sum = 0;
			for (let d = 0; d < width; d++) sum += rows[p * width + d]! * rows[i * width + d]!;
			alike[i] = sum;
			close[i] = -Math.hypot(points[2 * p]! - points[2 * i]!, points[2 * p + 1]! - points[2 * i + 1]!);
		}
		alike[p] = close[p] = Number.NEGATIVE_INFINITY;
		const best = (values: Float64Array) => new Set([...values.keys()].sort((x, y) => values[y]! - values[x]!).slice(0, near));
		const inPlane = best(close);
		for (const i of best(alike)) if (inPlane.has(i)) kept++;
	}
	return asked === 0 ? 0 : kept / (asked * near);
}
