// models: what is here, and what the catalogue knows.

import { inventory } from '../../../hosts/node/inventory.ts';
import type { System } from '../../../src/architectures/catalogue.ts';
import { modelsJson } from '../../protocol/models.ts';
import type { Answer, Call } from '../call.ts';
import { bold } from '../view/colour.ts';
import { count } from '../view/numbers.ts';
import { bytes } from '../view/progress.ts';
import { table } from '../view/table.ts';
import { paragraph } from '../view/text.ts';

const STATES = {
	whole: 'all weights',
	table: 'tokens and vectors',
	dictionary: 'tokens',
	absent: 'not here: tongsa pull',
} as const;

const OPEN = { weights: 'weights', dictionary: 'dictionary only', paper: 'paper only', code: 'code only' } as const;

export async function run(call: Call): Promise<Answer> {
	const json = modelsJson(await inventory());
	const { columns, colours } = call.terminal;
	return {
		json,
		text: () =>
			[
				bold('On this machine', colours),
				table(
					[
						{ title: 'name', whole: true },
						{ title: 'answers with', whole: true },
						{ title: 'size', align: 'right', whole: true },
						{ title: 'what' },
					],
					json.here.map(({ name, state, byteLength, what }) => [
						name,
						STATES[state],
						byteLength === undefined ? '' : bytes(byteLength),
						what,
					]),
					columns,
				),
				bold('Known systems', colours),
				table(
					[
						{ title: 'system' },
						{ title: 'year', whole: true },
						{ title: 'public', whole: true },
						{ title: 'largest', align: 'right', whole: true },
						{ title: 'layers', align: 'right', whole: true },
						{ title: 'width', align: 'right', whole: true },
						{ title: 'dictionary' },
					],
					json.systems.map(row),
					columns,
				),
				paragraph('More about each: tongsa info NAME. Any GGUF or safetensors file opens by its path.', columns),
			].join('\n'),
	};
}

function row({ title, year, open, sizes, tokenizer }: System): string[] {
	const largest = sizes.reduce((a, b) => ((b.computedParameters ?? 0) > (a.computedParameters ?? 0) ? b : a));
	const unknown = (value: number | null) => (value === null ? 'unknown' : count(value));
	return [
		title,
		String(year),
		OPEN[open],
		unknown(largest.publishedParameters ?? largest.computedParameters),
		unknown(largest.layers),
		unknown(largest.width),
		tokenizer.kind,
	];
}
