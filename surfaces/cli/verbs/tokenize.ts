// tokenize MODEL [TEXT]: text → tokens and ids.

import type { Model } from '../../../src/model.ts';
import type { EncodeOptions } from '../../../src/tokenizer/types.ts';
import { tokenized, tokenizeJson } from '../../protocol/tokens.ts';
import type { Answer, Call } from '../call.ts';
import { counted } from '../view/numbers.ts';
import { jsonString, specialOf, textOf, withModel } from './common.ts';

export async function run(call: Call): Promise<Answer | undefined> {
	const options = specialOf(call);
	const [reference] = call.arguments;
	if (call.flag('jsonl')) {
		if (call.arguments.length > 1 || call.flag('json')) throw call.usage('--jsonl reads stdin and stands alone');
		return withModel(call, reference!, (model) => lines(call, model, options));
	}
	const text = await textOf(call);
	return withModel(call, reference!, async (model) => {
		const json = tokenizeJson(model, text, options);
		return { json, text: () => page(call, model, json.tokens) };
	});
}

async function page(
	call: Call,
	model: Model,
	tokens: readonly { id: number; text: string; start: number; end: number }[],
): Promise<string> {
	const [{ table }, { paragraph, tokenLabel }, { noteOf }] = await Promise.all([
		import('../view/table.ts'),
		import('../view/text.ts'),
		import('../../../hosts/node/packaged.ts'),
	]);
	const rows = tokens.map(({ id, start, end }, i) => [
		String(i),
		tokenLabel(model.tokenizer, id),
		String(id),
		start === end ? (model.tokenizer!.token(id).kind === 'control' ? 'flag' : '') : `${start}–${end}`,
	]);
	const note = noteOf(model.name);
	return (
		table(
			[
				{ title: '#', align: 'right', whole: true },
				{ title: 'token' },
				{ title: 'id', align: 'right', whole: true },
				{ title: 'from–to', whole: true },
			],
			rows,
			call.terminal.columns,
		) +
		paragraph(
			`${counted(tokens.length, 'token')} of ${model.name} (${model.tokenizer!.kind}, ${model.tokenizer!.size} in its vocabulary)`,
			call.terminal.columns,
		) +
		(note ? paragraph(note, call.terminal.columns) : '')
	);
}

/** JSON strings in, one object a line out; a line that is none ends it. */
async function lines(call: Call, model: Model, options: EncodeOptions): Promise<undefined> {
	let number = 0;
	for await (const line of call.terminal.lines()) {
		call.signal.throwIfAborted();
		number++;
		if (line.trim() === '') continue;
		await call.terminal.write(`${JSON.stringify(tokenized(model, jsonString(line, number), options))}\n`);
	}
	return undefined;
}
