// How a verb that serves is told to stop.

/** How often it is looked whether npm is still there. */
const PARENT_MS = 300;

/** The command line's own end of a call is quick; a server's takes as long as its requests may. A second signal ends at once. */
export function toldToStop(signal: AbortSignal): Promise<void> {
	return new Promise((done) => {
		if (signal.aborted) return done();
		for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
			process.removeAllListeners(name);
			process.once(name, () => {
				done();
				process.once(name, () => process.exit(130));
			});
		}
		// `npm start` puts a shell in between, which dies of a signal without passing it on.
		const parent = process.ppid;
		if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && done(), PARENT_MS).unref();
		// bin/tongsa.js passes signals on, but for the one that nobody can: whoever killed it so wants all of it gone, and at once.
		if (process.env.TONGSA_LAUNCHER === String(parent)) setInterval(() => process.ppid !== parent && process.exit(137), PARENT_MS).unref();
	});
}
