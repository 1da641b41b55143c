// The models that need no opening by hand: which file of the server's models/ each name opens.

import type { Opening } from './protocol.ts';

export interface Embedded {
	readonly name: string;
	readonly title: string;
	/** Base name under models/. */
	readonly file: string;
	/** Where the file is a part of a model: how the whole is fetched, and how large it is. */
	readonly whole?: { readonly byteLength: number; readonly command: string };
}

export const embedded: readonly Embedded[] = [
	{ name: 'smollm2', title: 'SmolLM2 135M', file: 'smollm2.gguf', whole: { byteLength: 98_000_000, command: 'npx tongsa pull smollm2' } },
	{ name: 'lecture', title: 'Lecture 8 × 4', file: 'lecture.gguf' },
	{ name: 'gpt-2', title: 'GPT-2', file: 'gpt-2.gguf' },
	{ name: 'gpt-4', title: 'GPT-4', file: 'cl100k_base.tiktoken' },
	{ name: 'gpt-4o', title: 'GPT-4o', file: 'o200k_base.tiktoken' },
	{ name: 'llama-2', title: 'Llama 2', file: 'llama-2.gguf' },
	{ name: 'falcon', title: 'Falcon', file: 'falcon.gguf' },
	{ name: 'bert', title: 'BERT (BGE small)', file: 'bert-bge.gguf' },
];

export const openingOf = ({ file }: Embedded): Opening => ({ kind: 'address', url: new URL(`/models/${file}`, location.origin).href });
