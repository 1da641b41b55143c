// Rows → PostgreSQL's binary COPY. https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"; vectors as pgvector's vector_recv.

import { TongsaError } from '../../../src/errors.ts';
import type { SqlValue } from '../../../src/retrieval/store/sql.ts';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const END = Buffer.from([0xff, 0xff]);
/** Bytes that are handed on at a time. */
const PART = 1 << 16;

/** @param types PostgreSQL's own names, a column: int8, text, bytea, vector. */
export function* copyRows(rows: readonly (readonly SqlValue[])[], types: readonly string[]): Generator<Buffer> {
	let parts: Buffer[] = [SIGNATURE];
	let size = SIGNATURE.length;
	for (const row of rows) {
		const head = Buffer.alloc(2);
		head.writeInt16BE(row.length);
		parts.push(head);
		row.forEach((value, i) => {
			const body = value === null ? undefined : field(value, types[i]!);
			const length = Buffer.alloc(4);
			length.writeInt32BE(body ? body.length : -1);
			parts.push(length);
			if (body) parts.push(body);
			size += 4 + (body?.length ?? 0);
		});
		if (size < PART) continue;
		yield Buffer.concat(parts);
		parts = [];
		size = 0;
	}
	yield Buffer.concat([...parts, END]);
}

function field(value: SqlValue, type: string): Buffer {
	switch (type) {
		case 'int8': {
			const out = Buffer.alloc(8);
			out.writeBigInt64BE(BigInt(value as number));
			return out;
		}
		case 'text':
			return Buffer.from(String(value), 'utf8');
		case 'bytea':
			return Buffer.from(value as Uint8Array);
		case 'vector': {
			const numbers = JSON.parse(String(value)) as number[];
			const out = Buffer.alloc(4 + 4 * numbers.length);
			out.writeInt16BE(numbers.length);
			numbers.forEach((number, i) => {
				out.writeFloatBE(number, 4 + 4 * i);
			});
			return out;
		}
		default:
			throw new TongsaError('internal', 'a column type that COPY does not know', { got: type });
	}
}
