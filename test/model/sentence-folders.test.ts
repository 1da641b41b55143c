// Sentence vectors of folders of every kind beside sentence-transformers' own (scripts/reference/make_sentences.py).

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openModel } from 'tongsa';

interface Case {
	readonly name: string;
	readonly remove?: readonly string[];
	readonly write?: Readonly<Record<string, unknown>>;
	readonly weights?: Readonly<
		Record<string, Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>>
	>;
	/** The folder that the model's own files are moved into. */
	readonly move?: string;
	readonly prompt?: string;
	readonly promptName?: string;
	/** No modules.json: sentence-transformers then makes no vectors of length 1, and Tongsa does. */
	readonly unlisted?: boolean;
	readonly vectors: readonly (readonly number[])[];
}

const { texts, cases }: { texts: string[]; cases: Case[] } = JSON.parse(readFileSync('test/fixtures/sentence/cases.json', 'utf8'));

function put(path: string, content: string | Uint8Array): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

/** A safetensors file of float32 tensors. */
function safetensors(tensors: NonNullable<Case['weights']>[string]): Uint8Array {
	let at = 0;
	const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
		const begin = at;
		at += 4 * values.length;
		return [name, { dtype: 'F32', shape, data_offsets: [begin, at] }];
	});
	const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
	const data = Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer));
	return Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer), header, ...data]);
}

async function withFolder<T>(one: Omit<Case, 'vectors'>, use: (folder: string) => Promise<T>): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), 'tongsa-sentence-'));
	try {
		cpSync('test/fixtures/sentence/base', folder, { recursive: true });
		for (const path of one.remove ?? []) rmSync(join(folder, path));
		for (const [path, content] of Object.entries(one.write ?? {})) {
			put(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
		}
		for (const [path, tensors] of Object.entries(one.weights ?? {})) put(join(folder, path), safetensors(tensors));
		if (one.move !== undefined) {
			mkdirSync(join(folder, one.move));
			for (const name of readdirSync(folder)) {
				if (statSync(join(folder, name)).isFile() && name !== 'modules.json') renameSync(join(folder, name), join(folder, one.move, name));
			}
			const list = JSON.parse(readFileSync(join(folder, 'modules.json'), 'utf8'));
			list[0].path = one.move;
			writeFileSync(join(folder, 'modules.json'), JSON.stringify(list));
		}
		return await use(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

for (const one of cases) {
	test(one.name, () =>
		withFolder(one, async (folder) => {
			const model = await openModel(folder);
			try {
				const { prompt, promptName } = one;
				const options = {
					precision: 'exact',
					...(prompt !== undefined && { prompt }),
					...(promptName !== undefined && { promptName }),
				} as const;
				const found = await model.sentence(texts, { ...options, ...(one.unlisted && { normalize: false }) });
				for (const [i, expected] of one.vectors.entries()) {
					const vector = [...found.vectors[i]!];
					assert.equal(vector.length, expected.length);
					vector.forEach((value, d) => {
						assert.ok(Math.abs(value - expected[d]!) < 2e-5, `text ${i}, value ${d}: ${value}, expected ${expected[d]}`);
					});
				}
				assert.deepEqual([found.truncated[1], found.truncated[3]], [false, true]); // one letter, and 60 words
			} finally {
				await model.close();
			}
		}),
	);
}

test('what no module of ours does is refused by name', async () => {
	const modules = (...names: string[]) => ({
		'modules.json': names.map((name, idx) => ({
			idx,
			name: String(idx),
			path: idx === 0 ? '' : `${idx}_${name}`,
			type: `sentence_transformers.models.${name}`,
		})),
	});
	const refused = (write: Case['write'], message: RegExp) =>
		withFolder({ name: '', write: write! }, async (folder) => {
			const model = await openModel(folder);
			await assert.rejects(model.sentence('a'), { name: 'TongsaError', message });
			await model.close();
		});
	await refused(modules('Transformer', 'Pooling', 'CNN'), /a module that Tongsa does not have.*got CNN/);
	await refused(modules('Transformer', 'Dropout'), /no Pooling among them/);
	await refused(modules('Transformer', 'Normalize', 'Pooling'), /module_input_name sentence_embedding/);
	await refused({ '1_Pooling/config.json': { pooling_mode: 'median' } }, /pooling_mode.*got median/);
	await refused({ '1_Pooling/config.json': { pooling_mode_median_tokens: true } }, /got pooling_mode_median_tokens/);
	await refused(
		{ ...modules('Transformer', 'Pooling', 'Dense'), '2_Dense/config.json': { in_features: 20, out_features: 4 } },
		/weights are not here.*2_Dense/,
	);
	await refused(
		{ ...modules('Transformer', 'Pooling', 'Dense'), '2_Dense/config.json': { in_features: 21, out_features: 4 } },
		/in_features 21 for rows of 20/,
	);
	const gelu = { in_features: 20, out_features: 4, activation_function: 'torch.nn.modules.activation.GELU' };
	await refused(
		{ ...modules('Transformer', 'Pooling', 'Dense'), '2_Dense/config.json': gelu },
		/activation_function torch\.nn\.modules\.activation\.GELU/,
	);
	await refused({ 'config_sentence_transformers.json': { prompts: {}, default_prompt_name: 'query' } }, /default_prompt_name.*got query/);
	await refused({ 'config_sentence_transformers.json': { truncate_dim: 21 } }, /allowed 1 to 20/);
});

test('a prompt that the model has not is refused by name', () =>
	withFolder({ name: '', write: { 'config_sentence_transformers.json': { prompts: { query: 'q: ' } } } }, async (folder) => {
		const model = await openModel(folder);
		await assert.rejects(model.sentence('a', { promptName: 'passage' }), { code: 'not-found', message: /got passage, allowed query/ });
		await model.close();
	}));
