// Tokenizers side by side on 10 MB of mixed text, one thread, GPT-4's cl100k_base: Tongsa, gpt-tokenizer, tiktoken. Equal ids are demanded.
//
//     node --conditions=tongsa-source bench/tokenizer.ts [megabytes]

import assert from 'node:assert/strict';
import { countTokens, encode } from 'gpt-tokenizer/encoding/cl100k_base';
import ranks from 'js-tiktoken/ranks/cl100k_base';
import { get_encoding } from 'tiktoken';
import { tiktokenSpec } from '../src/tokenizer/sources/tiktoken.ts';
import { createTokenizer } from '../src/tokenizer/tokenizer.ts';
import { mixedText } from './corpus.ts';

const MEGABYTES = Number(process.argv[2] ?? 10);
/** Runs of each, interleaved; the best counts: the others were disturbed. */
const RUNS = 5;

const text = mixedText(MEGABYTES * 1e6);
