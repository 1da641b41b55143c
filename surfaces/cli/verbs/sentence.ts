// sentence MODEL [TEXT]: a text → one vector.

import { setImmediate } from 'node:timers/promises';
import type { Pooling } from '../../../src/embedding/pooling.ts';
import type { Model, Provenance, SentenceOptions } from '../../../src/model.ts';
import { type SentenceJson, sentencesJson } from '../../protocol/sentence.ts';
import type { Answer, Call } from '../call.ts';
import { counted } from '../view/numbers.ts';
import { jsonString, precisionOf, textOrIds, withModel } from './common.ts';

/** Lines that are waiting anyway go through the model together. */
const MAX_BATCH = 32;
/** Wider than any model: the model's own width is checked when it is known. */
const MAX_DIMENSIONS = 2 ** 20;

export async function run(call: Call): Promise<Answer | undefined> {
	const pooling = call.value('pooling') as Pooling | undefined;
	const options: SentenceOptions = {
		...(pooling && { pooling }),
		...(call.flag('no-normalize') && { normalize: false }),
		...(call.value('dimensions') !== undefined && { dimensions: call.integer('dimensions', 1, 1, MAX_DIMENSIONS) }),
		...precisionOf(call),
		signal: call.signal,
	};
	const [reference] = call.arguments;
	if (call.flag('jsonl')) {
		if (call.arguments.length > 1 || call.flag('json') || call.value('ids') !== undefined)
			throw call.usage('--jsonl reads stdin and stands alone');
		return withModel(call, reference!, (model) => lines(call, model, options));
	}
	const text = await textOrIds(call);
	return withModel(call, reference!, async (model) => {
		const { sentences, provenance } = await sentencesJson(model, [text], options);
		const json = { ...sentences[0]!, provenance };
		noteCut(call, json, 'the text');
		return { json, text: () => page(call, json) };
	});
}

async function page(call: Call, { vector, tokens, provenance }: SentenceJson & { readonly provenance: Provenance }): Promise<string> {
	const { paragraph } = await import('../view/text.ts');
	const { columns } = call.terminal;
	const length = Math.hypot(...vector);
	const shown = vector.slice(0, 8).map((value) => value.toFixed(4));
	return (
		paragraph(`${shown.join(' ')}${vector.length > shown.length ? ' …' : ''}`, columns) +
		paragraph(
			`${vector.length} numbers of length ${length.toFixed(4)} from ${counted(tokens, 'token')}; pooled by ${provenance.pooling}. --json gives all.`,
			columns,
		)
	);
}

/** JSON strings in, one object a line out, in the same order. */
async function lines(call: Call, model: Model, options: SentenceOptions): Promise<undefined> {
	let number = 0;
	for await (const batch of waiting(call.terminal.lines())) {
		const first = number;
		number += batch.length;
		const given = batch.map((line, i) => ({ line, number: first + i + 1 })).filter(({ line }) => line.trim() !== '');
		if (given.length === 0) continue;
		const texts = given.map((one) => jsonString(one.line, one.number));
		const { sentences } = await sentencesJson(model, texts, options);
		for (const [i, sentence] of sentences.entries()) {
			noteCut(call, sentence, `line ${given[i]!.number}`);
			await call.terminal.write(`${JSON.stringify(sentence)}\n`);
		}
	}
	return undefined;
}

/** Lines in groups: those that have come already, without waiting for more. */
async function* waiting(lines: AsyncIterable<string>): AsyncGenerator<string[]> {
	const iterator = lines[Symbol.asyncIterator]();
	let next = iterator.next();
	for (;;) {
		const batch: string[] = [];
		for (let one = await next; ; ) {
			if (one.done) return yield batch;
			batch.push(one.value);
			next = iterator.next();
			const soon = await Promise.race([next, setImmediate()]);
			if (!soon || batch.length === MAX_BATCH) break;
			one = soon;
		}
		yield batch;
	}
}

/** Nothing is cut in silence. */
function noteCut(call: Call, { truncated, tokens }: SentenceJson, what: string): void {
	if (truncated) call.terminal.note(`${what} is longer than the model takes: its vector is of the first ${counted(tokens, 'token')}\n`);
}
