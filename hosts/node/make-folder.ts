// A folder and those above it.

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes what is not there yet. Node's own `recursive` never comes back where a folder is there and answers ENOENT to a new one (/proc).
 * @throws what the system says, where a folder cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
	const make = async (): Promise<void> => {
		try {
			await mkdir(path);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
		}
	};
	try {
		await make();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
		await makeFolder(dirname(path));
		await make();
	}
}
