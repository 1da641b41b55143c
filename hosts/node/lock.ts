// A lock between processes: a file that is made exclusively and names its owner. One who died is not waited for.

import { readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from './make-folder.ts';

/** How often a waiting process looks again. */
const POLL_MS = 200;

/** Runs `work` while holding `path`; waits for another holder first, after telling `onWait` who it is. */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal, onWait?: (pid: number) => void): Promise<T> {
	await makeFolder(dirname(path));
	for (let told = false; ; ) {
		signal?.throwIfAborted();
		try {
			await writeFile(path, String(process.pid), { flag: 'wx' });
			break;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		const owner = Number(await readFile(path, 'utf8').catch(() => ''));
		if (owner && !alive(owner)) {
			await unlink(path).catch(() => undefined);
			continue;
		}
		if (!told) onWait?.(owner);
		told = true;
		await sleep(POLL_MS, undefined, signal ? { signal } : {});
	}
	try {
		return await work();
	} finally {
		await unlink(path).catch(() => undefined);
	}
}

function alive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
