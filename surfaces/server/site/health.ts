// GET /health, /readyz, /livez, /metrics.

import { z } from '@hono/zod-openapi';
import { get } from '../define.ts';
import type { App, Asked, Service } from '../service.ts';

const state = z.object({
	live: z.literal(true),
	ready: z.boolean(),
	version: z.string(),
	open: z.array(z.string()),
	waiting: z.number().openapi({ description: 'Requests that wait for a model.' }),
	working: z.number().openapi({ description: 'Requests that hold a model open, those that wait among them.' }),
});

export function healthRoutes(app: App, service: Service): void {
	const { models, metrics, stopping, version } = service;
	const tell = (c: Asked, failing: boolean) => {
		const ready = !stopping.aborted && !service.draining();
		const sum = (count: 'waiting' | 'users') => models.open.reduce((all, one) => all + one[count], 0);
		return c.json(
			{ live: true, ready, version, open: models.open.map(({ id }) => id), waiting: sum('waiting'), working: sum('users') },
			ready || !failing ? 200 : 503,
		);
	};
	get(
		app,
		{ path: '/health', tag: 'Server', summary: 'Whether the server takes requests, and how many it has', answer: state },
		async (c) => tell(c, true),
	);
	get(app, { path: '/readyz', tag: 'Server', summary: 'The same, by the name that balancers know', answer: state }, async (c) =>
		tell(c, true),
	);
	get(app, { path: '/livez', tag: 'Server', summary: 'Whether the server lives', answer: state }, async (c) => tell(c, false));
	app.get('/metrics', (c) => {
		const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
		const cpu = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;
		const text = metrics.text({
			tongsa_models_open: ['Models that are open.', [[{}, models.open.length]]],
			tongsa_queue_waiting: ['Requests that wait for a model.', models.open.map(({ id, waiting }) => [{ model: id }, waiting])],
			tongsa_model_users: ['Requests that hold a model open.', models.open.map(({ id, users }) => [{ model: id }, users])],
			process_cpu_seconds_total: ['Processor time of all threads.', [[{}, cpu(process.cpuUsage())]]],
			tongsa_http_cpu_seconds_total: [
				'Processor time of the thread that answers requests and tokenizes.',
				process.threadCpuUsage ? [[{}, cpu(process.threadCpuUsage())]] : [], // Node 24
			],
			process_resident_memory_bytes: ['Resident memory.', [[{}, rss]]],
			nodejs_heap_used_bytes: ['JavaScript heap in use.', [[{}, heapUsed]]],
			nodejs_array_buffer_bytes: ['Memory of array buffers.', [[{}, arrayBuffers]]],
		});
		return c.text(text, 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
	});
}
