// A reading position that moves forward over a ByteSource through a buffer: what header parsers read from.
// Few reads (an HTTP header takes a handful of requests), and never more than one chunk past what was asked for.

import { TongsaError } from '../errors.ts';
import type { ByteSource } from './source.ts';

/** First chunk; each following one is as large as all before it, up to MAX_CHUNK. */
const MIN_CHUNK = 64 * 1024;
/** A megabyte: four more requests for a 5 MB header, and never more than a megabyte read for nothing. */
const MAX_CHUNK = 1024 * 1024;

export interface HeaderOptions {
	readonly byteOffset?: number;
	readonly byteEnd?: number;
	readonly limit?: number;
	readonly signal?: AbortSignal | undefined;
}

export class HeaderReader {
	readonly source: ByteSource;
	readonly #signal: AbortSignal | undefined;
	readonly #limit: number;
	readonly #byteEnd: number;
	/** Bytes in hand, and a view of the same for numbers. */
	bytes = new Uint8Array(0);
	view = new DataView(this.bytes.buffer);
	/** Reading position in `bytes`. A parser may move it up to bytes.length by itself. */
	at = 0;
	/** Byte offset in the source of bytes[0]. */
	#base: number;
	/** Bytes fetched so far. */
	#fetched = 0;

	/** From `byteOffset` (0) to `byteEnd` (the end); refuses to fetch more than `limit` bytes (no limit). */
	constructor(source: ByteSource, options: HeaderOptions = {}) {
		this.source = source;
		this.#base = options.byteOffset ?? 0;
		this.#byteEnd = options.byteEnd ?? source.byteLength;
		this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
		this.#signal = options.signal;
	}

	/** Byte offset in the source of the reading position. */
	get byteOffset(): number {
		return this.#base + this.at;
	}

	/** Bytes from the reading position to the end. */
	get remaining(): number {
		return this.#byteEnd - this.byteOffset;
	}

	/** Bytes that can be taken without another read. */
	get inHand(): number {
		return this.bytes.length - this.at;
	}

	/** Makes at least `byteLength` bytes available at the reading position. @throws TongsaError 'malformed' when the source ends before. */
	async need(byteLength: number, field: string): Promise<void> {
		if (this.inHand >= byteLength) return;
		if (byteLength > this.remaining) {
			throw new TongsaError('malformed', 'the file ends in the middle of its header', {
				file: this.source.name,
				field,
				byteOffset: this.byteOffset,
				got: `${this.remaining} bytes left`,
				allowed: `at least ${byteLength}`,
				hint: 'The file may be cut short: fetch it again',
			});
		}
		if (this.#fetched >= this.#limit) {
			throw new TongsaError('too-large', 'the header is too long', {
				file: this.source.name,
				field,
				byteOffset: this.byteOffset,
				got: `more than ${this.#fetched} bytes`,
				allowed: `${this.#limit} bytes`,
			});
		}
		const chunk = Math.min(Math.max(MIN_CHUNK, this.#fetched), MAX_CHUNK);
		const kept = this.inHand;
		const length = Math.min(Math.max(byteLength - kept, chunk), this.remaining - kept);
		const next = await this.source.read(this.byteOffset + kept, length, this.#signal);
		const joined = new Uint8Array(kept + length);
		joined.set(this.bytes.subarray(this.at));
		joined.set(next, kept);
		this.#base = this.byteOffset;
		this.at = 0;
		this.#fetched += length;
		this.bytes = joined;
		this.view = new DataView(joined.buffer);
	}

	/** Moves the reading position forward over bytes that are not read. The caller has checked them against `remaining`. */
	skip(byteLength: number): void {
		if (byteLength <= this.inHand) {
			this.at += byteLength;
			return;
		}
		this.#base = this.byteOffset + byteLength;
		this.at = 0;
		this.bytes = new Uint8Array(0);
		this.view = new DataView(this.bytes.buffer);
	}
}
