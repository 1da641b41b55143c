// generate MODEL PROMPT: goes on from a prompt, or answers it, or translates it; token by token for people.

import { setImmediate } from 'node:timers/promises';
import type { Model } from '../../../src/model.ts';
import { type GenerateJson, generateJson, promptOf } from '../../protocol/generate.ts';
import type { Answer, Call } from '../call.ts';
import { templateSettings } from './chat-options.ts';
import { precisionOf, textOrIds, withModel } from './common.ts';
import { checkBias, generateOptions, schemaOf } from './sampling.ts';
import { shown, speed } from './streaming.ts';

export async function run(call: Call): Promise<Answer | undefined> {
	const options = {
		...generateOptions(call),
		...(await schemaOf(call)),
		...precisionOf(call),
		...templateSettings(call),
		signal: call.signal,
	};
	const given = await textOrIds(call);
	// --raw "" goes on from the start flag alone; an empty pipe has said nothing, and a message has to say something.
	if (given === '' && !(call.flag('raw') && call.arguments.length > 1)) throw call.usage('generate needs PROMPT, in quotes or piped in');
	const streams = !call.flag('json');
	const now = () => performance.now();
	return withModel(call, call.arguments[0]!, async (model) => {
		checkBias(call, model);
		const prompt = typeof given === 'string' ? await promptOf(model, given, call.flag('raw')) : given;
		const stream = shown(call.terminal);
		let json: GenerateJson;
		try {
			// A text that stands for itself carries its own special tokens.
			const special = call.flag('raw') ? ({ special: 'parse' } as const) : {};
			json = await generateJson(model, prompt, { ...options, ...special }, now, async (text) => {
				if (streams) await stream.write(text);
				await setImmediate(); // lets Ctrl-C through
			});
		} finally {
			if (streams) await stream.end();
		}
		if (!streams) return { json, text: () => '' };
		if (json.tokens) await call.terminal.write(await alternatives(call, model, json.tokens));
		call.terminal.note(speed(json));
		return undefined;
	});
}

/** A line a token: how probable it was, and what else might have come. */
async function alternatives(call: Call, model: Model, tokens: NonNullable<GenerateJson['tokens']>): Promise<string> {
	const [{ table }, { tokenLabel }] = await Promise.all([import('../view/table.ts'), import('../view/text.ts')]);
	const percent = (log: number) => `${(100 * Math.exp(log)).toFixed(1)} %`;
	const rows = tokens.map(({ id, logProbability, top }, i) => [
		String(i),
		tokenLabel(model.tokenizer, id),
		String(id),
		percent(logProbability),
		top.map((one) => `${tokenLabel(model.tokenizer, one.id)} ${percent(one.logProbability)}`).join(' | '),
	]);
	const right = (title: string) => ({ title, align: 'right' as const, whole: true });
	return `\n${table([right('#'), { title: 'token' }, right('id'), right('probable'), { title: 'the best' }], rows, call.terminal.columns)}`;
}
