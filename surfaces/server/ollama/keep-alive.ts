// Ollama's keep_alive: how long a model stays open after a request. Seconds, or a duration as Go writes it: '5m', '1h30m', '0', '-1s'.
// https://github.com/ollama/ollama/blob/main/docs/api.md; https://pkg.go.dev/time#ParseDuration

import { z } from '@hono/zod-openapi';
import type { Lease } from '../registry.ts';

const UNITS_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PARTS = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

export const keepAlive = z
	.union(
		[
			z.number(),
			z
				.string()
				.max(50)
				.regex(/^-?(?:0|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/),
		],
		{ error: "seconds, or a duration like '5m'" },
	)
	.nullish()
	.openapi({
		description:
			"How long the model stays open when nobody asks for it: seconds, or '5m'; 0 closes it, below 0 it stays. Default: the server's.",
		example: '5m',
	});

/** Hands it on to the model's lease, where a request says anything. @returns milliseconds */
export function keepFor(keep: Lease['keep'], given: z.output<typeof keepAlive>): number | undefined {
	if (given == null) return undefined;
	const below = typeof given === 'number' ? given < 0 : given.startsWith('-');
	const ms = below ? Number.POSITIVE_INFINITY : typeof given === 'number' ? given * 1000 : durationMs(given);
	keep(ms);
	return ms;
}

const durationMs = (text: string): number =>
	[...text.matchAll(PARTS)].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS_MS[unit!]!, 0);
