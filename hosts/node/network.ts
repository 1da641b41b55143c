// The network as the core is handed it: Node's fetch, and a clock to wait by.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '../../src/bytes/http.ts';

/** `headers` are sent with every request; fetch drops an Authorization among them when it is sent on to another host. */
export function network(fetcher: typeof fetch = fetch, headers: Readonly<Record<string, string>> = {}): Network {
	return {
		fetch: (url, init) => fetcher(url, { ...init, headers: { ...headers, ...init.headers } }),
		wait: (ms, signal) => sleep(ms, undefined, { signal }),
	};
}
