// extract MODEL -o FILE --blocks N: tokenizer, table and first blocks as a small GGUF.

import { stat } from 'node:fs/promises';
import { resolve } from '../../../hosts/node/resolve.ts';
import { writeAside } from '../../../hosts/node/write-aside.ts';
import { TongsaError } from '../../../src/errors.ts';
import { extractGguf } from '../../../src/formats/gguf/extract.ts';
import { openCheckpoint } from '../../../src/formats/open.ts';
import { provenanceOf } from '../../../src/model/provenance.ts';
import type { Answer, Call } from '../call.ts';
import { bytes } from '../view/progress.ts';
import { paragraph } from '../view/text.ts';

/** More than any model has; the file's own number of blocks is checked when it is read. */
const MAX_BLOCKS = 100_000;

export async function run(call: Call): Promise<Answer> {
	const output = call.value('output');
	if (output === undefined) throw call.usage('extract needs -o FILE');
	const blocks = call.integer('blocks', 0, 0, MAX_BLOCKS);
	if (!call.flag('force') && (await stat(output).catch(() => undefined))) {
		throw new TongsaError('usage', 'the file is there already', { file: output, hint: 'Add --force to replace it' });
	}
	const { signal } = call;
	const checkpoint = await openCheckpoint(await resolve(call.arguments[0]!, { signal }), signal);
	try {
		const { tensors } = await writeAside(output, (sink) => extractGguf(checkpoint, blocks, sink, { signal }));
		const { size } = await stat(output);
		const provenance = provenanceOf(checkpoint);
		return {
			json: { file: output, byteLength: size, blocks, tensors: tensors.map(({ name }) => name), provenance },
			text: () =>
				paragraph(
					`${output}: ${bytes(size)}, ${tensors.length} tensors: tokenizer, tables and the first ${blocks} blocks of ${checkpoint.name}.`,
					call.terminal.columns,
				),
		};
	} finally {
		await checkpoint.close();
	}
}
