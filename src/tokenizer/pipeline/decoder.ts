// Ids → text: each id's bytes, joined as the model's decoder joins them; and what a token stands for by itself.
// tokenizers/src/tokenizer/mod.rs, TokenizerImpl::decode.

import { TongsaError } from '../../errors.ts';
import { shown } from '../../options.ts';
import { surfaceBytes } from '../models/bpe-tables.ts';
import { byteLevelToBytes, isByteLevel } from '../models/byte-level.ts';
import { KIND, TOKEN_KINDS, type TokenizerSpec } from '../spec.ts';
import type { DecodeRun } from '../text/aligned.ts';
import { createStream } from '../text/stream.ts';
import type { Token, Tokenizer } from '../types.ts';
import { tokenBytes, tokenString } from '../vocabulary.ts';
import { compileDecoder } from './decoders.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function createDecoder(spec: TokenizerSpec): Pick<Tokenizer, 'decode' | 'decoder' | 'token'> {
	const { vocabulary } = spec.model;
	const specialIds = new Set(spec.added_tokens.filter((token) => token.special).map((token) => token.id));
	const isSpecial = (id: number): boolean => specialIds.has(id) || vocabulary.kinds[id] === KIND.control;
	const kindOf = (id: number) => TOKEN_KINDS[vocabulary.kinds[id]!]!;

	const check = (id: number): void => {
		if (!(Number.isInteger(id) && id >= 0 && id < vocabulary.size)) {
			throw new TongsaError('out-of-range', 'token id', { got: shown(id), allowed: `0 to ${vocabulary.size - 1}, the vocabulary` });
		}
	};

	const bytesOf = (id: number): Uint8Array => {
		if (kindOf(id) === 'byte') return Uint8Array.of(Number.parseInt(tokenString(vocabulary, id).slice(3, 5), 16));
		return spec.model.type === 'BPE' ? surfaceBytes(spec.model, id) : tokenBytes(vocabulary, id);
	};
	const bytesOnly =
		spec.model.type === 'BPE' && spec.model.alphabet !== 'characters' && (spec.decoder?.type ?? 'ByteLevel') === 'ByteLevel';
	const newRun: () => DecodeRun = bytesOnly
		? () => ({ push: bytesOf, end: () => new Uint8Array(0) })
		: compileDecoder(spec.decoder ?? { type: 'Replace', pattern: { String: '' }, content: '' }, (id) => ({
				text: tokenString(vocabulary, id),
				bytes: bytesOf(id),
				kind: kindOf(id),
			}));

	return {
		decode(ids, { skipSpecial = false } = {}) {
			if (typeof ids?.length !== 'number') throw new TongsaError('usage', 'not token ids', { got: shown(ids), allowed: 'a list of ids' });
			const run = newRun();
			const text = new TextDecoder('utf-8', { ignoreBOM: true });
			let out = '';
			for (let i = 0; i < ids.length; i++) {
				const id = ids[i]!;
				check(id);
				if (!(skipSpecial && isSpecial(id))) out += text.decode(run.push(id), { stream: true });
			}
			return out + text.decode(run.end(), { stream: true }) + text.decode();
		},
		decoder({ skipSpecial = false } = {}) {
			const stream = createStream(newRun(), (id) => skipSpecial && isSpecial(id));
			return {
				push(id) {
					check(id);
					return stream.push(id);
				},
				end: stream.end,
			};
		},
		token(id): Token {
			check(id);
			const kind = kindOf(id);
			const bytes = isSpecial(id) || bytesOnly || kind === 'byte' ? bytesOf(id) : insideText(newRun, id, spec);
			const score = vocabulary.scores?.[id];
			return { id, bytes: bytes.slice(), text: utf8.decode(bytes), kind, ...(score === undefined ? {} : { score }) };
		},
	};
}

/** What a token stands for in the middle of a text: a decoder treats the first token otherwise. */
function insideText(newRun: () => DecodeRun, id: number, { model, decoder }: TokenizerSpec): Uint8Array {
	const run = newRun();
	// Characters that stand for bytes (Falcon): a token may end amid a character, which no text can show.
	const written = tokenBytes(model.vocabulary, id);
	if (decoder?.type === 'ByteLevel' && isByteLevel(written, 0, written.length)) {
		const bytes = new Uint8Array(written.length);
		return bytes.subarray(0, byteLevelToBytes(written, 0, written.length, bytes, 0));
	}
	if (model.type === 'WordLevel') return written;
	// WordPiece writes words without their space; its decoder puts one before each, which the token does not stand for.
	if (model.type === 'WordPiece') {
		const text = tokenString(model.vocabulary, id);
		const prefix = model.continuing_subword_prefix;
		return prefix !== '' && text.startsWith(prefix) && text !== prefix
			? written.subarray(new TextEncoder().encode(prefix).length)
			: written;
	}
	run.push(id);
	const parts = [run.push(id), run.end()];
	return parts[1]!.length === 0 ? parts[0]! : Uint8Array.of(...parts[0]!, ...parts[1]!);
}
