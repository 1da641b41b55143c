// What a model's last states go through to become a sentence vector, as its own files say: pooling, dense layers, norms, in their order.
// sentence-transformers: modules.json and the folders that it names; GGUF: {architecture}.pooling_type (llama.h, enum llama_pooling_type),
// dense_2 and dense_3 (llama.cpp src/models/gemma-embedding.cpp), dense.0 and dense.1 (Ollama).

import { architectureOf } from '../architectures/name.ts';
import type { ByteSource } from '../bytes/source.ts';
import { DENSE_ACTIVATIONS, type DenseLayer, dense, layerNormRows } from '../embedding/dense.ts';
import { normalize, type Pooling, pool } from '../embedding/pooling.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint, TensorInfo } from '../formats/checkpoint.ts';
import { getNumber } from '../formats/get.ts';
import { isObject, type JsonObject, readJson, readJsonObject } from '../formats/json.ts';
import { readSafetensors } from '../formats/safetensors/read.ts';
import { readTensorBytes } from '../formats/tensor-bytes.ts';
import { decodeTensor, dtypeOf } from '../tensor/dtypes.ts';

/** Rows (R, N) → rows of `width` M values: R of them, or one from a pooling. `skip`: tokens at the beginning that are not pooled. */
export interface Step {
	readonly kind: 'pooling' | 'dense' | 'norm' | 'normalize';
	readonly width: number;
	apply(rows: Float32Array, skip: number): Float32Array;
}

export interface SentenceModules {
	readonly steps: readonly Step[];
	/** For provenance: the pooling's names, and where it was found; 'default' when no file says. */
	readonly pooling: string;
	readonly from: string;
	/** Whether a prompt's tokens are pooled too. */
	readonly includePrompt: boolean;
}

/** The JSON files of sentence-transformers have a few hundred bytes. */
const MAX_BYTES = 2 ** 20;
/** Values of a dense layer: those of EmbeddingGemma have 768 × 3072. */
const MAX_VALUES = 2 ** 26;

/** How a model's own files want it. `asked`: a pooling that the caller has chosen in place of all that the files say. */
export async function sentenceModules(
	checkpoint: Checkpoint,
	width: number,
	{ asked, signal }: { readonly asked?: Pooling | undefined; readonly signal?: AbortSignal | undefined },
): Promise<SentenceModules> {
	const listed = await modulesOf(checkpoint, signal);
	if (asked) {
		const unit = listed ? listed.some(({ name }) => name === 'Normalize') : true;
		return {
			steps: [poolingStep([asked], width), ...(unit ? [unitStep(width)] : [])],
			pooling: asked,
			from: 'asked for',
			includePrompt: true,
		};
	}
	if (listed) return fromList(checkpoint, listed, width, signal);
	const file = checkpoint.assets.get(LONE_POOLING);
	const found = file ? await readPooling(file, LONE_POOLING, signal) : (fromGguf(checkpoint) ?? DEFAULT);
	const steps: Step[] = [poolingStep(found.poolings, width)];
	for (const layer of await ggufDense(checkpoint, steps[0]!.width, signal)) steps.push(denseStep(layer));
	// Without a list of modules vectors are made of length 1, as every server of embeddings does.
	return { ...found, steps: [...steps, unitStep(steps.at(-1)!.width)], pooling: found.poolings.join(' + ') };
}

interface FoundPooling extends Pick<SentenceModules, 'from' | 'includePrompt'> {
	readonly poolings: readonly Pooling[];
}

const LONE_POOLING = '1_Pooling/config.json';
const DEFAULT: FoundPooling = { poolings: ['mean'], from: 'default', includePrompt: true };

// Steps

function poolingStep(poolings: readonly Pooling[], width: number): Step {
	return {
		kind: 'pooling',
		width: poolings.length * width,
		apply(rows, skip) {
			const tokens = rows.length / width;
			const mask = Array.from({ length: tokens }, (_, t) => t >= skip);
			const vectors = poolings.map((pooling) => pool(rows, width, pooling, skip > 0 && skip < tokens ? mask : undefined));
			const out = new Float32Array(poolings.length * width);
			vectors.forEach((vector, i) => {
				out.set(vector, i * width);
			});
			return out;
		},
	};
}

