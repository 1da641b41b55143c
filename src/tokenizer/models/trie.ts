// A trie over UTF-8 bytes in one open-addressing table: prefixes of a text that are keys. For unigram lattices and frozen pieces.
// The lookups of sentencepiece's Darts::DoubleArray::commonPrefixSearch, without its construction cost.

import { TongsaError } from '../../errors.ts';
import { crowded, MAX_RUN } from '../vocabulary.ts';

/**
 * At most about 100 MB, whatever a file holds; and an edge, a node and a byte, fits in 32 bits. Gemma's 262,144 tokens have about a million
 * nodes, and no known vocabulary has as many bytes as this.
 */
const MAX_NODES = 2 ** 22;

export interface Trie {
	/**
	 * Calls back for each key that is a prefix of bytes[from..to], shortest first, with its value and where it ends; with `begun`, for each
	 * whose rest after that beginning is one.
	 */
	prefixes(bytes: Uint8Array, from: number, to: number, found: (value: number, end: number) => void, begun?: number): void;
	/** The beginning that all keys share which begin with these bytes, or −1 where none does. */
	begin(bytes: Uint8Array): number;
	/** Byte length of the longest key that is a prefix of bytes[from..to], or 0. */
	longest(bytes: Uint8Array, from: number, to: number): number;
}

/** Keys are not empty; of two equal keys the last one counts. */
export function createTrie(keys: Iterable<{ readonly bytes: Uint8Array; readonly value: number }>): Trie {
	// edge (node · 256 + byte) → node, 0 where there is none: nothing leads to the root.
	let capacity = 1 << 12;
	let edgeKeys = new Uint32Array(capacity);
	let edgeNodes = new Uint32Array(capacity);
	let values = new Int32Array(1 << 10).fill(-1);
	let nodes = 1;

	/** The slot of an edge, or where it would stand. */
	const slotOf = (key: number): number => {
		const mask = capacity - 1;
		// Keys of one byte differ only above it: their differences must reach the low bits.
		let hash = Math.imul(key, 0x9e3779b1);
		hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
		hash ^= hash >>> 13;
		let slot = hash & mask;
		for (let probes = 0; edgeNodes[slot] !== 0 && edgeKeys[slot] !== key; slot = (slot + 1) & mask) if (++probes > MAX_RUN) throw crowded();
		return slot;
	};
	const child = (node: number, byte: number): number => edgeNodes[slotOf(node * 256 + byte)]! || -1;
	const grow = (): void => {
		const [oldKeys, oldNodes] = [edgeKeys, edgeNodes];
		capacity *= 2;
		edgeKeys = new Uint32Array(capacity);
		edgeNodes = new Uint32Array(capacity);
		for (let i = 0; i < oldKeys.length; i++) {
			if (oldNodes[i] === 0) continue;
			const slot = slotOf(oldKeys[i]!);
			edgeKeys[slot] = oldKeys[i]!;
			edgeNodes[slot] = oldNodes[i]!;
		}
	};
	for (const { bytes, value } of keys) {
		let node = 0;
		for (let i = 0; i < bytes.length; i++) {
			const key = node * 256 + bytes[i]!;
			let slot = slotOf(key);
			if (edgeNodes[slot] === 0) {
				if (nodes === MAX_NODES)
					throw new TongsaError('too-large', 'too many different beginnings of tokens', { allowed: `at most ${MAX_NODES} bytes of them` });
				if (nodes * 2 >= capacity) {
					grow();
					slot = slotOf(key);
				}
				edgeKeys[slot] = key;
				edgeNodes[slot] = nodes;
				if (nodes === values.length) {
					const wider = new Int32Array(nodes * 2).fill(-1);
					wider.set(values);
					values = wider;
				}
				nodes++;
			}
			node = edgeNodes[slot]!;
		}
		if (node > 0) values[node] = value;
	}
	return {
		begin(bytes) {
			let node = 0;
			for (let i = 0; i < bytes.length && node >= 0; i++) node = child(node, bytes[i]!);
			return node;
		},
		prefixes(bytes, from, to, found, begun = 0) {
			let node = begun;
			if (node < 0) return;
			for (let i = from; i < to; i++) {
				node = child(node, bytes[i]!);
				if (node < 0) return;
				if (values[node]! >= 0) found(values[node]!, i + 1);
			}
		},
		longest(bytes, from, to) {
			let length = 0;
			let node = 0;
			for (let i = from; i < to; i++) {
				node = child(node, bytes[i]!);
				if (node < 0) break;
				if (values[node]! >= 0) length = i + 1 - from;
			}
			return length;
		},
	};
}
