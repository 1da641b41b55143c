// What several verbs do alike: open the model, find the text, read ids.

import { nodeHost } from '../../../hosts/node/host.ts';
import { TongsaError } from '../../../src/errors.ts';
import type { Model, RunOptions } from '../../../src/model.ts';
import { openModel } from '../../../src/model.ts';
import type { EncodeOptions } from '../../../src/tokenizer/types.ts';
import { specialOptions } from '../../protocol/tokens.ts';
import type { Call } from '../call.ts';
import { progressLine } from '../view/progress.ts';

/** As far as any model has been shown to go. */
const MAX_CONTEXT = 2 ** 24;

/** Opens MODEL, hands it to `work`, and closes it whatever happens. A long load shows how far it is. */
export async function withModel<T>(call: Call, reference: string, work: (model: Model) => Promise<T>, host = nodeHost()): Promise<T> {
	const line = progressLine(call.terminal, host.now);
	const model = await openModel(host, reference, {
		signal: call.signal,
		...(call.value('context') !== undefined && { context: call.integer('context', 1, 2, MAX_CONTEXT) }),
		onProgress: (progress) => (progress.done === progress.total ? line.end() : line.show(progress)),
	});
	try {
		return await work(model);
	} finally {
		line.end();
		await model.close();
	}
}

/** TEXT, or all that is piped in, to the byte. @throws TongsaError 'usage' when a person gave neither. */
export async function textOf(call: Call, index = 1): Promise<string> {
	const given = call.arguments[index];
	if (given !== undefined) return given;
	if (call.terminal.stdinIsTerminal) throw call.usage(`${call.verb.name} needs TEXT, in quotes or piped in`);
	return call.terminal.readAll();
}

export function specialOf(call: Call) {
	if (call.flag('special') && call.flag('no-special')) throw call.usage('--special and --no-special exclude each other');
	return specialOptions({ none: call.flag('no-special'), parse: call.flag('parse-special') });
}

/** Most ids that one call takes: a million is more than any context window, and still small as an array. */
const MAX_IDS = 1_000_000;

/** '1,2 3' or '[1, 2, 3]' → its items; one is empty where a comma is too many. */
export function itemsOf(text: string): string[] {
	const trimmed = text.trim();
	const list = trimmed.startsWith('[') && trimmed.endsWith(']') ? trimmed.slice(1, -1).trim() : trimmed;
	return list === '' ? [] : list.split(',').flatMap((part) => part.trim().split(/\s+/));
}

/** The same → ids. */
export function readIds(call: Call, words: readonly string[]): number[] {
	const parts = itemsOf(words.join(' '));
	if (parts.length > MAX_IDS) {
		throw new TongsaError('too-large', 'too many ids', { got: parts.length, allowed: `at most ${MAX_IDS}` });
	}
	return parts.map((part) => {
		const id = Number(part);
		if (!/^\d+$/.test(part) || id > 0xffffffff) throw call.usage('not a token id', { got: part, allowed: 'whole numbers from 0' });
		return id;
	});
}

/** --ids or TEXT. */
export async function textOrIds(call: Call): Promise<string | number[]> {
	const ids = call.value('ids');
	if (ids === undefined) return textOf(call);
	if (call.arguments.length > 1) throw call.usage('TEXT and --ids exclude each other');
	const read = readIds(call, [ids]);
	if (read.length === 0) throw call.usage('no token ids', { field: '--ids', got: ids, allowed: 'whole numbers from 0, as in 1,306,5360' });
	return read;
}

/** What verbs that run the transformer have alike: flags, precision, and for a translation model what its encoder reads. */
export function runOptions(call: Call): RunOptions & EncodeOptions {
	const [text, ids] = [call.value('source'), call.value('source-ids')];
	if (text !== undefined && ids !== undefined) throw call.usage('--source and --source-ids exclude each other');
	const source = ids === undefined ? text : readIds(call, [ids]);
	return { ...specialOf(call), ...precisionOf(call), ...(source !== undefined && { source }), signal: call.signal };
}

export function precisionOf(call: Call): Pick<RunOptions, 'precision'> {
	const precision = call.value('precision') as 'exact' | 'fast' | undefined;
	return precision ? { precision } : {};
}

/** A line of --jsonl. @throws TongsaError 'malformed' with its number when it is no JSON string. */
export function jsonString(line: string, number: number): string {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		value = undefined;
	}
	if (typeof value === 'string') return value;
	throw new TongsaError('malformed', 'not a JSON string', {
		file: `stdin, line ${number}`,
		got: line,
		allowed: 'one string in quotes a line',
	});
}
