// GET /api/tags, /api/ps, POST /api/show, GET /api/version: the models in Ollama's words.

import { z } from '@hono/zod-openapi';
import type { Model } from '../../../src/model.ts';
import { type FileInfoJson, fileInfoJson } from '../../protocol/info.ts';
import { get, post } from '../define.ts';
import { Refusal } from '../refusal.ts';
import { type App, type Service, withLease } from '../service.ts';

const details = z.object({
	parent_model: z.string(),
	format: z.string(),
	family: z.string(),
	families: z.array(z.string()),
	parameter_size: z.string(),
	quantization_level: z.string(),
});

/** Ollama's clients call a model without a tag 'name:latest'. */
export async function modelName({ models }: Service, name: string): Promise<string> {
	if (name.endsWith(':latest') && !models.served.some(({ id }) => id === name)) return name.slice(0, -':latest'.length);
	return name;
}

export function modelRoutes(app: App, service: Service): void {
	get(
		app,
		{
			path: '/api/tags',
			tag: 'Ollama',
			summary: 'The models that are served',
			answer: z.object({ models: z.array(z.looseObject({ name: z.string(), size: z.number(), details })) }),
		},
		async (c) => {
			// One after the other: opening reads headers only, and closes what is too many.
			const models: object[] = [];
			for (const { id } of service.models.served)
				models.push(await withLease(service, id, async ({ model }) => tag(id, await fileInfoJson(model, {}))));
			return c.json({ models });
		},
	);
	get(
		app,
		{
			path: '/api/ps',
			tag: 'Ollama',
			summary: 'The models that are open',
			answer: z.object({ models: z.array(z.looseObject({ name: z.string(), size: z.number(), expires_at: z.string(), details })) }),
		},
		async (c) => {
			const models: object[] = [];
			for (const { id, closesInMs } of service.models.open) {
				const info = await withLease(service, id, async ({ model }) => fileInfoJson(model, {}));
				const closes = Number.isFinite(closesInMs) ? Date.now() + closesInMs : NEVER;
				models.push({
					...tag(id, info),
					size_vram: 0,
					context_length: service.settings.context,
					expires_at: new Date(closes).toISOString(),
				});
			}
			return c.json({ models });
		},
	);
	post(
		app,
		{
			path: '/api/show',
			tag: 'Ollama',
			summary: 'What is in a model',
			body: z
				.strictObject({ model: z.string().min(1).max(1000).optional(), name: z.string().optional(), verbose: z.boolean().optional() })
				.openapi('OllamaShowRequest'),
			answer: z.looseObject({
				details,
				template: z.string(),
				model_info: z.record(z.string(), z.unknown()),
				capabilities: z.array(z.string()),
			}),
		},
		async ({ model: asked, name }, c) => {
			const given = asked ?? name;
			if (given === undefined) throw new Refusal(400, "Invalid 'model': it is missing.", { param: 'model' });
			return withLease(service, await modelName(service, given), async ({ model }) => {
				const info = await fileInfoJson(model, { metadata: true });
				const template = (await model.chatTemplate()) ?? '';
				const modified_at = modifiedAt(info);
				return c.json({
					modelfile: '',
					parameters: '',
					template,
					details: detailsOf(info),
					model_info: info.metadata ?? {},
					capabilities: capabilities(model),
					modified_at,
				});
			});
		},
	);
	get(
		app,
		{ path: '/api/version', tag: 'Ollama', summary: 'The version of this server', answer: z.object({ version: z.string() }) },
		async (c) => c.json({ version: service.version }),
	);
}

/** When a model closes that is to stay: as Ollama says it, in a year that nobody sees. */
const NEVER = Date.UTC(2300, 0, 1);

function tag(id: string, info: FileInfoJson) {
	return { name: id, model: id, modified_at: modifiedAt(info), size: info.byteLength, digest: '', details: detailsOf(info) };
}

const modifiedAt = ({ provenance }: FileInfoJson): string => provenance.files[0]?.modified ?? new Date(0).toISOString();

function detailsOf({ format, architecture = '', parameters, dtypes }: FileInfoJson): z.output<typeof details> {
	const most = dtypes.reduce<FileInfoJson['dtypes'][number] | undefined>((a, b) => (a && a.parameters >= b.parameters ? a : b), undefined);
	return {
		parent_model: '',
		format,
		family: architecture,
		families: architecture ? [architecture] : [],
		parameter_size: parameters >= 1e9 ? `${(parameters / 1e9).toFixed(1)}B` : `${(parameters / 1e6).toFixed(2)}M`,
		quantization_level: most?.dtype ?? '',
	};
}

function capabilities({ blocks }: Model): readonly string[] {
	return blocks.whole > 0 && blocks.here === blocks.whole ? ['completion', 'embedding'] : [];
}
