// Measures: how far the stack is from its reference, on the tiny checkpoints and on real files. Tests and the ledger share them.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openModelTransformer } from '../../src/architectures/index.ts';
import { trace } from '../../src/inspection/trace.ts';
import { loadTokenizer } from '../../src/tokenizer/sources/index.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import type { Transformer } from '../../src/transformer/transformer.ts';
import { top } from '../../src/unembedding/probability.ts';
import { matricesOf } from '../../src/weights/map-parts.ts';
import { checkpointAt, type Expected, expectedAt, FAMILIES, transformerAt, worstError } from './open.ts';

/** What stands in the expected files beside points. */
const NOT_POINTS = ['ids', 'decoder.ids', 'greedy'];

/** Worst errors over all points of a kind: max|Δ| / max|x| of each. undefined where the reference exposes none. */
export interface Errors {
	readonly rows: number | undefined;
	readonly states: number | undefined;
	readonly logits: number | undefined;
}

export interface FamilyMeasure extends Errors {
	/** Error of each point. */
	readonly points: ReadonlyMap<string, number>;
	readonly family: string;
	readonly file: 'safetensors' | 'GGUF';
	/** Types of the matrices. */
	readonly types: string;
	readonly reference: string;
}

export interface Opened {
	readonly model: Transformer;
	readonly expected: Expected;
	readonly input: { readonly ids: number[]; readonly source?: { readonly ids: number[] } };
}

/** The checkpoints in test/fixtures/families, or in another folder of such (scripts/sweep.ts). */
export function familyFiles(folder = FAMILIES): string[] {
	return readdirSync(folder).filter((name) => !name.includes('.expected.'));
}

export async function openFamily(file: string, folder = FAMILIES): Promise<Opened> {
	const model = await transformerAt(join(folder, file));
	const expected = await expectedAt(join(folder, `${file.replace(/\.gguf$/, '')}.expected.safetensors`));
	const ids = expected.ids('ids');
	return { model, expected, input: model.encoder ? { ids: expected.ids('decoder.ids'), source: { ids } } : { ids } };
}

export async function measureFamily(file: string, folder = FAMILIES): Promise<FamilyMeasure> {
	const { model, expected, input } = await openFamily(file, folder);
	const names = [...expected.tensors.keys()].filter((name) => !NOT_POINTS.includes(name));
	const traced = await trace(new ReferenceEngine(model), input, { at: names });
	const points = new Map(names.map((name) => [name, worstError(traced.points.get(name)!.data, expected.tensors.get(name)!.data)]));
	return {
		points,
		...byKind(points),
		family: model.config.family,
		file: file.endsWith('.gguf') ? 'GGUF' : 'safetensors',
		types: matrixTypes(model),
		reference: expected.reference,
	};
}

function byKind(points: ReadonlyMap<string, number>): Errors {
	const worst = (wanted: (name: string) => boolean): number | undefined => {
		const errors = [...points].filter(([name]) => wanted(name)).map(([, error]) => error);
		return errors.length > 0 ? Math.max(...errors) : undefined;
	};
	const isRows = (name: string): boolean => name.endsWith('embedding.output');
	const isLogits = (name: string): boolean => name.endsWith('logits');
	return { rows: worst(isRows), states: worst((name) => !isRows(name) && !isLogits(name)), logits: worst(isLogits) };
}

/** Types of the two-dimensional tensors, the most common first. */
function matrixTypes({ views }: Transformer): string {
	const counts = new Map<string, number>();
	const tables = new Set([views.table, views.positions, views.types]);
	for (const view of matricesOf(views, (i) => (views.blocks[i]!.feedForward.expert ? 1 : 0)))
		if (!tables.has(view)) counts.set(view.tensor.dtype, (counts.get(view.tensor.dtype) ?? 0) + 1);
	return [...counts]
		.sort((a, b) => b[1] - a[1])
		.map(([name]) => name)
		.join(', ');
}

export interface RealModel {
	readonly name: string;
	/** File or folder below TONGSA_MODELS. */
	readonly path: string;
	/** Expected values in test/fixtures/real. */
	readonly expected: string;
}

export const REAL_MODELS: readonly RealModel[] = [
	{ name: 'SmolLM2-135M-Instruct', path: 'SmolLM2-135M-Instruct.Q4_1.gguf', expected: 'smollm2' },
	{ name: 'Gemma 3 270M', path: 'gemma-3-270m-q4_k_m.gguf', expected: 'gemma-3-270m' },
	{ name: 'all-MiniLM-L6-v2', path: 'minilm', expected: 'all-minilm-l6-v2' },
];

/** Where the model lies, or why it cannot be measured. */
export function findReal({ path }: RealModel): { readonly path: string } | { readonly missing: string } {
	const folder = process.env.TONGSA_MODELS;
	if (!folder) return { missing: 'TONGSA_MODELS does not say where fetched models lie' };
	return existsSync(join(folder, path)) ? { path: join(folder, path) } : { missing: `${path} is not in TONGSA_MODELS` };
}

