// info MODEL: the catalogue's knowledge of a system, or the contents of a file. A name that is both gets both.

import { packaged } from '../../../hosts/node/packaged.ts';
import { recipe } from '../../../hosts/node/recipes.ts';
import { resolve } from '../../../hosts/node/resolve.ts';
import { catalogueSystem } from '../../../src/architectures/catalogue.ts';
import { architectureOf } from '../../../src/architectures/name.ts';
import { TongsaError } from '../../../src/errors.ts';
import { openCheckpoint } from '../../../src/formats/open.ts';
import { chatTemplateOf } from '../../../src/model/chat-template.ts';
import { type FileInfoJson, fileInfoJson, type InfoOptions, type SystemInfoJson, systemInfoJson } from '../../protocol/info.ts';
import type { Answer, Call } from '../call.ts';
import { bold } from '../view/colour.ts';
import { count, counted } from '../view/numbers.ts';
import { bytes } from '../view/progress.ts';
import { table } from '../view/table.ts';
import { excerpt, wrapped } from '../view/text.ts';
import { withModel } from './common.ts';

export async function run(call: Call): Promise<Answer> {
	const name = call.arguments[0]!;
	const options = { tensors: call.flag('tensors'), metadata: call.flag('metadata') };
	const wantsFile = options.tensors || options.metadata;
	const isName = !/[\\/]|^(?:hf|ollama|https?):/.test(name);
	const system = isName && !wantsFile ? catalogueSystem(name) : undefined;
	// A name of a file that is here answers from the file too; the catalogue alone answers for the rest.
	const hasFile = !system || Boolean(packaged(name) ?? recipe(name));
	const file = hasFile ? await fileInfo(call, name, options, system !== undefined) : undefined;
	if (!system) return { json: file!, text: () => filePage(call, file!) };
	const known = systemInfoJson(system);
	return {
		json: file ? { ...known, here: file } : known,
		text: () => systemPage(call, known) + (file ? `\n${filePage(call, file)}` : ''),
	};
}

/** @param optional whether the catalogue answers anyway when the file is not here */
async function fileInfo(call: Call, name: string, options: InfoOptions, optional: boolean) {
	try {
		return await withModel(call, name, (model) => fileInfoJson(model, options));
	} catch (error) {
		// Well-formed, but with a part that is not supported: its header can be read all the same.
		if (error instanceof TongsaError && error.code === 'unsupported') return headerInfo(call, name, options, error);
		if (optional && (error as { code?: string }).code === 'not-found') return undefined;
		throw error;
	}
}

async function headerInfo(call: Call, name: string, options: InfoOptions, problem: TongsaError): Promise<FileInfoJson> {
	const { signal } = call;
	const checkpoint = await openCheckpoint(await resolve(name, { signal }), signal);
	try {
		const parts = { tokenizer: undefined, table: undefined, problems: {}, chatTemplate: () => chatTemplateOf(checkpoint, false, signal) };
		return await fileInfoJson(
			{ name: checkpoint.name, checkpoint, architecture: architectureOf(checkpoint), ...parts },
			options,
			problem.message,
		);
	} finally {
		await checkpoint.close();
	}
}

