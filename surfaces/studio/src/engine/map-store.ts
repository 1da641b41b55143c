// Maps that were drawn, kept in the browser's own file system under the fingerprint of their table, for the next visit.
// https://fs.spec.whatwg.org/ (origin private file system)

import type { Model } from '../../../../src/model.ts';

/** Changes when maps are made in another way: older ones are then drawn anew. */
const FORMAT = 2;
const FOLDER = 'maps';
/** Rows of a table that its fingerprint is taken from, evenly spread. */
const ROWS = 16;

export interface StoredMap {
	/** V points (x, y). */
	readonly points: Float32Array;
	/** Share of true neighbours that the picture keeps, that a plain projection keeps, and the tokens that this was measured on. */
	readonly kept: number;
	readonly flat: number;
	readonly probes: number;
}

/** SHA-256, in hexadecimal, of what tells one table from another: shape, type, the files' sizes, and some of its rows. */
export async function fingerprint(model: Model, signal: AbortSignal): Promise<string> {
	const { table, checkpoint } = model;
	const facts = new TextEncoder().encode(JSON.stringify([table, checkpoint.files.map(({ byteLength }) => byteLength)]));
	const count = table ? Math.min(ROWS, table.rows) : 0;
	const ids = Array.from({ length: count }, (_, i) => Math.floor((i * table!.rows) / count));
	const rows = count > 0 ? (await model.embed(ids, { signal })).data.slice() : new Float32Array(0);
	const joined = new Uint8Array(facts.length + rows.byteLength);
	joined.set(facts);
	joined.set(new Uint8Array(rows.buffer), facts.length);
	return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', joined)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const folder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });

/** The kept map of a table with V rows; undefined where there is none, or the browser keeps nothing. */
export async function storedMap(print: string, V: number): Promise<StoredMap | undefined> {
	try {
		const file = await (await (await folder()).getFileHandle(print)).getFile();
		const [format, kept, flat, probes, ...rest] = new Float32Array(await file.slice(0, 16).arrayBuffer());
		if (format !== FORMAT || rest.length > 0 || file.size !== 16 + 8 * V) return undefined;
		return { points: new Float32Array(await file.slice(16).arrayBuffer()), kept: kept!, flat: flat!, probes: probes! };
	} catch {
		return undefined;
	}
}

export async function storeMap(print: string, { points, kept, flat, probes }: StoredMap): Promise<void> {
	try {
		const writer = await (await (await folder()).getFileHandle(print, { create: true })).createWritable();
		await writer.write(new Blob([new Float32Array([FORMAT, kept, flat, probes]), points as Float32Array<ArrayBuffer>]));
		await writer.close();
	} catch {
		// No room, or a browser that keeps nothing: the map is drawn again next time.
	}
}
