// embed MODEL [TEXT]: text → the embedding matrix, rows of the table as they are. Everything it imports counts at start-up.

import { embedJson } from '../../protocol/vectors.ts';
import type { Answer, Call } from '../call.ts';
import { specialOf, textOrIds, withModel } from './common.ts';

export async function run(call: Call): Promise<Answer> {
	const options = specialOf(call);
	const input = await textOrIds(call);
	return withModel(call, call.arguments[0]!, async (model) => {
		const embedding = await model.embed(input, { ...options, signal: call.signal });
		const [T, D] = embedding.shape;
		return {
			json: call.flag('json') ? embedJson(embedding) : {},
			text: async () => {
				if (T === 0) return 'No tokens, so no rows.\n';
				const [{ matrix }, { paragraph, tokenLabel }] = await Promise.all([import('../view/matrix.ts'), import('../view/text.ts')]);
				const { columns, colours } = call.terminal;
				const table = model.table!;
				return (
					matrix(embedding, (id) => tokenLabel(model.tokenizer, id), columns, colours) +
					paragraph(
						`${T} × ${D}: one row per token, as wide as ${model.name}. Table ${table.rows} × ${table.width}, ${table.dtype}, ` +
							`${table.tied ? 'the same one at the exit (tied)' : 'another one at the exit (untied)'}.`,
						columns,
					) +
					`${embedding.provenance.bytesRead.toLocaleString('en')} bytes read.\n`
				);
			},
		};
	});
}
