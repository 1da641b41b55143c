// surprise MODEL TEXT: how probable each token was to the model, given those before it.

import { surpriseJson } from '../../protocol/lens.ts';
import type { Answer, Call } from '../call.ts';
import { runOptions, textOrIds, withModel } from './common.ts';

export async function run(call: Call): Promise<Answer> {
	const options = runOptions(call);
	const input = await textOrIds(call);
	return withModel(call, call.arguments[0]!, async (model) => {
		const json = await surpriseJson(model, input, options);
		return {
			json,
			text: async () => {
				const [{ table }, { paragraph, tokenLabel }] = await Promise.all([import('../view/table.ts'), import('../view/text.ts')]);
				const rows = json.tokens.map(({ id, logProbability: log, rank }, i) => [
					String(i),
					tokenLabel(model.tokenizer, id),
					String(id),
					log === undefined ? '' : (-log / Math.LN2).toFixed(2),
					log === undefined ? '' : `${(100 * Math.exp(log)).toFixed(2)} %`,
					rank === undefined ? '' : String(rank),
				]);
				const right = (title: string) => ({ title, align: 'right' as const, whole: true });
				return (
					table(
						[right('#'), { title: 'token' }, right('id'), right('bits'), right('probable'), right('thought likelier')],
						rows,
						call.terminal.columns,
					) +
					(json.perplexity === undefined
						? ''
						: paragraph(`Perplexity ${json.perplexity.toFixed(2)} to ${model.name}.`, call.terminal.columns))
				);
			},
		};
	});
}
