// A minimal reader of protocol buffer messages: a bounded walk over (field number, value), nothing copied.
// Wire format: https://protobuf.dev/programming-guides/encoding/

import { TongsaError } from '../../errors.ts';

/** One field as it lies in the message. Length-delimited values are views on the message's bytes. */
export type ProtobufField =
	| { readonly number: number; readonly wire: 'varint' | 'fixed64'; readonly value: bigint }
	| { readonly number: number; readonly wire: 'fixed32'; readonly value: number }
	| { readonly number: number; readonly wire: 'bytes'; readonly value: Uint8Array };

/**
 * The fields of one message, in file order. Nesting is the caller's business (a nested message is a 'bytes' field), so depth is
 * bounded by the caller's schema, and every length is checked against the bytes that are truly there.
 *
 *     [...fields(Uint8Array.of(0x08, 0x96, 0x01), 'a.model')] // → [{ number: 1, wire: 'varint', value: 150n }]
 */
export function* fields(message: Uint8Array, file: string): Generator<ProtobufField> {
	const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
	let at = 0;
	const malformed = (what: string, got: string | number | bigint): TongsaError =>
		new TongsaError('malformed', what, { file, byteOffset: message.byteOffset + at, got });
	const need = (byteLength: number): number => {
		if (byteLength > message.length - at) throw malformed('protobuf field runs past the end of its message', byteLength);
		const start = at;
		at += byteLength;
		return start;
	};
	const varint = (): bigint => {
		let value = 0n;
		// Ten groups of seven bits hold 64: a longer varint is malformed by the spec.
		for (let shift = 0n; shift < 70n; shift += 7n) {
			const byte = message[need(1)]!;
			value |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return BigInt.asUintN(64, value);
		}
		throw malformed('protobuf varint is longer than ten bytes', value);
	};
	while (at < message.length) {
		const tag = varint();
		const number = Number(tag >> 3n);
		// Field numbers are 1 to 2^29 − 1 by the spec.
		if (number < 1 || number >= 2 ** 29) throw malformed('protobuf field number out of range', number);
		switch (Number(tag & 7n)) {
			case 0:
				yield { number, wire: 'varint', value: varint() };
				break;
			case 1:
				yield { number, wire: 'fixed64', value: view.getBigUint64(need(8), true) };
				break;
			case 2: {
				const length = varint();
				if (length > BigInt(message.length - at)) throw malformed('protobuf length runs past the end of its message', length);
				const start = need(Number(length));
				yield { number, wire: 'bytes', value: message.subarray(start, at) };
				break;
			}
			case 5:
				yield { number, wire: 'fixed32', value: view.getUint32(need(4), true) };
				break;
			default:
				throw malformed('protobuf wire type is none of 0, 1, 2, 5', Number(tag & 7n));
		}
	}
}
