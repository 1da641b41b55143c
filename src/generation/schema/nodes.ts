// What a schema allows, as a tree over bytes: the language of all its JSON texts. Recursive schemas make it a graph.

import type { NumberNode } from './number.ts';

export type Node =
	/** One byte of a set: 256 flags. */
	| { readonly kind: 'byte'; readonly set: Uint8Array }
	| { readonly kind: 'sequence'; readonly parts: readonly Node[] }
	| { readonly kind: 'choice'; of: readonly Node[] }
	| Repeat
	/** A schema by its name; what it stands for is known once all are compiled. */
	| { readonly kind: 'reference'; to?: Node }
	| NumberNode;

export interface Repeat {
	readonly kind: 'repeat';
	readonly node: Node;
	readonly least: number;
	readonly most: number;
	/** The same after one more; made when it is first needed, and once. */
	less?: Repeat;
}

export const sequence = (...parts: readonly Node[]): Node => ({ kind: 'sequence', parts });
export const choice = (...of: readonly Node[]): Node => (of.length === 1 ? of[0]! : { kind: 'choice', of });
export const repeat = (node: Node, least: number, most = Number.POSITIVE_INFINITY): Repeat => ({ kind: 'repeat', node, least, most });
export const optional = (node: Node): Node => choice(EMPTY, node);
export const EMPTY: Node = { kind: 'sequence', parts: [] };
/** What no text satisfies. */
export const NEVER: Node = { kind: 'choice', of: [] };

export function lessOf(one: Repeat): Repeat {
	if (one.least === 0 && one.most === Number.POSITIVE_INFINITY) return one;
	one.less ??= repeat(one.node, Math.max(0, one.least - 1), one.most - 1);
	return one.less;
}

/** One byte out of ranges, ends included: byteOf([48, 57]) is a digit. */
export function byteOf(...ranges: readonly (readonly [number, number])[]): Node {
	const set = new Uint8Array(256);
	for (const [first, last] of ranges) set.fill(1, first, last + 1);
	return { kind: 'byte', set };
}

const SINGLE = Array.from({ length: 256 }, (_, byte) => byteOf([byte, byte]));
const encoder = new TextEncoder();

/** A text as it stands, in UTF-8. */
export const literal = (text: string): Node => bytesOf(encoder.encode(text));
const bytesOf = (bytes: Uint8Array): Node => ({ kind: 'sequence', parts: Array.from(bytes, (byte) => SINGLE[byte]!) });

/** One of several texts; what they begin with alike is walked once. */
export function oneOfTexts(texts: readonly string[]): Node {
	const branch = (words: readonly Uint8Array[], at: number): Node => {
		const byFirst = new Map<number | undefined, Uint8Array[]>();
		for (const word of words) {
			const group = byFirst.get(word[at]);
			if (group) group.push(word);
			else byFirst.set(word[at], [word]);
		}
		return choice(
			...Array.from(byFirst, ([byte, group]) => {
				if (byte === undefined) return EMPTY;
				if (group.length === 1) return bytesOf(group[0]!.subarray(at));
				return sequence(SINGLE[byte]!, branch(group, at + 1));
			}),
		);
	};
	return branch(
		[...new Set(texts)].map((text) => encoder.encode(text)),
		0,
	);
}

/**
 * Takes branches that never end (a list that must hold itself) out of every choice.
 * @returns the fewest bytes that satisfy `root`; Infinity when nothing does
 */
export function prune(root: Node): number {
	const nodes = reachable(root);
	const shortest = new Map<Node, number>();
	const of = (node: Node | undefined): number => (node && shortest.get(node)) ?? Number.POSITIVE_INFINITY;
	const lengthOf = (node: Node): number => {
		switch (node.kind) {
			case 'byte':
			case 'number':
				return 1;
			case 'sequence':
				return node.parts.reduce((sum, part) => sum + of(part), 0);
			case 'choice':
				return Math.min(...node.of.map(of));
			case 'repeat':
				return node.least === 0 ? 0 : node.least * of(node.node);
			case 'reference':
				return of(node.to);
			default:
				return node satisfies never;
		}
	};
	// What stands deeper was found later: from the end, most lengths are known after one pass.
	for (let changed = true; changed; ) {
		changed = false;
		for (const node of nodes.toReversed()) {
			const length = lengthOf(node);
			if (length < of(node)) {
				shortest.set(node, length);
				changed = true;
			}
		}
	}
	for (const node of nodes) if (node.kind === 'choice') node.of = node.of.filter((one) => of(one) < Number.POSITIVE_INFINITY);
	return of(root);
}

function reachable(root: Node): readonly Node[] {
	const seen = new Set<Node>([root]);
	for (const node of seen) for (const one of childrenOf(node)) seen.add(one);
	return [...seen];
}

function childrenOf(node: Node): readonly Node[] {
	switch (node.kind) {
		case 'sequence':
			return node.parts;
		case 'choice':
			return node.of;
		case 'repeat':
			return [node.node];
		case 'reference':
			return node.to ? [node.to] : [];
		case 'byte':
		case 'number':
			return [];
		default:
			return node satisfies never;
	}
}
