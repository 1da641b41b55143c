// ByteSource: where bytes come from. Nothing is read that was not asked for, and every byte read is counted.

/** A file's stated identity, for provenance and for noticing that it changed under us. */
export interface SourceIdentity {
	/** Size in bytes. */
	readonly byteLength: number;
	/** Time of last change in milliseconds since 1970, where the source knows it. */
	readonly modifiedMs?: number;
	/** HTTP entity tag, where the source has one. */
	readonly etag?: string;
}

export interface ByteSource {
	/** Name as the user knows it: a path, a URL, a file name. Used in messages and provenance. */
	readonly name: string;
	/** Size in bytes; below 2^53. */
	readonly byteLength: number;
	/** Bytes read so far. Public: "only the bytes it needs" is a promise that can be checked. */
	readonly bytesRead: number;
	readonly identity: SourceIdentity;
	/**
	 * Exactly `byteLength` bytes from `byteOffset`.
	 * @throws TongsaError 'out-of-range' beyond the end, 'changed', 'network', 'closed'; the signal's reason when aborted.
	 */
	read(byteOffset: number, byteLength: number, signal?: AbortSignal): Promise<Uint8Array>;
	close(): Promise<void>;
}

/** The files of one model by base name ('model.gguf', 'config.json', 'tokenizer.json', '1_Pooling/config.json'). */
export interface ModelFiles {
	/** Name of the whole, as the user knows it. */
	readonly name: string;
	readonly files: ReadonlyMap<string, ByteSource>;
}
