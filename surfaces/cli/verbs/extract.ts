// extract MODEL -o FILE [--blocks N] [--vocabulary WHAT]: tokenizer, table and first blocks, whole or for some tokens, as a small GGUF.

import { readFile, stat } from 'node:fs/promises';
import { resolve } from '../../../hosts/node/resolve.ts';
import { writeAside } from '../../../hosts/node/write-aside.ts';
import { TongsaError } from '../../../src/errors.ts';
import type { Checkpoint } from '../../../src/formats/checkpoint.ts';
import { extractGguf, type TokenSubset } from '../../../src/formats/gguf/extract.ts';
import { openCheckpoint } from '../../../src/formats/open.ts';
import { provenanceOf } from '../../../src/model/provenance.ts';
import { tokenizerSpec } from '../../../src/tokenizer/sources/index.ts';
import { keptTokens, LANGUAGES, type VocabularyChoice } from '../../../src/tokenizer/subset.ts';
import { roleIds } from '../../../src/tokenizer/writers/gguf.ts';
import type { Answer, Call } from '../call.ts';
import { bytes } from '../view/progress.ts';
import { paragraph } from '../view/text.ts';

/** More than any model has; the file's own number of blocks is checked when it is read. */
const MAX_BLOCKS = 100_000;

export async function run(call: Call): Promise<Answer> {
	const output = call.value('output');
	if (output === undefined) throw call.usage('extract needs -o FILE');
	const vocabulary = call.value('vocabulary');
	const asked = call.value('blocks') === undefined && vocabulary !== undefined ? undefined : call.integer('blocks', 0, 0, MAX_BLOCKS);
	if (!call.flag('force') && (await stat(output).catch(() => undefined))) {
		throw new TongsaError('usage', 'the file is there already', { file: output, hint: 'Add --force to replace it' });
	}
	const { signal } = call;
	const checkpoint = await openCheckpoint(await resolve(call.arguments[0]!, { signal }), signal);
	try {
		const tokens = vocabulary === undefined ? undefined : await tokensFor(vocabulary, checkpoint, signal);
		const { tensors, blocks } = await writeAside(output, (sink) => extractGguf(checkpoint, sink, { blocks: asked, tokens, signal }));
		const { size } = await stat(output);
		const provenance = provenanceOf(checkpoint);
		return {
			json: {
				file: output,
				byteLength: size,
				blocks,
				...(tokens && { tokens: tokens.ids.length }),
				tensors: tensors.map(({ name }) => name),
				provenance,
			},
			text: () =>
				paragraph(
					`${output}: ${bytes(size)}, ${tensors.length} tensors: tokenizer, ${tokens ? `tables for ${tokens.ids.length} tokens` : 'tables'} and the first ${blocks} blocks of ${checkpoint.name}.`,
					call.terminal.columns,
				),
		};
	} finally {
		await checkpoint.close();
	}
}

/** The tokens that a comma-separated list of languages and text files needs. */
async function tokensFor(list: string, checkpoint: Checkpoint, signal: AbortSignal): Promise<TokenSubset> {
	const spec = await tokenizerSpec(checkpoint, signal);
	if (!spec) throw new TongsaError('unsupported', 'the file carries no vocabulary', { file: checkpoint.name });
	const languages: string[] = [];
	const texts: string[] = [];
	for (const part of list.split(',')) {
		if (LANGUAGES.includes(part)) languages.push(part);
		else texts.push(await textOf(part));
	}
	const choice: VocabularyChoice = { languages, texts };
	return { ids: keptTokens(spec, choice, signal), roles: roleIds(spec) };
}

async function textOf(path: string): Promise<string> {
	return readFile(path, 'utf8').catch((cause) => {
		throw new TongsaError(
			'not-found',
			'neither a language nor a file that can be read',
			{ got: path, allowed: `${LANGUAGES.join(', ')}, or a file of text` },
			{ cause },
		);
	});
}
