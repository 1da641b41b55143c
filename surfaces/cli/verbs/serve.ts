// serve [MODEL…]: the HTTP server, until it is told to stop.

import { readFile } from 'node:fs/promises';
import { TongsaError } from '../../../src/errors.ts';
import { environmentSource, fileSource, readSettings, SETTINGS, type SettingSource } from '../../server/settings.ts';
import { addressesOf } from '../addresses.ts';
import type { Call } from '../call.ts';
import { toldToStop } from '../stop.ts';
import { builtStudio } from '../studio.ts';
import { version } from '../version.ts';

export async function run(call: Call): Promise<undefined> {
	const path = call.value('config') ?? process.env.TONGSA_SERVE_CONFIG;
	const file = path ? await readConfiguration(path) : undefined;
	const flags: SettingSource = (name) => (SETTINGS[name].kind === 'list' ? many(call, name) : call.value(name));
	const settings = readSettings([flags, environmentSource(process.env), ...(file ? [file.settings] : [])]);
	const { startServer } = await import('../../server/start.ts');
	const studio = builtStudio();
	const server = await startServer({
		models: call.arguments.length > 0 ? call.arguments : (file?.models ?? []),
		settings,
		version: (await version()).trim(),
		...(studio && { studio }),
	});
	const urls = addressesOf(server.url);
	await call.terminal.write(
		call.flag('json')
			? `${JSON.stringify({ url: urls[0], urls, docs: `${urls[0]}/docs` })}\n`
			: `Tongsa answers at ${urls.join(', ')} (its API: ${urls[0]}/docs)\n`,
	);
	await toldToStop(call.signal);
	await server.stop();
	return undefined;
}

const many = (call: Call, name: string): readonly string[] | undefined => {
	const values = call.values(name);
	return values.length > 0 ? values : undefined;
};

async function readConfiguration(path: string) {
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		throw new TongsaError('not-found', 'the configuration file cannot be read', { file: path, got: error.code ?? 'unreadable' });
	});
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw new TongsaError('malformed', 'the configuration file is not JSON', { file: path });
	}
	const settings = fileSource(json, path);
	const models = (json as { models?: unknown }).models ?? [];
	if (!Array.isArray(models) || !models.every((one) => typeof one === 'string')) {
		throw new TongsaError('usage', 'models is a list of texts', { file: path, field: 'models' });
	}
	return { settings, models: models as string[] };
}
