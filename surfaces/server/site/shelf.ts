// The shelf: whole models on this machine, which the studio opens by ranges, and those that can be fetched to it when the studio asks.
// Its own page alone may read and ask (guard.ts); with an API key there is none, for the page has no key to show.

import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from '@hono/zod-openapi';
import { packaged } from '../../../hosts/node/packaged.ts';
import { pull } from '../../../hosts/node/pull.ts';
import { RECIPES, recipe } from '../../../hosts/node/recipes.ts';
import { pulledPlace } from '../../../hosts/node/resolve.ts';
import { BESIDE_SAFETENSORS, OLDER_TOKENIZERS } from '../../../src/formats/address.ts';
import { partNames } from '../../../src/formats/part-names.ts';
import { get, post } from '../define.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import type { App, Service } from '../service.ts';
import { LINES, line, streamed } from '../stream.ts';
import { file } from './file.ts';

/** Names beside a safetensors file that a page asks for. */
const BESIDE = [...BESIDE_SAFETENSORS, ...OLDER_TOKENIZERS];

/** A model that lies here. */
interface Place {
	readonly name: string;
	readonly title: string;
	/** What its weight file is called, and where it lies: caches of other tools call it by its hash. */
	readonly file: string;
	readonly path: string;
	readonly of?: string;
}

const shelved = z
	.object({
		name: z.string(),
		title: z.string(),
		byteLength: z.number(),
		of: z.string().optional().openapi({ description: 'The packaged model that this is the whole of.' }),
		url: z.string().optional().openapi({ description: 'Where its file is read; absent while it is not here.' }),
		pull: z.string().optional().openapi({ description: 'The name to fetch it by.' }),
		licence: z.object({ name: z.string(), url: z.string(), notice: z.string().optional() }).optional(),
	})
	.openapi('Shelved');

/** Bytes of a weight file, with its other parts where it is split. */
async function sizeOf(path: string, file: string): Promise<number> {
	const parts = partNames(file).map((part) => (part === file ? path : join(dirname(path), part)));
	const sizes = await Promise.all(parts.map(async (part) => (await stat(part).catch(() => undefined))?.size ?? 0));
	return sizes.reduce((sum, size) => sum + size, 0);
}

export function shelfRoutes(app: App, { models, settings }: Service): void {
	const open = settings['api-key'].length === 0;
	// Whoever else can reach the server may read what is here, and not have things fetched to it.
	const fetches = open && /^(?:127\.|::1$|localhost$)/.test(settings.host);
	const served = models.served.map(({ id, reference }) => ({ name: id, reference }));

	get(
		app,
		{
			path: '/shelf.json',
			tag: 'Server',
			summary: 'Whole models for the studio to open, and those that it may fetch',
			answer: z.array(shelved),
		},
		async (c) => {
			const here = open ? await places(served) : [];
			const list: z.output<typeof shelved>[] = [];
			for (const { path, name, title, file, of } of here)
				list.push({
					name,
					title,
					byteLength: await sizeOf(path, file),
					url: `shelf/${encodeURIComponent(name)}/${encodeURIComponent(file)}`,
					...(of && { of }),
				});
			for (const { name, title, files, licence } of fetches ? RECIPES : []) {
				if (here.some((one) => one.name === wholeName(name))) continue;
				const byteLength = files.reduce((sum, one) => sum + one.byteLength, 0);
				list.push({ name: wholeName(name), title, byteLength, ...(packaged(name) && { of: name }), pull: name, licence });
			}
			return c.json(list, 200, { 'cache-control': 'no-cache' });
		},
	);

	app.get('/shelf/:name/:file{.+}', async (c, next) => {
		const place = open ? (await places(served)).find(({ name }) => name === c.req.param('name')) : undefined;
		if (!place) return next();
		const asked = c.req.param('file');
		if (asked === place.file) return (await file(c, place.path)) ?? next();
		const beside = place.file.endsWith('.safetensors') ? BESIDE.includes(asked) : partNames(place.file).includes(asked);
		return beside ? ((await file(c, join(dirname(place.path), asked))) ?? next()) : next();
	});

	post(
		app,
		{
			path: '/shelf/pull',
			tag: 'Server',
			summary: 'Fetches a known model to this machine; its licence stands in /shelf.json',
			body: z.strictObject({ name: z.enum(RECIPES.map(({ name }) => name) as [string, ...string[]]) }).openapi('PullRequest'),
			answer: z.object({ name: z.string() }),
			also: { [LINES]: 'Lines of {done, total} in bytes, then {name} or {error}.' },
		},
		async ({ name }, c) => {
			if (!fetches) throw new Refusal(403, 'This server fetches nothing for its guests: tongsa pull does.', { code: 'not_allowed' });
			return streamed(
				c,
				LINES,
				async (write) => {
					c.var.begun(); // its news come long before its end
					const onProgress = (progress: { done: number; total?: number }) => write(line({ done: progress.done, total: progress.total }));
					const pulled = await pull(recipe(name)!.name, {
						fetch,
						signal: c.var.signal,
						onProgress,
						onNote: (note) => write(line({ note })),
					});
					write(line({ name: wholeName(pulled.name) }));
				},
				(error, write) => write(line({ error: refusalOf(error).message, code: refusalOf(error).detail.code })),
			);
		},
	);
}

/** A packaged name opens the packaged part: the whole is called otherwise. */
const wholeName = (name: string): string => (packaged(name) ? `${name}-whole` : name);

/** Whole models on this machine: pulled ones, and files and folders that are served by their path. */
async function places(served: readonly { readonly name: string; readonly reference: string }[]): Promise<Place[]> {
	const pulled = await Promise.all(
		RECIPES.map(async (one): Promise<Place[]> => {
			const place = await pulledPlace(one);
			if (!place) return [];
			const file = one.files.length === 1 ? one.files[0]!.name : 'model.safetensors';
			const path = one.files.length === 1 ? place : join(place, file);
			return [{ name: wholeName(one.name), title: one.title, file, path, ...(packaged(one.name) && { of: one.name }) }];
		}),
	);
	const own = await Promise.all(
		served.map(async ({ name, reference }): Promise<Place[]> => {
			if (packaged(reference) || recipe(reference)) return [];
			for (const path of [reference, join(reference, 'model.safetensors')]) {
				const found = await stat(path).catch(() => undefined);
				if (found?.isFile() && /\.(?:gguf|safetensors)$/i.test(path)) return [{ name, title: name, file: basename(path), path }];
			}
			return [];
		}),
	);
	return [...pulled, ...own].flat();
}
