// One worker's part in a round of moving points in the plane: neighbours pull, chance others push.
// McInnes, Healy, Melville 2018, UMAP, https://arxiv.org/abs/1802.03426, section 3.2, algorithm 5. All workers read where the points were and
// write where their own will be.

/** Rounds over all pairs; pushes for each pull; first step. */
export const ROUNDS = 400;
const PUSHES = 3;
const RATE = 1;
/** Nearness at a distance d is 1 / (1 + A·d^2B): UMAP's curve for points that may lie close. With B = 3/4 its powers are square roots. */
const A = 1.9;
const B = 0.75;
/** Largest step along one axis at the first rate. */
const MOST_FORCE = 4;

/** The pairs of the points `first` to `last`, and all points twice: a round reads one and writes its own into the other. */
export interface Places {
	readonly first: number;
	readonly last: number;
	/** Where each point's pairs begin; one more at the end. */
	readonly starts: Int32Array;
	readonly to: Int32Array;
	/** Rounds from one pull of a pair to the next; 1 for the strongest. */
	readonly every: Float32Array;
	/** V points (x, y), now and next. */
	readonly points: readonly [Float32Array, Float32Array];
}

export type Round = (round: number) => void;

/** The work of one worker. Each point draws its own chances, so that it does not matter who moves it. */
export function roundOf({ first, last, starts, to, every, points }: Places): Round {
	const due = every.slice();
	const V = points[0].length / 2;
	const bounded = (x: number) => Math.max(-MOST_FORCE, Math.min(MOST_FORCE, x));
	return (round) => {
		const [now, next] = round % 2 === 1 ? points : [points[1], points[0]];
		const rate = RATE * (1 - (round - 1) / ROUNDS);
		for (let i = first; i < last; i++) {
			let x = now[2 * i]!;
			let y = now[2 * i + 1]!;
			let seed = (Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(round, 0x85ebca6b)) | 1;
			for (let e = starts[i - first]!; e < starts[i - first + 1]!; e++) {
				if (due[e]! > round) continue;
				due[e]! += every[e]!;
				const j = 2 * to[e]!;
				let dx = x - now[j]!;
				let dy = y - now[j + 1]!;
				let square = dx * dx + dy * dy;
				if (square > 0) {
					const pull = (-2 * A * B) / (Math.sqrt(Math.sqrt(square)) + A * square);
					x += rate * bounded(pull * dx);
					y += rate * bounded(pull * dy);
				}
				for (let n = 0; n < PUSHES; n++) {
					// xorshift32 (Marsaglia 2003)
					seed ^= seed << 13;
					seed ^= seed >>> 17;
					seed ^= seed << 5;
					const k = (seed >>> 0) % V;
					if (k === i) continue;
					dx = x - now[2 * k]!;
					dy = y - now[2 * k + 1]!;
					square = dx * dx + dy * dy;
					const push = square > 0 ? (2 * B) / ((0.001 + square) * (1 + (A * square) / Math.sqrt(Math.sqrt(square)))) : 0;
					x += rate * (push > 0 ? bounded(push * dx) : MOST_FORCE);
					y += rate * (push > 0 ? bounded(push * dy) : MOST_FORCE);
				}
			}
			next[2 * i] = x;
			next[2 * i + 1] = y;
		}
	};
}
