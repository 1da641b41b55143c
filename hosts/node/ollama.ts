// ollama:NAME[:TAG] → the model file in Ollama's own store, and the pull that puts it there.
// Layout: ollama/ollama server/manifest.go, server/modelpath.go; protocol: the OCI distribution API that its registry speaks.

import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelFiles } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import type { Progress } from '../../src/host.ts';
import { asNetworkError, download, refusal, textOf } from './download.ts';
import { fileSource } from './file.ts';
import { withLock } from './lock.ts';
import { makeFolder } from './make-folder.ts';
import { ollamaFolder } from './places.ts';

interface Name {
	readonly host: string;
	readonly namespace: string;
	readonly model: string;
	readonly tag: string;
}

interface Layer {
	readonly mediaType: string;
	readonly digest: string;
	readonly size: number;
}

interface Manifest {
	readonly config?: Layer;
	readonly layers: readonly Layer[];
}

const MODEL_LAYER = 'application/vnd.ollama.image.model';
/** A manifest lists a few layers: some hundred bytes each. */
const MAX_MANIFEST_BYTES = 2 ** 20;

/**
 * [[host/]namespace/]model[:tag], as Ollama completes it.
 *
 *     'smollm2:135m' → registry.ollama.ai, library, smollm2, 135m
 */
export function ollamaName(text: string): Name {
	const match = /^(?:(?:([\w.-]+(?::\d+)?)\/)?([\w-][\w.-]*)\/)?([\w-][\w.-]*)(?::([\w-][\w.-]*))?$/.exec(text);
	if (!match) throw new TongsaError('usage', 'not an Ollama name', { got: text, allowed: '[[host/]namespace/]model[:tag]' });
	const [, host = 'registry.ollama.ai', namespace = 'library', model, tag = 'latest'] = match;
	return { host, namespace, model: model!, tag };
}

// A colon cannot stand in a file name on Windows; Ollama writes hosts with a port the same way.
const manifestPath = (n: Name) => join(ollamaFolder(), 'manifests', n.host.replace(':', '-'), n.namespace, n.model, n.tag);
const blobPath = (digest: string) => join(ollamaFolder(), 'blobs', digest.replace(':', '-'));

/** The model layer's file. @throws TongsaError 'not-found' with the command that fetches it. */
export async function ollamaFiles(text: string): Promise<ModelFiles> {
	const manifest = await readFile(manifestPath(ollamaName(text)), 'utf8').catch(() => undefined);
	if (manifest === undefined) {
		throw new TongsaError('not-found', 'Ollama has no such model here', { got: text, hint: `Fetch it with: tongsa pull ollama:${text}` });
	}
	const path = blobPath(modelLayer(manifest, text).digest);
	await stat(path).catch(() => {
		throw new TongsaError('not-found', "Ollama's manifest names a file that is not there", {
			file: path,
			hint: `Fetch it with: tongsa pull ollama:${text}`,
		});
	});
	return { name: `ollama:${text}`, files: new Map([['model.gguf', await fileSource(path)]]) };
}

/** Fetches manifest and layers into Ollama's store, in the order in which Ollama does: the manifest last. Gives the model's path. */
export async function pullOllama(
	text: string,
	options: { readonly fetch: typeof fetch; readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
): Promise<string> {
	const name = ollamaName(text);
	const local = /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(name.host);
	const base = `${local ? 'http' : 'https'}://${name.host}/v2/${name.namespace}/${name.model}`;
	const url = `${base}/manifests/${name.tag}`;
	const headers = { accept: 'application/vnd.docker.distribution.manifest.v2+json' };
	const response = await options.fetch(url, { headers, ...(options.signal && { signal: options.signal }) }).catch((error: unknown) => {
		options.signal?.throwIfAborted();
		throw asNetworkError(error, url);
	});
	if (!response.ok) throw refusal(response, url);
	const manifest = await textOf(response, MAX_MANIFEST_BYTES, url);
	const model = modelLayer(manifest, url);
	const { config, layers } = JSON.parse(manifest) as Manifest;
	return withLock(
		`${manifestPath(name)}.tongsa-lock`,
		async () => {
			for (const layer of [...layers, ...(config ? [config] : [])]) {
				const to = blobPath(checkedDigest(layer, url));
				if (
					await stat(to).then(
						({ size }) => size === layer.size,
						() => false,
					)
				)
					continue;
				await download({
					...options,
					url: `${base}/blobs/${layer.digest}`,
					to,
					byteLength: layer.size,
					sha256: layer.digest.slice('sha256:'.length),
				});
			}
			const path = manifestPath(name);
			await makeFolder(dirname(path));
			await writeFile(`${path}.tongsa-part`, manifest);
			await rename(`${path}.tongsa-part`, path);
			return blobPath(model.digest);
		},
		options.signal,
	);
}

function modelLayer(text: string, where: string): Layer {
	const refuse = (what: string) => new TongsaError('malformed', what, { file: where });
	if (text.length > MAX_MANIFEST_BYTES) throw refuse('an Ollama manifest of this size cannot be one');
	let manifest: Manifest;
	try {
		manifest = JSON.parse(text);
	} catch {
		throw refuse('an Ollama manifest that is not JSON');
	}
	const layer = Array.isArray(manifest?.layers) && manifest.layers.find((one) => one?.mediaType === MODEL_LAYER);
	if (!layer) throw refuse('an Ollama manifest without a model layer');
	checkedDigest(layer, where);
	return layer;
}

/** A digest becomes a file name: nothing but a SHA-256 may stand there. */
function checkedDigest(layer: Layer, where: string): string {
	if (/^sha256:[0-9a-f]{64}$/.test(layer?.digest) && Number.isSafeInteger(layer.size)) return layer.digest;
	throw new TongsaError('malformed', "a layer's digest in an Ollama manifest", {
		file: where,
		got: String(layer?.digest),
		allowed: 'sha256: and 64 hexadecimal digits',
	});
}