function denseStep(layer: DenseLayer): Step {
	return { kind: 'dense', width: layer.outputWidth, apply: (rows) => dense(rows, layer) };
}

function unitStep(width: number): Step {
	return {
		kind: 'normalize',
		width,
		apply(rows) {
			const out = new Float32Array(rows.length);
			for (let at = 0; at < rows.length; at += width) out.set(normalize(rows.subarray(at, at + width)), at);
			return out;
		},
	};
}

// modules.json

interface Module {
	/** Its class, without the package that it is in. */
	readonly name: string;
	/** Its folder; '' for the first one as a rule. */
	readonly path: string;
}

async function modulesOf({ assets }: Checkpoint, signal: AbortSignal | undefined): Promise<readonly Module[] | undefined> {
	const file = assets.get('modules.json');
	if (!file) return undefined;
	const modules = await readJson(file, MAX_BYTES, signal);
	if (!Array.isArray(modules)) return [];
	return modules.filter(isObject).map(({ type, path }) => ({
		name: String(type).replace(/^.*\./, ''),
		path: typeof path === 'string' ? path.replace(/^\.?\/|\/$/g, '') : '',
	}));
}

/** What builds a module's step. */
interface Building {
	readonly checkpoint: Checkpoint;
	readonly module: Module;
	/** Of what comes in. */
	readonly width: number;
	/** Whether a pooling has been. */
	readonly pooled: boolean;
	readonly config: JsonObject;
	readonly signal: AbortSignal | undefined;
}

/** Class → its step; undefined where it does nothing when the model is used. */
const MODULES: Readonly<Record<string, (building: Building) => Promise<Step | undefined>>> = {
	Transformer: async () => undefined,
	Dropout: async () => undefined,
	Pooling: async ({ config, checkpoint, module, width }) => poolingStep(poolingsIn(config, fileOf(checkpoint, module, CONFIG)), width),
	Normalize: async (building) => {
		sameInput(building);
		return unitStep(building.width);
	},
	Dense: async (building) => denseStep(await readDense(building)),
	LayerNorm: async (building) => {
		const { width, pooled } = building;
		if (!pooled) throw other(building, 'LayerNorm before the pooling');
		const tensors = await weightsOf(building);
		const [gain, bias] = [await values(building, tensors, 'norm.weight', [width]), await values(building, tensors, 'norm.bias', [width])];
		return { kind: 'norm', width, apply: (rows) => layerNormRows(rows, gain, bias) };
	},
};

const CONFIG = 'config.json';

async function fromList(
	checkpoint: Checkpoint,
	modules: readonly Module[],
	states: number,
	signal: AbortSignal | undefined,
): Promise<SentenceModules> {
	const steps: Step[] = [];
	let found: FoundPooling | undefined;
	for (const module of modules) {
		const build = Object.hasOwn(MODULES, module.name) ? MODULES[module.name]! : undefined;
		if (!build) throw unknownModule(checkpoint, module.name);
		const width = steps.at(-1)?.width ?? states;
		const file = module.path === '' ? undefined : fileOf(checkpoint, module, CONFIG);
		const config = file ? await readJsonObject(file, MAX_BYTES, signal) : {};
		const step = await build({ checkpoint, module, width, pooled: found !== undefined, config, signal });
		if (step) steps.push(step);
		if (module.name === 'Pooling') found = pooling(config, file, nameOf(module, CONFIG));
	}
	if (!found) throw unknownModule(checkpoint, 'no Pooling among them');
	return { steps, pooling: found.poolings.join(' + '), from: found.from, includePrompt: found.includePrompt };
}

const nameOf = ({ path }: Module, file: string) => (path === '' ? file : `${path}/${file}`);
const fileOf = ({ assets }: Checkpoint, module: Module, file: string): ByteSource | undefined => assets.get(nameOf(module, file));

function unknownModule({ assets }: Checkpoint, got: string): TongsaError {
	return new TongsaError('unsupported', 'a sentence vector goes through a module that Tongsa does not have', {
		file: assets.get('modules.json')!.name,
		field: 'type',
		got,
		allowed: Object.keys(MODULES).join(', '),
		hint: 'With --pooling the vector is what stands before it',
	});
}

function other({ checkpoint, module }: Building, got: string): TongsaError {
	return new TongsaError('unsupported', 'a module of a sentence vector that is used in another way', {
		file: checkpoint.name,
		field: nameOf(module, CONFIG),
		got,
		hint: 'With --pooling the vector is what stands before it',
	});
}

