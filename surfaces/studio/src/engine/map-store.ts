// Maps that were drawn, kept in the browser's own file system under the fingerprint of their files, for the next visit.
// https://fs.spec.whatwg.org/ (origin private file system)

/** Changes when maps are made in another way: older ones are then drawn anew. */
const FORMAT = 4;
const FOLDER = 'maps';

export interface StoredMap {
	/** V points (x, y). */
	readonly points: Float32Array;
	/** Share of true neighbours that the picture keeps, that a plain projection keeps, and the tokens that this was measured on. */
	readonly kept: number;
	readonly flat: number;
	readonly probes: number;
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
