// Provenance: where a result comes from, beside every result.

import type { ByteSource } from '../bytes/source.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';

export interface Provenance {
	/** The model's name. */
	readonly model: string;
	/** Base name, size in bytes, and time of last change or entity tag where known, of each weight file. */
	readonly files: readonly { readonly name: string; readonly byteLength: number; readonly modified?: string; readonly etag?: string }[];
	/** Which table was read: 'token_embd.weight (Q8_0)', … */
	readonly table?: string;
	/** The point whose states were read: 'final.output'. */
	readonly layer?: string;
	/** How they were pooled, and where that was found: 'mean (1_Pooling/config.json)'. */
	readonly pooling?: string;
	/** What stood before every text. */
	readonly prompt?: string;
	/** Whether vectors were brought to length 1. */
	readonly normalized?: boolean;
	/** Whether any text was longer than the model takes, and lost its end. */
	readonly truncated?: boolean;
	/** 'exact': weights decoded to float32; 'fast': the kernels' integer products. What was run, not what was asked for. */
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
