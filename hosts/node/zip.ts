// One member of a zip file, streamed: what a Python wheel is. PKWARE APPNOTE 6.3 §4.3-4.4; wheels: PEP 427.

import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { TongsaError } from '../../src/errors.ts';

/** The end record is 22 bytes and at most 65,535 bytes of comment follow it. */
const MAX_TAIL = 22 + 0xffff;
/** Largest central directory that is read: 16 MiB lists more than 100,000 files, and a wheel has dozens. */
const MAX_DIRECTORY = 16 * 2 ** 20;

const STORED = 0;
const DEFLATED = 8;

/**
 * The bytes of the member called `path`. Their number and hash are the caller's to check: sizes in a zip are claims.
 * @throws TongsaError 'not-found', 'malformed', 'unsupported' (zip64, encryption, other compressions).
 */
export async function zipMember(file: string, path: string): Promise<Readable> {
	const handle = await open(file, 'r');
	try {
		const { size } = await handle.stat();
		const tail = Buffer.alloc(Math.min(size, MAX_TAIL));
		await handle.read(tail, 0, tail.length, size - tail.length);
		const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
		if (end < 0 || end + 22 > tail.length) throw new TongsaError('malformed', 'not a zip file: no end record', { file });
		const length = tail.readUInt32LE(end + 12);
		const start = tail.readUInt32LE(end + 16);
		if (length > MAX_DIRECTORY || start + length > size) {
			throw new TongsaError('malformed', 'zip directory lies outside the file', { file, byteOffset: start, got: length });
		}
		const directory = Buffer.alloc(length);
		await handle.read(directory, 0, length, start);
		const entry = find(directory, path, file);
		const local = Buffer.alloc(30);
		await handle.read(local, 0, 30, entry.start);
		if (local.readUInt32LE(0) !== 0x04034b50) throw new TongsaError('malformed', 'no zip member here', { file, byteOffset: entry.start });
		const from = entry.start + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
		if (from + entry.packedLength > size) throw new TongsaError('malformed', 'zip member lies outside the file', { file, field: path });
		const packed = handle.createReadStream({ start: from, end: from + entry.packedLength - 1 });
		if (entry.method === STORED) return packed;
		const inflate = createInflateRaw();
		packed.on('error', (error) => inflate.destroy(error));
		inflate.on('close', () => packed.destroy());
		return packed.pipe(inflate);
	} catch (error) {
		await handle.close();
		throw error;
	}
}

function find(directory: Buffer, path: string, file: string): { method: number; packedLength: number; start: number } {
	for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50; ) {
		const nameLength = directory.readUInt16LE(at + 28);
		const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
		if (name === path) {
			const method = directory.readUInt16LE(at + 10);
			const packedLength = directory.readUInt32LE(at + 20);
			const encrypted = (directory.readUInt16LE(at + 8) & 1) !== 0;
			if (encrypted || packedLength === 0xffffffff || (method !== STORED && method !== DEFLATED)) {
				throw new TongsaError('unsupported', 'zip member in a form that is not read', {
					file,
					field: path,
					got: encrypted ? 'encrypted' : packedLength === 0xffffffff ? 'zip64' : `compression ${method}`,
					allowed: 'stored (0) or deflated (8), below 4 GiB',
				});
			}
			return { method, packedLength, start: directory.readUInt32LE(at + 42) };
		}
		at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
	}
	throw new TongsaError('not-found', 'no such member in the zip file', { file, field: path });
}
