// Provenance: where a result comes from, beside every result.

import type { ByteSource } from '../bytes/source.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';

export interface Provenance {
	readonly model: string;
	/** Base name, size in bytes, and time of last change or entity tag where known, of each weight file. */
	readonly files: readonly { readonly name: string; readonly byteLength: number; readonly modified?: string; readonly etag?: string }[];
	/** Which table was read: 'token_embd.weight (Q8_0)', … */
	readonly table?: string;
	readonly layer?: string;
	readonly pooling?: string;
	readonly normalized?: boolean;
	readonly truncated?: boolean;
	readonly precision?: 'exact' | 'fast';
	/** The token ids that the result was computed from. */
	readonly tokens?: readonly number[];
	/** Bytes read from the model's files so far. */
	readonly bytesRead: number;
}

export function provenanceOf(checkpoint: Checkpoint, more: Omit<Partial<Provenance>, 'model' | 'files' | 'bytesRead'> = {}): Provenance {
	const { name, files, assets, bytesRead } = checkpoint;
	return { model: name, files: (files.length > 0 ? files : [...assets.values()]).map(fileFacts), ...more, bytesRead };
}

/** A file's identity; its path stays private: only the base name is given. */
function fileFacts({ name, identity: { byteLength, modifiedMs, etag } }: ByteSource): Provenance['files'][number] {
	return {
		name: name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1) || name,
		byteLength,
		...(modifiedMs !== undefined && { modified: new Date(modifiedMs).toISOString() }),
		...(etag !== undefined && { etag }),
	};
}
