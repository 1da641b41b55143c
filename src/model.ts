// openModel: the only file that builds and joins the stages. A Model is one opened interpreter.

import { architectureOf } from './architectures/name.ts';
import { openCheckpoint } from './formats/open.ts';
import type { Host, ModelReference } from './host.ts';
import { chatTemplateOf, conversation } from './model/chat-template.ts';
import { openInterpreter } from './model/interpreter.ts';
import { lazyInference } from './model/lazy-inference.ts';
import { OPEN } from './model/options.ts';
import { staticSentences } from './model/static-sentence.ts';
import { openTables } from './model/tables.ts';
import { findTokenizer } from './model/tokenizer.ts';
import type { Model, OpenOptions } from './model/types.ts';
import { checkOptions } from './options.ts';

export type { Generated, Generation } from './model/generation.ts';
export type { Provenance } from './model/provenance.ts';
export type * from './model/types.ts';

/**
 * Opens a model by reference with the surroundings that the host gives: its header and its tokenizer are read, no weight.
 * @throws TongsaError what host.resolve and openCheckpoint throw, 'usage' for an option that cannot be.
 */
export async function openModel(host: Host, reference: ModelReference, options: OpenOptions = {}): Promise<Model> {
	checkOptions(options, OPEN);
	const { signal, onProgress } = options;
	const files = await host.resolve(reference, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
	const checkpoint = await openCheckpoint(files, signal);
	try {
		const found = await findTokenizer(checkpoint, signal);
		const { tokenizer } = found;
		const tables = await openTables(checkpoint);
		const { static: alone } = tables;
		const interpreter = openInterpreter(host, checkpoint, found, tables);
		const inference = lazyInference(host, checkpoint, tokenizer, interpreter, options);
		const { idsOf: _ids, textOf: _text, ...reading } = interpreter;
		return {
			name: checkpoint.name,
			checkpoint,
			architecture: architectureOf(checkpoint),
			tokenizer,
			problems: { ...(!tokenizer && { tokenizer: found.problem }), ...(!tables.tables && { table: tables.problem }) },
			chatTemplate: (tools) => chatTemplateOf(checkpoint, tools),
			template: (messages, options) => conversation(host, checkpoint, tokenizer, interpreter, messages, options),
			...reading,
			...inference,
			...(alone && { sentence: (texts, options) => staticSentences(checkpoint, alone, interpreter, tokenizer, texts, options) }),
			get bytesRead() {
				return checkpoint.bytesRead;
			},
			async close() {
				interpreter.close();
				inference.close();
				await checkpoint.close();
			},
		};
	} catch (error) {
		await checkpoint.close();
		throw error;
	}
}
