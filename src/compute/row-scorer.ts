// RowScorer: dot products of one vector with every row of an encoded table. What nearest needs of the kernels, and nothing more.
// Its definition is the scalar one in src/embedding/scalar-scorer.ts; src/embedding/nearest.ts makes good what a kernel rounds.

/** One machine's way of scoring rows: scalar, SIMD, relaxed SIMD. */
export interface RowScorer {
	/**
	 * Room for `rows` rows of `width` values of the type named `dtype`, laid out as in the file: row-major, each row whole blocks.
	 * Undefined where there is no kernel for this type or width, or no room; the caller then takes the scalar one.
	 */
	allocate(dtype: string, width: number, rows: number): RowStore | undefined;
}

/** Rows in the scorer's memory, numbered from 0 within the store. Bounds are the caller's business. */
export interface RowStore {
	/**
	 * The kernel's promise for finite rows with 2^-60 ≤ |row| ≤ 2^60: |dot − Σ row·query| ≤ relativeError · |row| for |query| = 1, and
	 * |squares − |row|²| ≤ relativeError · |row|². Of other rows it may say anything, except that rows of other finite lengths give no
	 * squares between 2^-120 and 2^120. At most 1/2.
	 */
	readonly relativeError: number;
	/** Puts encoded rows into the store, the first at row `first`; byteLength is a whole number of rows. */
	write(first: number, bytes: Uint8Array): void;
	/** The encoded bytes of one row, as written. Valid until the next call. */
	row(index: number): Uint8Array;
	/** out[i] ≈ Σ row(first + i)[d] · query[d] for i < count; query has `width` values. */
	dot(query: Float32Array, first: number, count: number, out: Float32Array): void;
	/** out[i] ≈ Σ row(first + i)[d]² for i < count. */
	squares(first: number, count: number, out: Float32Array): void;
	/** Gives the memory back. */
	free(): void;
}
