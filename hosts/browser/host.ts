// The browser host: what openModel is handed when it runs in a page or a worker.

import { TongsaError } from '../../src/errors.ts';
import { filesAt } from '../../src/formats/address.ts';
import type { Host } from '../../src/host.ts';

/** Weights may take this much unless the device says that it has less: browsers end tabs that take more than a few gigabytes. */
const MEMORY_BUDGET = 2 * 2 ** 30;

export function browserHost(): Host {
	const { deviceMemory } = navigator as { readonly deviceMemory?: number };
	return {
		async resolve(reference, options) {
			if (typeof reference !== 'string') return reference;
			if (!URL.canParse(reference, globalThis.location?.href)) {
				throw new TongsaError('not-found', 'no such model', { got: reference, allowed: 'a URL, a File or a Blob' });
			}
			return filesAt(new URL(reference, globalThis.location?.href).href, { fetch: (url, init) => fetch(url, init), wait }, options?.signal);
		},
		startWorker() {
			const worker = new Worker(new URL('./compute-worker.ts', import.meta.url), { type: 'module' });
			return {
				postMessage: (message) => worker.postMessage(message),
				onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
				onEnd: (listener) => worker.addEventListener('error', listener),
				terminate: () => worker.terminate(),
			};
		},
		canSleep: typeof document === 'undefined',
		now: () => performance.now(),
		wait: (ms) => (ms > 0 ? new Promise((resolve) => void setTimeout(resolve, ms)) : nextTurn()),
		random: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
		threads: globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1,
		memoryBudget: deviceMemory ? Math.min(MEMORY_BUDGET, (deviceMemory * 2 ** 30) / 2) : MEMORY_BUDGET,
	};
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(done, ms);
		signal.addEventListener('abort', cancelled, { once: true });
		function done(): void {
			signal.removeEventListener('abort', cancelled);
			resolve();
		}
		function cancelled(): void {
			clearTimeout(timer);
			reject(signal.reason);
		}
	});
}

/** When the messages that wait have been handled. A timer would take four milliseconds. */
function nextTurn(): Promise<void> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(undefined);
	});
}
