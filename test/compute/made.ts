// Made models: random weights for any config, as tensors in memory, bound without a family's file.

import { memorySource } from '../../src/bytes/memory.ts';
import type { TensorInfo } from '../../src/formats/checkpoint.ts';
import type { AttentionConfig, BlockConfig, NormConfig, NormPlaces, TransformerConfig } from '../../src/spec/config.ts';
import type { DTypeName } from '../../src/tensor/index.ts';
import type { Transformer } from '../../src/transformer/transformer.ts';
import type { BlockParts, LinearParts, NormParts, TransformerParts } from '../../src/weights/parts.ts';
import type { MatrixView, VectorView } from '../../src/weights/views.ts';
import { openWeights } from '../../src/weights/weights.ts';
import { randomFloats } from '../random.ts';
import { randomBytes } from './builds.ts';

/** `dtype`: of the matrices; vectors are F32. */
export function madeModel(config: TransformerConfig, dtype: DTypeName = 'F32'): Transformer {
	let seed = 0;
	const tensor = (name: string, shape: readonly number[], type: DTypeName, spread: number): TensorInfo => {
		const count = shape.reduce((product, size) => product * size, 1);
		const bytes =
			type === 'F32' ? new Uint8Array(randomFloats(count, ++seed).map((value) => value * spread).buffer) : randomBytes(type, count, ++seed);
		return { name, dtype: type, shape, source: memorySource(name, bytes), byteOffset: 0, byteLength: bytes.length };
	};
	const matrix = (name: string, rows: number, columns: number): MatrixView => ({
		tensor: tensor(name, [rows, columns], dtype, 1 / Math.sqrt(columns)),
		rows,
		columns,
	});
	const vector = (name: string, count: number, spread = 0.5): VectorView => ({ tensor: tensor(name, [count], 'F32', spread) });
	const linear = (name: string, rows: number, columns: number, bias: boolean): LinearParts<MatrixView, VectorView> => ({
		matrix: matrix(name, rows, columns),
		...(bias && { bias: vector(`${name}.bias`, rows) }),
	});
	const norm = (name: string, { bias }: NormConfig, width: number): NormParts<VectorView> => ({
		gain: vector(name, width, 1),
		...(bias && { bias: vector(`${name}.bias`, width) }),
	});
	const D = config.width;
	const attention = (name: string, c: AttentionConfig): BlockParts<MatrixView, VectorView>['attention'] => {
		const [Q, K] = [c.heads * c.headWidth, c.keyHeads * c.headWidth];
		return {
			query: linear(`${name}.query`, Q, D, c.bias.query),
			key: linear(`${name}.key`, K, D, c.bias.key),
			value: linear(`${name}.value`, K, D, c.bias.value),
			output: linear(`${name}.output`, D, Q, c.bias.output),
			...(c.queryKeyNorm && {
				queryNorm: norm(`${name}.queryNorm`, c.queryKeyNorm.norm, c.queryKeyNorm.scope === 'head' ? c.headWidth : Q),
				keyNorm: norm(`${name}.keyNorm`, c.queryKeyNorm.norm, c.queryKeyNorm.scope === 'head' ? c.headWidth : K),
			}),
			...(c.sinks && { sinks: vector(`${name}.sinks`, c.heads) }),
		};
	};
	const block = (b: BlockConfig, i: number): BlockParts<MatrixView, VectorView> => ({
		norms: Object.fromEntries(
			(Object.keys(b.norms) as (keyof NormPlaces)[]).map((place) => [place, norm(`${i}.${place}`, b.norms[place]!, D)]),
		),
		attention: attention(`${i}.attention`, b.attention),
		feedForward: {
			...(b.feedForward.gated && { gate: linear(`${i}.gate`, b.feedForward.width, D, b.feedForward.bias.up) }),
			up: linear(`${i}.up`, b.feedForward.width, D, b.feedForward.bias.up),
			down: linear(`${i}.down`, D, b.feedForward.width, b.feedForward.bias.down),
		},
	});
	const { embedding, vocabulary: V, logits, finalNorm } = config;
	const table = matrix('table', V, D);
	const views: TransformerParts<MatrixView, VectorView> = {
		table,
		...(embedding.positions?.kind === 'learned' && { positions: matrix('positions', embedding.positions.rows, D) }),
		...(embedding.types > 0 && { types: matrix('types', embedding.types, D) }),
		...(embedding.norm && { embeddingNorm: norm('embeddingNorm', embedding.norm, D) }),
		...(finalNorm && { finalNorm: norm('finalNorm', finalNorm, D) }),
		...(logits && {
			output: { matrix: logits.tied ? table : matrix('output', V, D), ...(logits.bias && { bias: vector('outputBias', V) }) },
		}),
		rope: {},
		blocks: config.blocks.map(block),
	};
	return { name: config.family, config, views, weights: openWeights(views, 2 ** 30), isEncoder: false };
}