function systemPage(call: Call, system: SystemInfoJson): string {
	const { columns, colours } = call.terminal;
	const { sizes, tokenizer, nearest, unknown, notes = [], sources } = system;
	const facts: (readonly [string, string])[] = [
		['public', system.openWhat],
		['dictionary', `${tokenizer.kind}${tokenizer.public ? '' : ' (file not public)'}`],
		...(tokenizer.answers ? [['try', `tongsa tokenize ${tokenizer.answers} "I love you so much."`] as const] : []),
		...(system.repository ? [['open', `hf:${system.repository}`] as const] : []),
		...(nearest ? [['nearest open', `${nearest.what}: ${nearest.why}`] as const] : []),
		...(unknown.length ? [['not known', unknown.join('; ')] as const] : []),
		...notes.map((note) => ['note', note] as const),
		...sources.map((source, i) => [i ? '' : 'sources', source] as const),
	];
	const number = (value: number | null) => (value === null ? '?' : value.toLocaleString('en'));
	const rows = sizes.map((one) => [
		one.name,
		number(one.layers),
		number(one.heads) + (one.keyValueHeads !== null && one.keyValueHeads !== one.heads ? `/${one.keyValueHeads}` : ''),
		number(one.width),
		number(one.feedForward),
		number(one.vocabulary),
		number(one.context),
		one.computedParameters === null ? '?' : count(one.computedParameters),
		one.sure,
	]);
	const titles = ['size', 'layers', 'heads', 'width', 'feed-forward', 'vocabulary', 'context', 'parameters', 'sure'];
	const sure = [...new Set(sizes.map((one) => one.sure))].map((key) => [`sure: ${key}`, system.sureness[key]] as const);
	return [
		`${bold(system.title, colours)} (${system.maker}, ${system.year})`,
		'',
		table(
			titles.map((title, i) => ({ title, whole: i > 0, align: i > 0 && i < 8 ? ('right' as const) : ('left' as const) })),
			rows,
			columns,
		),
		labelled([...facts, ...sure], columns),
	].join('\n');
}

function filePage(call: Call, info: FileInfoJson): string {
	const { columns, colours } = call.terminal;
	const { table: matrix, tokenizer } = info;
	const flags = tokenizer && [...tokenizer.before, '…', ...tokenizer.after].map((text) => excerpt(text)).join(' ');
	const facts: (readonly [string, string])[] = [
		['format', `${info.format}, ${bytes(info.byteLength)}, ${counted(info.tensorCount, 'tensor')}, ${count(info.parameters)} parameters`],
		...(info.architecture ? [['architecture', excerpt(info.architecture, false)] as const] : []),
		...Object.entries(info.shape).map(
			([name, value]) => [name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`), value.toLocaleString('en')] as const,
		),
		[
			'table',
			matrix
				? `${matrix.rows} × ${matrix.width}, ${matrix.dtype}, ${matrix.tied ? 'tied: one table at both ends' : 'untied: two tables'}`
				: 'none in this file',
		],
		[
			'tokenizer',
			tokenizer ? `${tokenizer.kind}, ${tokenizer.size} tokens, ${flags === '…' ? 'no flags' : `flags ${flags}`}` : 'none in this file',
		],
		['chat template', info.chatTemplate ? 'yes' : 'no'],
		...info.dtypes.map(
			(one, i) =>
				[
					i ? '' : 'dtypes',
					`${one.dtype}: ${counted(one.tensors, 'tensor')}, ${count(one.parameters)} values, ${bytes(one.byteLength)}`,
				] as const,
		),
		...(info.problem ? [['problem', info.problem] as const] : []),
		['read', `${info.provenance.bytesRead.toLocaleString('en')} bytes`],
	];
	const tensors = info.tensors?.map(({ name, dtype, shape, byteLength }) => [excerpt(name), dtype, shape.join(' × '), bytes(byteLength)]);
	const metadata = Object.entries(info.metadata ?? {}).map(([key, value]) => [excerpt(key), excerpt(JSON.stringify(value) ?? '', false)]);
	return [
		wrapped(excerpt(info.model, false), columns)
			.map((line) => bold(line, colours))
			.join('\n'),
		labelled(facts, columns),
		...(tensors
			? [
					table(
						[
							{ title: 'tensor' },
							{ title: 'dtype', whole: true },
							{ title: 'shape', whole: true },
							{ title: 'size', align: 'right', whole: true },
						],
						tensors,
						columns,
					),
				]
			: []),
		...(metadata.length ? [table([{ title: 'key' }, { title: 'value' }], metadata, columns)] : []),
	].join('\n');
}

/** Facts under each other, the long ones wrapped beside their label. */
function labelled(facts: readonly (readonly [string, string])[], columns: number): string {
	const width = Math.max(...facts.map(([label]) => label.length));
	const lines = facts.flatMap(([label, text]) =>
		wrapped(text, Math.max(20, columns - width - 2)).map((line, i) => `${(i ? '' : label).padEnd(width)}  ${line}`),
	);
	return `${lines.join('\n')}\n`;
}
