// nearest MODEL WORD | --vector | --plus/--minus: any vector → the nearest tokens of the whole table.

import { type NearestQuery, nearestJson } from '../../protocol/vectors.ts';
import type { Answer, Call } from '../call.ts';
import { itemsOf, withModel } from './common.ts';

/** Most matches that are listed: more is a vocabulary, not a neighbourhood. */
const MAX_TOP = 1000;

export async function run(call: Call): Promise<Answer> {
	const query = readQuery(call);
	const options = {
		top: call.integer('top', 10, 1, MAX_TOP),
		metric: (call.value('metric') ?? 'cosine') as 'cosine' | 'dot',
		table: (call.value('table') ?? 'input') as 'input' | 'output',
		signal: call.signal,
	};
	return withModel(call, call.arguments[0]!, async (model) => {
		const json = await nearestJson(model, query, options);
		return {
			json,
			text: async () => {
				const [{ table }, { paragraph, tokenLabel }] = await Promise.all([import('../view/table.ts'), import('../view/text.ts')]);
				const rows = json.matches.map(({ id, score }, i) => [String(i + 1), tokenLabel(model.tokenizer, id), String(id), score.toFixed(4)]);
				return (
					table(
						[
							{ title: '#', align: 'right', whole: true },
							{ title: 'token' },
							{ title: 'id', align: 'right', whole: true },
							{ title: json.metric, align: 'right', whole: true },
						],
						rows,
						call.terminal.columns,
					) +
					paragraph(
						`The ${model.table!.rows} rows of the ${json.table} table of ${model.name}, all compared (${model.table!.tied ? 'tied' : 'untied'}).`,
						call.terminal.columns,
					)
				);
			},
		};
	});
}

function readQuery(call: Call): NearestQuery {
	const word = call.arguments[1];
	const vector = call.value('vector');
	const [plus, minus] = [call.values('plus'), call.values('minus')];
	const given = [word, vector, plus.length + minus.length || undefined].filter((one) => one !== undefined);
	if (given.length !== 1) throw call.usage('nearest needs exactly one of WORD, --vector, or --plus and --minus');
	if (word !== undefined) return { word };
	if (vector !== undefined) return { vector: readVector(call, vector) };
	return { plus, minus };
}

/** '[0.1, −2]' or '0.1,-2'. */
function readVector(call: Call, text: string): number[] {
	const numbers = itemsOf(text).map((item) => (item === '' ? Number.NaN : Number(item)));
	const wrong = numbers.findIndex((number) => !Number.isFinite(Math.fround(number)));
	if (wrong >= 0 || numbers.length === 0) {
		throw call.usage('not a vector', { field: '--vector', got: text, allowed: 'finite numbers separated by commas, or a JSON array' });
	}
	return numbers;
}