export interface RealMeasure extends FamilyMeasure {
	/** Texts whose ids are the reference's, of all texts. */
	readonly tokensEqual: readonly [number, number];
	/** Texts whose greedy continuation is the reference's up to a near tie, of all; absent for encoders. */
	readonly greedyEqual?: readonly [number, number];
	/** Smallest cosine of a sentence vector to the reference's; encoders only. */
	readonly cosine?: number;
}

const REAL = new URL('../fixtures/real/', import.meta.url).pathname;

/** `nearTie`: a chosen token may differ where both logits lie closer than this share of the largest. */
export async function measureReal(real: RealModel, path: string, nearTie: number): Promise<RealMeasure> {
	const checkpoint = await checkpointAt(path);
	const model = await openModelTransformer(checkpoint, { memoryBudget: 2 ** 31 });
	const tokenizer = await loadTokenizer(checkpoint);
	const expected = await expectedAt(`${REAL}${real.expected}.expected.safetensors`);
	const languages = [...expected.tensors.keys()]
		.filter((name) => name.endsWith('.ids') && !name.includes('logits'))
		.map((name) => name.slice(0, -4));
	const points = new Map<string, number>();
	let tokens = 0;
	let greedy = 0;
	let cosine: number | undefined;
	for (const language of languages) {
		const ids = expected.ids(`${language}.ids`);
		if (tokenizer && String([...tokenizer.encode(expected.notes[`text.${language}`]!).ids]) === String(ids)) tokens++;
		for (const [name, error] of await pointErrors(model, expected, language, ids)) points.set(`${language}.${name}`, error);
		if (expected.tensors.has(`${language}.greedy`) && (await sameGreedy(model, ids, expected.ids(`${language}.greedy`), nearTie))) greedy++;
		const sentence = expected.tensors.get(`${language}.sentence`)?.data;
		if (sentence) cosine = Math.min(cosine ?? 1, await sentenceCosine(model, ids, sentence));
	}
	return {
		points,
		...byKind(points),
		family: real.name,
		file: path.endsWith('.gguf') ? 'GGUF' : 'safetensors',
		types: matrixTypes(model),
		reference: expected.reference,
		tokensEqual: [tokens, languages.length],
		...(expected.tensors.has(`${languages[0]}.greedy`) && { greedyEqual: [greedy, languages.length] as const }),
		...(cosine !== undefined && { cosine }),
	};
}

/** Errors of the sampled points: two tokens of each text, the one in the middle and the last. */
async function pointErrors(model: Transformer, expected: Expected, language: string, ids: number[]): Promise<Map<string, number>> {
	const names = [...expected.tensors.keys()]
		.filter((name) => name.startsWith(`${language}.`))
		.map((name) => name.slice(language.length + 1));
	const sampled = names.filter((name) => /output$|weights$/.test(name));
	const hasLogits = names.includes('logits.ids');
	const { points } = await trace(
		new ReferenceEngine(model),
		{ ids },
		{ at: [...sampled, ...(hasLogits ? ([{ point: 'logits', token: -1 }] as const) : [])] },
	);
	const errors = new Map<string, number>();
	for (const name of sampled) {
		const { data, shape } = points.get(name)!;
		const [T, width] = shape.slice(-2) as [number, number];
		const heads = data.length / (T * width);
		const tokens = [Math.floor(T / 2), T - 1];
		const picked = Array.from({ length: heads }, (_, h) =>
			tokens.map((t) => [...data.subarray((h * T + t) * width, (h * T + t + 1) * width)]),
		).flat(2);
		errors.set(name, worstError(picked, expected.tensors.get(`${language}.${name}`)!.data));
	}
	if (hasLogits) {
		const { data } = points.get('logits')!;
		const best = expected.ids(`${language}.logits.ids`).map((id) => data[id]!);
		errors.set('logits', worstError(best, expected.tensors.get(`${language}.logits.values`)!.data));
	}
	return errors;
}

async function sameGreedy(model: Transformer, prompt: number[], wanted: number[], nearTie: number): Promise<boolean> {
	const state = await new ReferenceEngine(model).sequence();
	let logits = await state.decode(prompt);
	for (const id of wanted) {
		const [best] = top(logits, 1) as [number];
		if (best !== id && Math.abs(logits[best]! - logits[id]!) > nearTie * Math.abs(logits[best]!)) return false;
		logits = await state.decode([id]);
	}
	return true;
}

/** Mean of the states, against the reference's vector. */
async function sentenceCosine(model: Transformer, ids: number[], wanted: Float32Array): Promise<number> {
	const { points } = await trace(new ReferenceEngine(model), { ids }, { at: ['final.output'] });
	const { data } = points.get('final.output')!;
	const D = wanted.length;
	const mean = Array.from({ length: D }, (_, d) => ids.reduce((sum, _id, t) => sum + data[t * D + d]!, 0) / ids.length);
	const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
	return dot(mean, wanted) / Math.sqrt(dot(mean, mean) * dot(wanted, wanted));
}
