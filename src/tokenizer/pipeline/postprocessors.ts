// Post-processors: which ids stand before and after a text. Offsets are left as they are: a token's range is what it stands for.
// huggingface/tokenizers tokenizers/src/processors/*.rs

import { TongsaError } from '../../errors.ts';
import type { PostProcessorSpec } from '../spec.ts';

export interface Flags {
	readonly before: readonly number[];
	readonly after: readonly number[];
}

/** The flags of one text. A sequence puts its later steps outside its earlier ones, as process_encodings does. */
export function compilePostProcessor(spec: PostProcessorSpec): Flags {
	switch (spec.type) {
		case 'Sequence':
			return spec.processors
				.map(compilePostProcessor)
				.reduce<Flags>((inner, outer) => ({ before: [...outer.before, ...inner.before], after: [...inner.after, ...outer.after] }), {
					before: [],
					after: [],
				});
		case 'TemplateProcessing': {
			const text = spec.single.findIndex((piece) => 'Sequence' in piece);
			const ids = spec.single.map((piece) => ('SpecialToken' in piece ? piece.SpecialToken.ids : []));
			return { before: ids.slice(0, Math.max(0, text)).flat(), after: ids.slice(text + 1).flat() };
		}
		case 'BertProcessing':
		case 'RobertaProcessing':
			return { before: [spec.cls], after: [spec.sep] };
		case 'ByteLevel':
			return { before: [], after: [] };
		default:
			throw new TongsaError('unsupported', 'unknown post-processor', { got: (spec satisfies never as { type: string }).type });
	}
}
