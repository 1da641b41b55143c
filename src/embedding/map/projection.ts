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

/** Moves and scales points, the same in both directions, so that all but a few in a hundred lie in −1 … 1: the crowd, not its stragglers. */
export function fill(points: Float32Array): void {
	const [x, y] = [0, 1].map((k) => {
		const sorted = points.filter((_, i) => i % 2 === k).sort();
		const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!;
		return { middle: (at(0.015) + at(0.985)) / 2, reach: (at(0.985) - at(0.015)) / 2 };
	});
	const reach = Math.max(x!.reach, y!.reach) || 1;
	for (let i = 0; i < points.length; i++) points[i] = (points[i]! - (i % 2 === 0 ? x! : y!).middle) / reach;
}

/**
 * How much of the true neighbourhood a picture keeps: of the n nearest rows of each probe, the share that is also among its n nearest
 * points, among all points of the picture.
 *
 *     keptNeighbours([0,0, 1,0, 9,9], new Map([[0, new Set([1])]])) // 1
 */
export function keptNeighbours(points: ArrayLike<number>, truth: ReadonlyMap<number, ReadonlySet<number>>): number {
	let kept = 0;
	let all = 0;
	for (const [probe, near] of truth) {
		const best: { id: number; square: number }[] = [];
		for (let id = 0; id < points.length / 2; id++) {
			if (id === probe) continue;
			const square = (points[2 * id]! - points[2 * probe]!) ** 2 + (points[2 * id + 1]! - points[2 * probe + 1]!) ** 2;
			if (best.length === near.size && square >= best.at(-1)!.square) continue;
			const at = best.findIndex((one) => one.square > square);
			best.splice(at < 0 ? best.length : at, 0, { id, square });
			if (best.length > near.size) best.pop();
		}
		kept += best.filter(({ id }) => near.has(id)).length;
		all += near.size;
	}
	return all === 0 ? 0 : kept / all;
}
