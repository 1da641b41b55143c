// A fixture with its config.json, its header or its bytes changed: what hostile and older files look like.

import { readFileSync } from 'node:fs';
import { openModelTransformer } from '../../src/architectures/index.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import type { Transformer } from '../../src/transformer/transformer.ts';
import { FAMILIES } from './open.ts';

export type Config = Record<string, unknown>;
export type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/** A fixture with its config.json, its header or its bytes changed. */
export async function changed(
	name: string,
	edit: { config?: (c: Config) => void; header?: (h: Header) => void; body?: (b: DataView, h: Header) => void },
): Promise<Transformer> {
	const config = JSON.parse(readFileSync(`${FAMILIES}${name}/config.json`, 'utf8'));
	const bytes = new Uint8Array(readFileSync(`${FAMILIES}${name}/model.safetensors`));
	const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
	const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
	const body = bytes.slice(8 + length);
	edit.config?.(config);
	edit.body?.(new DataView(body.buffer), header);
	edit.header?.(header);
	const text = new TextEncoder().encode(JSON.stringify(header));
	const file = new Uint8Array(8 + text.length + body.length);
	new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
	file.set(text, 8);
	file.set(body, 8 + text.length);
	const files = new Map([
		['config.json', memorySource('config.json', new TextEncoder().encode(JSON.stringify(config)))],
		['model.safetensors', memorySource('model.safetensors', file)],
	]);
	return openModelTransformer(await openCheckpoint({ name, files }), { memoryBudget: 2 ** 28 });
}
