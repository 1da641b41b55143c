// lens MODEL TEXT: what each layer would say next.

import type { Answer, Call } from '../call.ts';
import { runOptions, textOrIds, withModel } from './common.ts';

/** Most tokens a layer: more is a vocabulary, not a guess. */
const MAX_TOP = 1000;

export async function run(call: Call): Promise<Answer> {
	const top = call.integer('top', 10, 1, MAX_TOP);
	const options = runOptions(call);
	const input = await textOrIds(call);
	return withModel(call, call.arguments[0]!, async (model) => {
		const json = await model.lens(input, { ...options, top });
		return {
			json,
			text: async () => {
				const [{ table }, { paragraph, tokenLabel }] = await Promise.all([import('../view/table.ts'), import('../view/text.ts')]);
				const percent = (probability: number) => `${(100 * probability).toFixed(1)} %`;
				const rows = json.layers.map(({ layer, top: [best, ...others] }) => [
					layer < 0 ? 'input' : String(layer),
					tokenLabel(model.tokenizer, best!.id),
					percent(best!.probability),
					others.map(({ id, probability }) => `${tokenLabel(model.tokenizer, id)} ${percent(probability)}`).join(' | '),
				]);
				return (
					table(
						[
							{ title: 'layer', align: 'right', whole: true },
							{ title: 'says' },
							{ title: 'probable', align: 'right', whole: true },
							{ title: 'then' },
						],
						rows,
						call.terminal.columns,
					) +
					paragraph(
						`What would come after token ${json.ids.length - 1}, if each layer of ${model.name} were the last.`,
						call.terminal.columns,
					)
				);
			},
		};
	});
}