const rms: NormConfig = { kind: 'rms', epsilon: 1e-5, bias: false, gainOffset: 0 };
const rmsOffset: NormConfig = { ...rms, gainOffset: 1 };
const layer: NormConfig = { kind: 'layer', epsilon: 1e-5, bias: true, gainOffset: 0 };
const none = { query: false, key: false, value: false, output: false };
const all = { query: true, key: true, value: true, output: true };
const base = { width: 64, vocabulary: 101 };
const rope = { pairing: 'halves', theta: 10000, dimensions: 16, scaling: { kind: 'none' } } as const;
const embedding = { width: 64, scale: 1, types: 0 };
const two = (block: BlockConfig): readonly BlockConfig[] => [block, block];

/** A config for each way that the kernels' program can take: names say whose shape it is. */
export const MADE: readonly TransformerConfig[] = [
	{
		...base,
		family: 'llama-like',
		embedding,
		blocks: two({
			arrangement: 'serial',
			attention: { heads: 6, keyHeads: 2, headWidth: 16, bias: none, scale: 0.25, causal: true, rope, sinks: false },
			feedForward: { width: 96, gated: true, activation: 'silu', bias: { up: false, down: false } },
			norms: { attentionInput: rms, feedForwardInput: rms },
		}),
		finalNorm: rms,
		logits: { tied: true, bias: false, scale: 1 },
	},
	{
		...base,
		family: 'gemma-like',
		embedding: { ...embedding, scale: 8 },
		blocks: [undefined, 7].map((window) => ({
			arrangement: 'serial',
			attention: {
				heads: 8,
				keyHeads: 1,
				headWidth: 16,
				bias: none,
				scale: 0.25,
				cap: 5,
				causal: true,
				...(window && { window }),
				rope: { ...rope, theta: window ? 1e4 : 1e6 },
				queryKeyNorm: { scope: 'head', norm: rmsOffset },
				sinks: true,
			},
			feedForward: { width: 96, gated: true, activation: 'gelu-tanh', bias: { up: false, down: false } },
			norms: { attentionInput: rmsOffset, attentionOutput: rmsOffset, feedForwardInput: rmsOffset, feedForwardOutput: rmsOffset },
		})),
		finalNorm: rmsOffset,
		logits: { tied: true, bias: false, scale: 0.5, cap: 3 },
	},
	{
		...base,
		family: 'gpt2-like',
		embedding: { ...embedding, positions: { kind: 'learned', rows: 200, offset: 2 } },
		blocks: two({
			arrangement: 'serial',
			attention: { heads: 4, keyHeads: 4, headWidth: 16, bias: all, scale: 0.25, causal: true, sinks: false },
			feedForward: { width: 128, gated: false, activation: 'gelu', bias: { up: true, down: true } },
			norms: { attentionInput: layer, feedForwardInput: layer },
		}),
		finalNorm: layer,
		logits: { tied: false, bias: true, scale: 1 },
	},
	{
		...base,
		family: 'bert-like',
		embedding: { ...embedding, positions: { kind: 'sinusoidal' }, types: 2, norm: layer },
		blocks: two({
			arrangement: 'serial',
			attention: { heads: 4, keyHeads: 4, headWidth: 16, bias: all, scale: 0.25, causal: false, window: 9, sinks: false },
			feedForward: { width: 128, gated: false, activation: 'gelu', bias: { up: true, down: true } },
			norms: { attentionResidual: layer, feedForwardResidual: layer },
		}),
	},
	{
		...base,
		family: 'neox-like',
		embedding,
		blocks: two({
			arrangement: 'parallel',
			attention: {
				heads: 4,
				keyHeads: 2,
				headWidth: 16,
				bias: all,
				scale: 0.25,
				causal: true,
				rope: { ...rope, pairing: 'interleaved', dimensions: 8 },
				queryKeyNorm: { scope: 'heads', norm: { ...layer, bias: false } },
				sinks: false,
			},
			feedForward: { width: 128, gated: false, activation: 'relu', bias: { up: true, down: true } },
			norms: { attentionInput: layer, feedForwardInput: layer },
		}),
		finalNorm: layer,
		logits: { tied: false, bias: false, scale: 1 },
	},
	{
		...base,
		family: 'falcon-like',
		embedding,
		blocks: two({
			arrangement: 'parallel',
			attention: { heads: 4, keyHeads: 1, headWidth: 16, bias: none, scale: 0.25, causal: true, rope, sinks: false },
			feedForward: { width: 128, gated: false, activation: 'quick-gelu', bias: { up: false, down: false } },
			norms: { attentionInput: layer },
		}),
		finalNorm: layer,
		logits: { tied: true, bias: false, scale: 1 },
	},
	{
		...base,
		family: 'bloom-like',
		embedding: { ...embedding, norm: layer },
		blocks: two({
			arrangement: 'normed-residual',
			attention: { heads: 4, keyHeads: 4, headWidth: 16, bias: all, scale: 0.25, causal: true, alibi: 'after-scale', sinks: false },
			feedForward: { width: 128, gated: false, activation: 'gelu-tanh', bias: { up: true, down: true } },
			norms: { attentionInput: layer, feedForwardInput: layer },
		}),
		finalNorm: layer,
		logits: { tied: true, bias: false, scale: 1 },
	},
];
