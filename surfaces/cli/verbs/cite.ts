// cite verify FILE: reads the files that an answer cites, and says of each quote whether it still stands there.

import { readFile } from 'node:fs/promises';
import { documentReader } from '../../../hosts/node/reading.ts';
import { TongsaError } from '../../../src/errors.ts';
import { readCitations, verifyCitations } from '../../../src/retrieval/answers/verify.ts';
import type { Answer, Call } from '../call.ts';
import { plainText } from './texts.ts';

export async function run(call: Call): Promise<Answer> {
	const [action, file = '-'] = call.arguments;
	if (action !== 'verify') throw call.usage('unknown action', { got: action!, allowed: 'verify' });
	if (file === '-' && call.terminal.stdinIsTerminal) throw call.usage('cite verify needs FILE: what ask --json gave, or that piped in');
	const text = file === '-' ? await call.terminal.readAll() : await readFile(file, 'utf8');
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw new TongsaError('malformed', 'not JSON', { file, hint: 'Give what tongsa ask --json wrote' });
	}
	const citations = readCitations(json, file);
	const reader = documentReader();
	try {
		const verified = await verifyCitations(citations, async (path) => {
			try {
				return (await reader.read(path, call.signal)).text;
			} catch (error) {
				call.signal.throwIfAborted();
				// A file that is there but can no longer be read has changed.
				return error instanceof TongsaError && !/ENOENT|ENOTDIR/.test(error.message) ? '' : undefined;
			}
		});
		return {
			code: verified.every(({ state }) => state === 'same' || state === 'moved') ? 0 : 1,
			json: { citations: verified },
			text: () =>
				`${verified.map(({ n, state }) => `[${n}] ${state.padEnd(8)}${plainText(citations.find((one) => one.n === n)!.path)}`).join('\n')}${verified.length ? '\n' : 'No citations.\n'}`,
		};
	} finally {
		await reader.close();
	}
}
