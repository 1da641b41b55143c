// POST /v1/points, /v1/trace, /v1/lens, /v1/surprise: what happens inside the model, by the names of DESIGN §6.

import { z } from '@hono/zod-openapi';
import type { Model } from '../../../src/model.ts';
import { surpriseJson } from '../../protocol/lens.ts';
import { pointsJson } from '../../protocol/trace.ts';
import { post } from '../define.ts';
import type { PlainTraceOptions } from '../engine-protocol.ts';
import { idsOf } from '../inputs.ts';
import { Refusal } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import { type App, type Asked, type Service, type Turn, takeTurn } from '../service.ts';
import { base64, vectorsAnswer } from '../vectors-answer.ts';
import { encodeOptions, ids, model, provenance, special, textOrIds, textOrIdsOf } from './fields.ts';

const selector = z.union([
	z.string().max(200),
	z.strictObject({
		point: z.string().max(200),
		layer: z.number().int().optional(),
		head: z.number().int().optional(),
		token: z.number().int().optional(),
		encoder: z.boolean().optional(),
	}),
]);
const precision = z
	.enum(['exact', 'fast'])
	.optional()
	.openapi({ description: 'exact (the default): weights decoded, activations float32.' });
const input = { model, ...textOrIds, special, precision };

const traceBody = z
	.strictObject({
		...input,
		at: z.array(selector).min(1).max(1000).openapi({ description: 'Points by name, * for every layer, or as an object.' }),
		replace: z.array(z.unknown()).min(1).max(1000).optional().openapi({
			description: 'Edits on the way: {at, zero | scale | add | set}; the answer then also has the points without them, as before.',
		}),
		encoding: z.enum(['float', 'base64', 'binary']).optional().openapi({
			description: 'float: numbers. base64: little-endian float32. binary: the body is the values of the one point that was asked for.',
		}),
	})
	.openapi('TraceRequest', { example: { model: 'smollm2', text: 'I love you so much.', at: ['blocks.0.attention.weights'] } });

const values = z.object({ shape: z.array(z.number()), data: z.union([z.array(z.number().nullable()), z.string()]) });
const scored = z.object({ id: z.number(), text: z.string(), probability: z.number() });

export function insideRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/v1/points',
			tag: 'Tongsa',
			summary: 'Every point of a model that trace can read',
			body: z.strictObject({ model }),
			answer: z.looseObject({
				points: z.array(z.object({ name: z.string(), shape: z.array(z.string()), caption: z.string() })),
				provenance,
			}),
		},
		(asked, c) => inTurn(service, asked.model, c, async ({ model }) => c.json(await pointsJson(model))),
	);
	post(
		app,
		{
			path: '/v1/trace',
			tag: 'Tongsa',
			summary: 'The values at any points of a run, and what becomes of them when others are replaced',
			body: traceBody,
			answer: z.object({ ids, points: z.record(z.string(), values), before: z.record(z.string(), values).optional(), provenance }),
			also: { 'application/octet-stream': 'With encoding binary: little-endian float32; the header tongsa-shape has the shape.' },
		},
		(asked, c) => inTurn(service, asked.model, c, (turn) => traced(service, turn, asked, c)),
	);
	post(
		app,
		{
			path: '/v1/lens',
			tag: 'Tongsa',
			summary: "Each layer's state at one token, read as words",
			body: z
				.strictObject({ ...input, top: z.number().int().min(1).max(1000).optional(), token: z.number().int().optional() })
				.openapi('LensRequest'),
			answer: z.object({ ids, layers: z.array(z.object({ layer: z.number(), top: z.array(scored) })), provenance }),
		},
		(asked, c) =>
			inTurn(service, asked.model, c, async (turn) => {
				const { top, token } = asked;
				const options = { ...runOptions(asked, c), ...(top && { top }), ...(token !== undefined && { token }) };
				return c.json(await turn.model.lens(await inputOf(service, c, turn, asked), options));
			}),
	);
	post(
		app,
		{
			path: '/v1/surprise',
			tag: 'Tongsa',
			summary: 'How probable each token of a text was, given those before it',
			body: z.strictObject(input).openapi('SurpriseRequest'),
			answer: z.object({
				ids,
				tokens: z.array(z.object({ id: z.number(), text: z.string(), logProbability: z.number().optional(), rank: z.number().optional() })),
				perplexity: z.number().optional(),
				provenance,
			}),
		},
		(asked, c) =>
			inTurn(service, asked.model, c, async (turn) =>
				c.json(await surpriseJson(turn.model, await inputOf(service, c, turn, asked), runOptions(asked, c))),
			),
	);
}

