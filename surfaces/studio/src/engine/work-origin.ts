// Where numbers come from, for the files that are saved: which weight files, told apart from others of that name, and which tokens.

import { hex, sha256 } from '../../../../src/bytes/sha256.ts';
import { type Provenance, provenanceOf } from '../../../../src/model/provenance.ts';
import type { Model } from '../../../../src/model.ts';
import { type Context, modelOf } from './registry.ts';

/** Parts of each file that its fingerprint is taken from, evenly spread from its first byte to its last, and bytes a part. */
const PARTS = 16;
const PART_BYTES = 4096;

/** One model's part of a saved file's provenance. */
export interface FileOrigin extends Pick<Provenance, 'model' | 'files'> {
	/** SHA-256 of the files' sizes and of some of their bytes: hashing all would read gigabytes. */
	readonly fingerprint: string;
	/** Ids of the text, flags included. */
	readonly tokens?: readonly number[];
	/** Nothing is cut: what is too long is refused. Stands where there is a text. */
	readonly truncated?: false;
}

/** SHA-256, in hexadecimal, of what tells one model's files from others: their sizes, and PARTS parts of each. */
export async function fingerprint({ checkpoint: { files, assets } }: Model, signal: AbortSignal): Promise<string> {
	const all = files.length > 0 ? files : [...assets.values()];
	const sizes = new TextEncoder().encode(JSON.stringify(all.map(({ byteLength }) => byteLength)));
	const parts = all.flatMap((file) => {
		const length = Math.min(PART_BYTES, file.byteLength);
		const places = Array.from({ length: PARTS }, (_, i) => Math.floor((i * (file.byteLength - length)) / (PARTS - 1)));
		return [...new Set(places)].map((offset) => file.read(offset, length, signal));
	});
	const whole = await new Blob([sizes, ...((await Promise.all(parts)) as Uint8Array<ArrayBuffer>[])]).arrayBuffer();
	return hex(sha256(new Uint8Array(whole)));
}

export const origin = {
	async fingerprint({ signal }: Context, name: string): Promise<string> {
		return fingerprint(await modelOf(name), signal);
	},

	async origin({ signal }: Context, name: string, text?: string): Promise<FileOrigin> {
		const opened = await modelOf(name);
		const { model, files } = provenanceOf(opened.checkpoint);
		const tokens = text === undefined ? undefined : opened.tokenizer && Array.from(opened.tokenizer.encode(text).ids);
		return { model, files, fingerprint: await fingerprint(opened, signal), ...(tokens && { tokens, truncated: false }) };
	},
};
