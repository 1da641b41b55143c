// What retrieval's tests are made with: an embedding model by arithmetic, and documents in hand.

import { scalarScorer } from '../../src/embedding/scalar-scorer.ts';
import { sha256 } from '../../src/retrieval/hash.ts';
import type { Source } from '../../src/retrieval/indexing.ts';
import { termsOf } from '../../src/retrieval/terms.ts';
import type { Block, EmbeddingModel } from '../../src/retrieval/types.ts';

/**
 * Each term adds 1 at a place of its own (by FNV-1a), so that texts of common terms are near each other. Tokens are characters.
 * `width` and `id` make models whose vectors must not mix.
 */
export function termModel(id = 'terms', width = 64): EmbeddingModel & { calls: number } {
	return {
		calls: 0,
		id,
		facts: { model: id },
		width,
		maxTokens: 400,
		offsets: (text) => {
			const out: number[] = [];
			let at = 0;
			for (const character of text) {
				if (character.trim() !== '') out.push(at, at + character.length);
				at += character.length;
			}
			return Uint32Array.from(out);
		},
		async embed(texts, { signal }) {
			signal?.throwIfAborted();
			this.calls += texts.length;
			return texts.map((text) => {
				const vector = new Float32Array(width);
				for (const [term, count] of termsOf(text)) {
					let hash = 0x811c9dc5;
					for (let i = 0; i < term.length; i++) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193) >>> 0;
					vector[hash % width]! += count * (hash & 1024 ? 1 : -1);
				}
				const length = Math.hypot(...vector) || 1;
				return vector.map((value) => value / length);
			});
		},
	};
}

/** Paragraphs of a text as blocks; a line that begins with # is a heading. */
export function blocksOf(text: string): Block[] {
	return Array.from(text.matchAll(/[^\n]+(?:\n[^\n]+)*/g), (match): Block => {
		const level = /^#+(?= )/.exec(match[0])?.[0].length;
		const place = { start: match.index, end: match.index + match[0].length };
		return level ? { kind: 'heading', level, ...place } : { kind: 'paragraph', ...place };
	});
}

export function source(path: string, text: string, modifiedMs = 1000, more: Partial<Source> & { type?: string } = {}): Source {
	const size = new TextEncoder().encode(text).length;
	const { type = 'text', ...rest } = more;
	return {
		path,
		size,
		modifiedMs,
		read: async () => ({ text, blocks: blocksOf(text), type, hash: await sha256(text), size, modifiedMs }),
		...rest,
	};
}

export const SETTINGS = { scorer: scalarScorer, memoryBudget: 2 ** 28 };