/** Opens the model, waits for its turn, and gives both back whatever happens. */
async function inTurn(service: Service, name: string, c: Asked, work: (turn: Turn) => Promise<Response>): Promise<Response> {
	const turn = await takeTurn(await service.models.acquire(name), c.var);
	try {
		return await work(turn);
	} finally {
		turn.end();
	}
}

type InputBody = z.output<z.ZodObject<typeof input>>;

const runOptions = ({ precision }: InputBody, c: Asked) => ({ signal: c.var.signal, ...(precision && { precision }) });

async function inputOf(service: Service, c: Asked, lease: Lease, asked: InputBody): Promise<string | readonly number[]> {
	const limits = { most: service.settings['max-trace-tokens'], options: encodeOptions(asked.special) };
	return (await idsOf(service, c, lease, [textOrIdsOf(asked)], asked.ids ? 'ids' : 'text', limits))[0]!;
}

async function traced(service: Service, turn: Turn, asked: z.output<typeof traceBody>, c: Asked): Promise<Response> {
	const text = await inputOf(service, c, turn, asked);
	const options: PlainTraceOptions = {
		at: asked.at as PlainTraceOptions['at'], // names and numbers are checked against the model by the library
		maxValues: service.settings['max-values'],
		...(asked.precision && { precision: asked.precision }),
	};
	const both = asked.replace !== undefined && asked.encoding !== 'binary';
	const { run, before } = await turn.traces(text, options, asked.replace, both, c.var.signal);
	if (asked.encoding === 'binary') return oneBinary(run.points, c);
	const encoded = (points: typeof run.points) =>
		asked.encoding === 'base64'
			? Object.fromEntries(Object.entries(points).map(([name, { shape, data }]) => [name, { shape, data: base64(data) }]))
			: points;
	const { ids, points, provenance } = run;
	const answer = { ids, points: encoded(points), ...(before && { before: encoded(before.points) }), provenance };
	const values = [points, before?.points ?? {}].flatMap((one) => Object.values(one)).reduce((sum, { data }) => sum + data.length, 0);
	return vectorsAnswer(service, c, answer, values);
}

/** Bytes handed on at a time. */
const PIECE_BYTES = 2 ** 18;

/** One point as it lies in memory, piece by piece as the client takes them. */
function oneBinary(points: Awaited<ReturnType<Model['trace']>>['points'], c: Asked): Response {
	const [one, ...more] = Object.entries(points);
	if (!one || more.length > 0) {
		throw new Refusal(400, `Invalid 'at': encoding binary gives one point, and ${more.length + 1} were asked for.`, {
			param: 'at',
			code: 'invalid_value',
		});
	}
	const [name, { shape, data }] = one;
	const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	let at = 0;
	const body = new ReadableStream<Uint8Array>({
		pull(controller) {
			if (at >= bytes.length) return controller.close();
			controller.enqueue(bytes.slice(at, (at += PIECE_BYTES)));
		},
	});
	return c.body(body, 200, {
		'content-type': 'application/octet-stream',
		'content-length': String(bytes.length),
		'tongsa-point': name,
		'tongsa-shape': shape.join(','),
	});
}
