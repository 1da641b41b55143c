// Zip files made field by field (APPNOTE 6.3 §4.3), right or wrong as a test wants them; and wheels of them (PEP 427).

import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

export interface Member {
	readonly name: string;
	readonly content: Buffer;
	readonly method?: number;
	/** Lies in place of the true numbers. */
	readonly packedLength?: number;
	readonly flags?: number;
	readonly start?: number;
}

export function zipBytes(members: readonly Member[]): Buffer {
	const bodies: Buffer[] = [];
	const directory: Buffer[] = [];
	let at = 0;
	for (const { name, content, method = 8, flags = 0, packedLength, start = at } of members) {
		const packed = method === 8 ? deflateRawSync(content) : content;
		const local = Buffer.alloc(30);
		local.writeUInt32LE(0x04034b50, 0);
		local.writeUInt16LE(20, 4);
		local.writeUInt16LE(method, 8);
		local.writeUInt32LE(crc32(content), 14);
		local.writeUInt32LE(packed.length, 18);
		local.writeUInt32LE(content.length, 22);
		local.writeUInt16LE(name.length, 26);
		const central = Buffer.alloc(46);
		central.writeUInt32LE(0x02014b50, 0);
		central.writeUInt16LE(20, 6);
		central.writeUInt16LE(flags, 8);
		central.writeUInt16LE(method, 10);
		central.writeUInt32LE(crc32(content), 16);
		central.writeUInt32LE(packedLength ?? packed.length, 20);
		central.writeUInt32LE(content.length, 24);
		central.writeUInt16LE(name.length, 28);
		central.writeUInt32LE(start, 42);
		bodies.push(local, Buffer.from(name), packed);
		directory.push(central, Buffer.from(name));
		at += 30 + name.length + packed.length;
	}
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(members.length, 8);
	end.writeUInt16LE(members.length, 10);
	end.writeUInt32LE(Buffer.concat(directory).length, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...bodies, ...directory, end]);
}

/** A wheel of one package, version 1.0, that pip takes. */
export function wheelBytes(distribution: string, files: readonly Member[]): Buffer {
	const info = `${distribution}-1.0.dist-info`;
	const meta: Member[] = [
		{ name: `${info}/METADATA`, content: Buffer.from(`Metadata-Version: 2.1\nName: ${distribution}\nVersion: 1.0\n`) },
		{ name: `${info}/WHEEL`, content: Buffer.from('Wheel-Version: 1.0\nGenerator: tongsa\nRoot-Is-Purelib: true\nTag: py3-none-any\n') },
	];
	const hash = (content: Buffer) => createHash('sha256').update(content).digest('base64url');
	const record = [...files, ...meta].map(({ name, content }) => `${name},sha256=${hash(content)},${content.length}\n`).join('');
	return zipBytes([...files, ...meta, { name: `${info}/RECORD`, content: Buffer.from(`${record}${info}/RECORD,,\n`) }]);
}
