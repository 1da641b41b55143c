// Fields that Tongsa's own routes share.

import { z } from '@hono/zod-openapi';
import { specialOptions } from '../../protocol/tokens.ts';
import { ids, model } from '../openai/sampling.ts';
import { Refusal } from '../refusal.ts';

export { ids, model };

export const special = z.enum(['add', 'none', 'parse']).optional().openapi({
	description:
		'add (the default): the flags that the model wants; none: plain text; parse: special text such as <|im_end|> becomes its token.',
});

/** As the command line's switches. */
export const encodeOptions = (mode: 'add' | 'none' | 'parse' = 'add') => specialOptions({ none: mode === 'none', parse: mode === 'parse' });

export const provenance = z
	.looseObject({ model: z.string(), files: z.array(z.looseObject({ name: z.string(), byteLength: z.number() })), bytesRead: z.number() })
	.openapi('Provenance', { description: 'Where the result comes from: files, tokens, layer, pooling, precision, whatever applies.' });

/** Exactly one of text and ids. */
export const textOrIds = { text: z.string().optional(), ids: ids.optional() };

export function textOrIdsOf({ text, ids }: { text?: string | undefined; ids?: number[] | undefined }): string | readonly number[] {
	if ((text === undefined) === (ids === undefined)) {
		throw new Refusal(400, "Give exactly one of 'text' and 'ids'.", { param: 'text', code: 'invalid_value' });
	}
	return text ?? ids!;
}
