// Log-probabilities in OpenAI's two shapes: a list of objects in chats, four parallel lists in completions.

import type { GeneratedToken, ScoredToken } from '../../../src/generation/generate.ts';
import type { Tokenizer } from '../../../src/tokenizer/types.ts';

/** JSON has no −Infinity; OpenAI writes −9999 for what cannot come. */
const LEAST = -9999;

interface ChatScore {
	readonly token: string;
	readonly logprob: number;
	/** UTF-8: tokens that are a part of a character can be joined by them. */
	readonly bytes: readonly number[];
}

export interface ChatLogprobs {
	readonly content: readonly (ChatScore & { readonly top_logprobs: readonly ChatScore[] })[];
	readonly refusal: null;
}

export function chatLogprobs(tokenizer: Tokenizer | undefined, tokens: readonly GeneratedToken[]): ChatLogprobs {
	const score = ({ id, token, logProbability }: ScoredToken): ChatScore => ({
		token,
		logprob: Math.max(LEAST, logProbability),
		bytes: tokenizer && id < tokenizer.size ? Array.from(tokenizer.token(id).bytes) : [],
	});
	return { content: tokens.map((one) => ({ ...score(one), top_logprobs: one.top.map(score) })), refusal: null };
}

export interface CompletionLogprobs {
	readonly tokens: string[];
	readonly token_logprobs: number[];
	readonly top_logprobs: Record<string, number>[] | null;
	/** UTF-16 units from the beginning of the prompt. */
	readonly text_offset: number[];
}

/** Keeps count of where in the text each token begins. */
export function completionLogprobs(tokenizer: Tokenizer | undefined, promptLength: number) {
	const decoder = tokenizer?.decoder({ skipSpecial: true });
	const name = ({ id, token }: ScoredToken) => (token.includes('\ufffd') && tokenizer ? escaped(tokenizer.token(id).bytes) : token);
	let at = promptLength;
	return (tokens: readonly GeneratedToken[], top: number): CompletionLogprobs => {
		const offsets = tokens.map(({ id }) => {
			const offset = at;
			at += decoder?.push(id).length ?? 0;
			return offset;
		});
		return {
			tokens: tokens.map(name),
			token_logprobs: tokens.map(({ logProbability }) => Math.max(LEAST, logProbability)),
			top_logprobs:
				top === 0
					? null
					: tokens.map((one) => Object.fromEntries(one.top.map((other) => [name(other), Math.max(LEAST, other.logProbability)]))),
			text_offset: offsets,
		};
	};
}

/** A part of a character as OpenAI's completions name it: 'bytes:\\xed\\x95'. By their text all parts would be one and the same. */
const escaped = (bytes: Uint8Array): string => `bytes:${Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
