// trace MODEL [TEXT]: any intermediate of the transformer, read or replaced; without --at, which ones there are.

import type { Model, ModelInput, TraceOptions } from '../../../src/model.ts';
import { readAt, readEdits } from '../../protocol/edits.ts';
import { DIMENSIONS, pointsJson, type TraceRuns, traceJson, traceRuns } from '../../protocol/trace.ts';
import { readVectors } from '../../protocol/vectors.ts';
import type { Answer, Call } from '../call.ts';
import { runOptions, textOrIds, withModel } from './common.ts';
import { jsonFile } from './json-file.ts';

type Selector = TraceOptions['at'][number];

export async function run(call: Call): Promise<Answer> {
	const at = call.values('at').flatMap((words) => readPoints(call, words));
	const [reference] = call.arguments;
	const edits = call.value('replace');
	if (call.flag('both') && edits === undefined) throw call.usage('--both needs --replace');
	if (at.length === 0) {
		if (edits !== undefined || call.value('vectors') !== undefined) throw call.usage('trace needs --at with the points to show');
		return withModel(call, reference!, (model) => list(call, model));
	}
	const replace = edits === undefined ? undefined : readEdits(await jsonFile(edits), edits);
	const options = { ...runOptions(call), at, ...(replace && { replace }) };
	const input = await inputOf(call);
	return withModel(call, reference!, async (model) => {
		const runs = await traceRuns(model, input, options, call.flag('both'));
		return { json: call.flag('json') ? traceJson(runs) : {}, text: () => page(call, model, runs) };
	});
}

/** 'NAME,NAME', or a selector as JSON. */
function readPoints(call: Call, words: string): Selector[] {
	if (!words.trimStart().startsWith('{'))
		return words
			.split(',')
			.map((name) => name.trim())
			.filter(Boolean);
	try {
		return [readAt(JSON.parse(words), '--at', 'at')];
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw call.usage(`not JSON: ${error.message}`, { field: '--at' });
	}
}

async function inputOf(call: Call): Promise<ModelInput> {
	const vectors = call.value('vectors');
	if (vectors === undefined) return textOrIds(call);
	if (call.arguments.length > 1 || call.value('ids') !== undefined) throw call.usage('--vectors excludes TEXT and --ids');
	return { vectors: readVectors(await jsonFile(vectors), vectors) };
}

async function list(call: Call, model: Model): Promise<Answer> {
	const json = await pointsJson(model);
	return {
		json,
		text: async () => {
			const [{ table }, { wrapped }] = await Promise.all([import('../view/table.ts'), import('../view/text.ts')]);
			const layers = new Map<string, { readonly of: string[]; readonly shape: string; readonly caption: string }>();
			for (const { name, shape, caption } of json.points) {
				const [, before, layer, point] = /^(.*?blocks\.)(\d+)(\..*)$/.exec(name) ?? [];
				const key = layer === undefined ? name : `${before}i${point}`;
				const known = layers.get(key) ?? { of: [], shape: shape.join(' × '), caption };
				layers.set(key, known);
				if (layer !== undefined) known.of.push(layer);
			}
			const rows = [...layers].map(([name, { of, shape, caption }]) => [
				name,
				of.length > 1 ? `${of[0]} to ${of.at(-1)}` : (of[0] ?? ''),
				shape,
				caption,
			]);
			const letters = Object.entries(DIMENSIONS).filter(([letter]) => json.points.some(({ shape }) => shape.includes(letter)));
			return (
				table(
					[{ title: 'point' }, { title: 'i', whole: true }, { title: 'shape', whole: true }, { title: 'what' }],
					rows,
					call.terminal.columns,
				) +
				`${wrapped(`${letters.map(([letter, what]) => `${letter} ${what}`).join(', ')}.`, call.terminal.columns).join('\n')}\n` +
				`${wrapped(`Their values: tongsa trace ${call.arguments[0]} "text" --at NAME (* in place of i is every block)`, call.terminal.columns).join('\n')}\n`
			);
		},
	};
}

/** The first rows of each point; attention weights as one head's map. */
async function page(call: Call, model: Model, { run, before }: TraceRuns): Promise<string> {
	const [{ bold, dim }, { matrix }, { attention }, { tokenLabel, width, wrapped }] = await Promise.all([
		import('../view/colour.ts'),
		import('../view/matrix.ts'),
		import('../view/attention.ts'),
		import('../view/text.ts'),
	]);
	const { columns, colours } = call.terminal;
	const points = new Map((await model.points()).map((point) => [point.name, point]));
	const names = Object.keys(run.points);
	const label = (id: number) => tokenLabel(model.tokenizer, id);
	const one = (name: string, { shape, data }: (typeof run.points)[string], note: string): string => {
		const [T, N] = shape.slice(-2) as [number, number];
		const heads = shape.length === 3 ? shape[0]! : 0;
		const part = data.subarray(0, T * N);
		const { caption, shape: letters } = points.get(name)!;
		const about = `${caption}${note}${heads > 1 ? `; head 0 of ${heads}` : ''}`;
		const beginning = `${bold(name, colours)}  ${shape.join(' × ')}`;
		// On one line where it fits, else the caption below.
		const fits = width(`${beginning}  ${about}`) <= columns;
		const title = fits
			? `${beginning}  ${dim(about, colours)}`
			: [beginning, ...wrapped(about, columns).map((line) => dim(line, colours))].join('\n');
		// Vectors have no tokens, and an encoder's are those of --source.
		const own = run.ids.length === T && letters.at(-2) === 'T' && !name.startsWith('encoder.');
		const ids = own ? run.ids : Array.from({ length: T }, (_, t) => t);
		const labelled = own ? label : () => '';
		if (name.endsWith('.weights') && N === T && letters.at(-1) === 'T') {
			const tokens = ids.map((id) => labelled(id) || String(id));
			return `${title}\n${attention({ weights: part, queries: tokens, keys: tokens }, columns, colours)}`;
		}
		return `${title}\n${matrix({ shape: [T, N], data: part, ids }, labelled, columns, colours, names.length > 3 ? 3 : 10)}`;
	};
	const { likeliest } = await import('../view/likeliest.ts');
	return names
		.flatMap((name) => [
			...(name === 'logits' ? [likeliest(model.tokenizer, run, before, columns)] : []),
			...(before ? [one(name, before.points[name]!, '; as it is')] : []),
			one(name, run.points[name]!, before ? '; with the replacements' : ''),
		])
		.join('\n');
}
