// A thread of Node's as a crew takes it.

import type { Worker as Thread } from 'node:worker_threads';
import type { Worker } from '../../src/program/thread-pool.ts';

export function computeThread(thread: Thread): Worker {
	const ended = new Promise<void>((resolve) => {
		thread.once('error', () => resolve());
		thread.once('exit', () => resolve());
	});
	return {
		postMessage: (message) => thread.postMessage(message),
		onMessage: (listener) => void thread.on('message', listener),
		onEnd: (listener) => void ended.then(listener),
		terminate: () => thread.terminate(),
	};
}
