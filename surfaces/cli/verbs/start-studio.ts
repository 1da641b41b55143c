// The studio of `tongsa start`: served on this machine, or where --host says, until the person leaves.

import { TongsaError } from '../../../src/errors.ts';
import { environmentSource, readSettings } from '../../server/settings.ts';
import { addressesOf } from '../addresses.ts';
import type { Call } from '../call.ts';
import { toldToStop } from '../stop.ts';
import { freshStudio } from '../studio.ts';
import { version } from '../version.ts';
import { bold, dim } from '../view/colour.ts';
import { wrapped } from '../view/text.ts';
import type { StartWords } from '../words/start.ts';

export interface ServedStudio {
	/** Where it answers: the first for a browser on this machine. */
	readonly urls: readonly string[];
	/** Aborted by Ctrl-C and the like. */
	readonly stopped: AbortSignal;
	stop(): Promise<void>;
}

/** How long it may take to make ready before it is said what is waited for. */
const QUIET_MS = 500;

/**
 * Makes the studio ready, serves it and says where. Undefined where it cannot be: the reason is said in one line, and the rest goes on.
 * @throws TongsaError 'usage' for a wrong setting, and for a port that was asked for and is taken.
 */
export async function serveStudio(call: Call, words: StartWords): Promise<ServedStudio | undefined> {
	const port = call.value('port');
	// Refused in this verb's own words.
	if (port !== undefined) call.integer('port', 0, 0, 65_535);
	const given: Readonly<Record<string, string | undefined>> = { port, host: call.value('host'), 'log-level': 'error', grace: '1' };
	const environment = environmentSource(process.env);
	const settings = readSettings([(name) => given[name], environment]);
	const anyPort = port === undefined && environment('port') === undefined;
	const { terminal, signal } = call;
	const told = setTimeout(() => terminal.note(`${words.building}\n`), QUIET_MS);
	try {
		const { folder } = await freshStudio(signal).finally(() => clearTimeout(told));
		const { startServer } = await import('../../server/start.ts');
		const start = async (port: number) =>
			startServer({ models: [], settings: { ...settings, port }, version: (await version()).trim(), studio: folder });
		const server = await start(settings.port).catch((error: unknown) => {
			if (anyPort && isTaken(error)) return start(0);
			throw error;
		});
		const stopped = new AbortController();
		void toldToStop(signal).then(() => stopped.abort(new DOMException('interrupted', 'AbortError')));
		const urls = addressesOf(server.url);
		if (!call.flag('json')) {
			await terminal.write(`${bold(words.studio, terminal.colours)}\n${urls.map((url) => `  ${url}\n`).join('')}`);
			await terminal.write(`${dim(wrapped(words.leave, terminal.columns).join('\n'), terminal.colours)}\n`);
			if (terminal.interactive && !call.flag('no-open') && hasDesktop()) await openBrowser(urls[0]!);
		}
		return { urls, stopped: stopped.signal, stop: () => server.stop() };
	} catch (error) {
		signal.throwIfAborted();
		if (!anyPort || call.flag('json')) throw error;
		terminal.note(`tongsa: no studio: ${(error as Error).message.replaceAll('\n', ' ')}\n`);
		return undefined;
	}
}

const isTaken = (error: unknown): boolean => error instanceof TongsaError && error.detail.field === 'port';

/** Whether there is a screen on this machine for a browser to open on. */
function hasDesktop({ platform, env } = process): boolean {
	if (env.SSH_CONNECTION || env.CI) return false;
	return platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}

/** A browser that does not come is no error: the address has been said. */
async function openBrowser(url: string): Promise<void> {
	try {
		const { default: open } = await import('open');
		(await open(url)).on('error', () => undefined);
	} catch {}
}
