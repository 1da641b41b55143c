// A ByteSource that keeps the last bytes that arrived, for sources where asking twice is dear (HTTP): a header is walked over
// once for its structure, and its vocabulary is read right after.

import type { ByteSource } from './source.ts';

interface Piece {
	readonly byteOffset: number;
	readonly bytes: Uint8Array;
}

/** Keeps at most `maxBytes`, the oldest go first. `first`: a piece already in hand. bytesRead stays that of `source`. */
export function keptSource(source: ByteSource, maxBytes: number, first?: Piece): ByteSource {
	const pieces: Piece[] = first ? [first] : [];
	let kept = first?.bytes.length ?? 0;

	function keep(piece: Piece): void {
		if (piece.bytes.length > maxBytes) return;
		pieces.push(piece);
		kept += piece.bytes.length;
		while (kept > maxBytes) kept -= pieces.shift()!.bytes.length;
	}

	/** The longest run of kept bytes that begins at byteOffset. */
	function keptAt(byteOffset: number): Uint8Array | undefined {
		const piece = pieces.findLast((p) => p.byteOffset <= byteOffset && byteOffset < p.byteOffset + p.bytes.length);
		return piece?.bytes.subarray(byteOffset - piece.byteOffset);
	}

	return {
		name: source.name,
		byteLength: source.byteLength,
		identity: source.identity,
		get bytesRead() {
			return source.bytesRead;
		},
		async read(byteOffset, byteLength, signal) {
			signal?.throwIfAborted();
			const known: Uint8Array[] = [];
			let done = 0;
			for (let bytes: Uint8Array | undefined; done < byteLength && (bytes = keptAt(byteOffset + done)); done += bytes.length) {
				bytes = bytes.subarray(0, byteLength - done);
				known.push(bytes);
			}
			if (done === byteLength && known.length === 1) return known[0]!;
			const rest = await source.read(byteOffset + done, byteLength - done, signal);
			if (rest.length > 0) keep({ byteOffset: byteOffset + done, bytes: rest });
			return known.length === 0 ? rest : joined([...known, rest], byteLength);
		},
		async close() {
			pieces.length = 0;
			await source.close();
		},
	};
}

function joined(parts: readonly Uint8Array[], byteLength: number): Uint8Array {
	const out = new Uint8Array(byteLength);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
