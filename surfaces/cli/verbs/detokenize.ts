// detokenize MODEL IDS: ids → text.

import { detokenizeJson } from '../../protocol/tokens.ts';
import type { Answer, Call } from '../call.ts';
import { readIds, withModel } from './common.ts';

export async function run(call: Call): Promise<Answer> {
	const [reference, ...words] = call.arguments;
	const ids = readIds(call, words);
	return withModel(call, reference!, async (model) => {
		const json = detokenizeJson(model, ids, call.flag('skip-special'));
		return { json, text: () => `${json.text}\n` };
	});
}
