// The studio of `tongsa start`: made ready while the journey is shown, then served on this machine alone until the person leaves.

import { TongsaError } from '../../../src/errors.ts';
import { environmentSource, readSettings } from '../../server/settings.ts';
import type { Call } from '../call.ts';
import { toldToStop } from '../stop.ts';
import { freshStudio } from '../studio.ts';
import { version } from '../version.ts';
import { bold, dim } from '../view/colour.ts';

export interface ServedStudio {
	/** Aborted by Ctrl-C and the like. */
	readonly stopped: AbortSignal;
	stop(): Promise<void>;
}

/** Begins to make the studio ready. @throws TongsaError 'usage' for a wrong setting. */
export function prepareStudio(call: Call): { serve(): Promise<ServedStudio | undefined> } {
	const port = call.value('port');
	// Refused in this verb's own words.
	if (port !== undefined) call.integer('port', 0, 0, 65_535);
	const given: Readonly<Record<string, string | undefined>> = { port, 'log-level': 'error', grace: '1' };
	const environment = environmentSource(process.env);
	const settings = readSettings([(name) => given[name], environment]);
	const anyPort = given['port'] === undefined && environment('port') === undefined;
	const preparing = freshStudio(call.signal);
	preparing.catch(() => undefined); // said when it is waited for
	return {
		/** Says where it stands. Undefined where it cannot be served: the reason is said in one line, and the rest goes on. */
		async serve() {
			const { terminal, signal } = call;
			try {
				const { folder, built } = await preparing;
				const { startServer } = await import('../../server/start.ts');
				const start = async (port: number) =>
					startServer({ models: [], settings: { ...settings, port }, version: (await version()).trim(), studio: folder });
				const server = await start(settings.port).catch((error: unknown) => {
					if (anyPort && isTaken(error)) return start(0);
					throw error;
				});
				const stopped = new AbortController();
				void toldToStop(signal).then(() => stopped.abort(new DOMException('interrupted', 'AbortError')));
				const how = `The same in a page, in 한국어, English, 日本語 and 中文${built ? ', built just now' : ''}. Ctrl-C ends it.`;
				await terminal.write(`\n${bold('The studio', terminal.colours)}\n${dim(how, terminal.colours)}\n${server.url}\n`);
				if (terminal.interactive && !call.flag('no-open') && hasDesktop()) await openBrowser(server.url);
				return { stopped: stopped.signal, stop: () => server.stop() };
			} catch (error) {
				signal.throwIfAborted();
				terminal.note(`tongsa: no studio: ${(error as Error).message.replaceAll('\n', ' ')}\n`);
				return undefined;
			}
		},
	};
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