/** Before the pooling a module must take tokens' rows, behind it the vector. */
function sameInput(building: Building): void {
	const { config, pooled } = building;
	const expected = pooled ? 'sentence_embedding' : 'token_embeddings';
	for (const key of ['module_input_name', 'module_output_name']) {
		const name =
			config[key] ?? (key === 'module_input_name' ? 'sentence_embedding' : (config['module_input_name'] ?? 'sentence_embedding'));
		if (name !== expected) throw other(building, `${key} ${String(name)}`);
	}
}

// Pooling

/** sentence-transformers' switches, in the order in which their vectors are joined. */
const SWITCHES: readonly (readonly [string, Pooling])[] = [
	['pooling_mode_cls_token', 'cls'],
	['pooling_mode_max_tokens', 'max'],
	['pooling_mode_mean_tokens', 'mean'],
	['pooling_mode_mean_sqrt_len_tokens', 'mean_sqrt_len_tokens'],
	['pooling_mode_weightedmean_tokens', 'weightedmean'],
	['pooling_mode_lasttoken', 'last'],
];
/** Its names since version 5, where `pooling_mode` holds one or a list. */
const NAMES: Readonly<Record<string, Pooling>> = {
	cls: 'cls',
	max: 'max',
	mean: 'mean',
	mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
	weightedmean: 'weightedmean',
	lasttoken: 'last',
};

async function readPooling(file: ByteSource, from: string, signal: AbortSignal | undefined): Promise<FoundPooling> {
	return pooling(await readJsonObject(file, MAX_BYTES, signal), file, from);
}

function pooling(config: JsonObject, file: ByteSource | undefined, from: string): FoundPooling {
	return { poolings: poolingsIn(config, file), from, includePrompt: config['include_prompt'] !== false };
}

function poolingsIn(config: JsonObject, file: ByteSource | undefined): readonly Pooling[] {
	const stated = config['pooling_mode'];
	if (stated === undefined || stated === null) {
		const on = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true);
		const strange = on.find((key) => !SWITCHES.some(([known]) => known === key));
		if (strange !== undefined) throw unknownPooling(file, strange);
		const poolings = SWITCHES.filter(([key]) => on.includes(key)).map(([, name]) => name);
		return poolings.length > 0 ? poolings : ['mean'];
	}
	const names = Array.isArray(stated) ? stated : [stated];
	if (names.length === 0) throw unknownPooling(file, 'none');
	return names.map((name) => (typeof name === 'string' && Object.hasOwn(NAMES, name) ? NAMES[name]! : unknown(file, String(name))));
}

function unknown(file: ByteSource | undefined, got: string): never {
	throw unknownPooling(file, got);
}

function unknownPooling(file: ByteSource | undefined, got: string): TongsaError {
	return new TongsaError('unsupported', 'a pooling that Tongsa does not have', {
		...(file && { file: file.name }),
		field: 'pooling_mode',
		got,
		allowed: Object.keys(NAMES).join(', '),
		hint: 'Choose one with --pooling',
	});
}

// Dense

/** By the name of PyTorch's class; Tanh where the file names none. */
const ACTIVATIONS: Readonly<Record<string, DenseLayer['activation']>> = {
	'torch.nn.modules.linear.Identity': 'identity',
	'torch.nn.modules.activation.Tanh': 'tanh',
	'torch.nn.modules.activation.ReLU': 'relu',
	'torch.nn.modules.activation.Sigmoid': 'sigmoid',
	'torch.nn.modules.activation.SiLU': 'silu',
};

async function readDense(building: Building): Promise<DenseLayer> {
	const { config, width: N } = building;
	sameInput(building);
	const M = config['out_features'];
	if (config['in_features'] !== N) throw other(building, `in_features ${String(config['in_features'])} for rows of ${N}`);
	if (typeof M !== 'number' || !Number.isInteger(M) || M < 1 || M * N > MAX_VALUES) throw other(building, `out_features ${String(M)}`);
	const stated = config['activation_function'] ?? 'torch.nn.modules.activation.Tanh';
	const activation = typeof stated === 'string' && Object.hasOwn(ACTIVATIONS, stated) ? ACTIVATIONS[stated] : undefined;
	if (!activation) throw other(building, `activation_function ${String(stated)}, allowed ${Object.keys(DENSE_ACTIVATIONS).join(', ')}`);
	const tensors = await weightsOf(building);
	const past =
		config['use_residual'] === true ? (N === M ? 'input' : await values(building, tensors, 'residual.weight', [M, N])) : undefined;
	return {
		inputWidth: N,
		outputWidth: M,
		weight: await values(building, tensors, 'linear.weight', [M, N]),
		...(config['bias'] !== false && { bias: await values(building, tensors, 'linear.bias', [M]) }),
		activation,
		...(past && { residual: past }),
	};
}

async function weightsOf(building: Building): Promise<ReadonlyMap<string, TensorInfo>> {
	const { checkpoint, module, signal } = building;
	const file = fileOf(checkpoint, module, 'model.safetensors');
	if (file) return (await readSafetensors(file, signal)).tensors;
	throw new TongsaError('not-found', "a module's weights are not here", {
		file: checkpoint.name,
		got: nameOf(module, 'model.safetensors'),
		hint: 'Put them beside its config.json, as safetensors; with --pooling the vector is what stands before it',
	});
}

async function values(
	{ checkpoint, module, signal }: Pick<Building, 'checkpoint' | 'module' | 'signal'>,
	tensors: ReadonlyMap<string, TensorInfo>,
	name: string,
	shape: readonly number[],
): Promise<Float32Array> {
	const tensor = tensors.get(name);
	if (tensor && tensor.shape.join() === shape.join()) {
		return decodeTensor(dtypeOf(tensor.dtype), tensor.shape, await readTensorBytes(tensor, 0, tensor.byteLength, signal));
	}
	throw new TongsaError(tensor ? 'wrong-shape' : 'not-found', "a module's weight is missing, or does not fit its settings", {
		file: checkpoint.name,
		tensor: module.path === '' ? name : `${module.path}/${name}`,
		got: tensor ? tensor.shape.join(' × ') : 'nothing',
		allowed: shape.join(' × '),
	});
}

// GGUF

const GGUF_POOLING: Readonly<Record<number, Pooling>> = { 1: 'mean', 2: 'cls', 3: 'last' };

function fromGguf(checkpoint: Checkpoint): FoundPooling | undefined {
	const key = `${architectureOf(checkpoint)}.pooling_type`;
	const type = getNumber(checkpoint, key, { min: 0, max: 4, integer: true });
	if (type === undefined || type === 0) return undefined; // none: the file leaves it open
	const found = GGUF_POOLING[type];
	if (found) return { poolings: [found], from: key, includePrompt: true };
	throw new TongsaError('unsupported', 'a pooling that Tongsa does not have', {
		file: checkpoint.name,
		field: key,
		got: type,
		allowed: Object.entries(GGUF_POOLING)
			.map(([number, name]) => `${number} (${name})`)
			.join(', '),
	});
}

/** The names of each layer behind the pooling, by llama.cpp's converter and by Ollama's. */
const GGUF_DENSE = [
	['dense_2', 'dense.0'],
	['dense_3', 'dense.1'],
];

async function ggufDense(checkpoint: Checkpoint, from: number, signal: AbortSignal | undefined): Promise<DenseLayer[]> {
	const layers: DenseLayer[] = [];
	let N = from;
	for (const names of GGUF_DENSE) {
		const name = names.find((one) => checkpoint.tensors.has(`${one}.weight`));
		if (name === undefined) continue;
		const M = checkpoint.tensors.get(`${name}.weight`)!.shape[0] ?? 0;
		const read = (end: string, shape: readonly number[]) =>
			values({ checkpoint, module: { name: 'Dense', path: '' }, signal }, checkpoint.tensors, `${name}.${end}`, shape);
		if (M * N > MAX_VALUES)
			throw new TongsaError('too-large', 'a layer behind the pooling', { file: checkpoint.name, tensor: name, got: `${M} × ${N}` });
		const bias = checkpoint.tensors.has(`${name}.bias`) ? await read('bias', [M]) : undefined;
		layers.push({ inputWidth: N, outputWidth: M, weight: await read('weight', [M, N]), activation: 'identity', ...(bias && { bias }) });
		N = M;
	}
	return layers;
}
