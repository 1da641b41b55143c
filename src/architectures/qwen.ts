// Qwen2 and 2.5 (biases on query, key, value), Qwen3 (norm of query and key), Qwen3 with experts.
// Qwen team 2024, 2025 (arXiv 2407.10671, 2505.09388); transformers modeling_qwen2.py, modeling_qwen3.py, modeling_qwen3_moe.py.

import type { BlockConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, type DecoderChoices, decoder, GGUF_NAMES, HF_NAMES, HF_PREFIXES, QKV_BIAS, windowed } from './decoder.ts';
import { layerTypes, leftOut, rmsNorm, sizes, windowOf } from './settings.ts';

/** The window on layers that layer_types or max_window_layers names; GGUF files have lost it. */
function windows(m: Metadata): NonNullable<DecoderChoices['block']> {
	const window = m.format === 'safetensors' && m.flag('use_sliding_window', false) ? windowOf(m) : undefined;
	if (window === undefined) return (block) => block;
	const from = m.number('max_window_layers', 28);
	const types = layerTypes(m, sizes(m).layers, (i) => (i >= from ? 'sliding_attention' : 'full_attention'));
	return (block, i) => windowed(block, types[i] === 'sliding_attention' ? window : undefined);
}

const qwen2Config = (m: Metadata) =>
	decoder(m, { family: 'qwen2', sizes: leftOut(m, 32), attention: { bias: QKV_BIAS }, block: windows(m) });

export const qwen2: Family = {
	name: 'qwen2',
	gguf: { architectures: ['qwen2'], config: qwen2Config, names: GGUF_NAMES },
	safetensors: { architectures: ['qwen2'], prefixes: HF_PREFIXES, config: qwen2Config, names: HF_NAMES },
};

const qwen3Attention = (m: Metadata): NonNullable<DecoderChoices['attention']> => ({
	queryKeyNorm: { scope: 'head', norm: rmsNorm(m, 1e-6) },
	...(m.flag('attention_bias', false) && { bias: ALL_BIAS }),
});
const qwen3Config = (m: Metadata) =>
	decoder(m, { family: 'qwen3', sizes: leftOut(m, 32, 128), attention: qwen3Attention(m), block: windows(m) });

export const qwen3: Family = {
	name: 'qwen3',
	gguf: { architectures: ['qwen3'], config: qwen3Config, names: GGUF_NAMES },
	safetensors: { architectures: ['qwen3'], prefixes: HF_PREFIXES, config: qwen3Config, names: HF_NAMES },
};

const experts = (count: number, used: number, normalised: boolean) => ({
	count,
	used,
	routing: 'softmax-then-top' as const,
	normalised,
	routerBias: false,
});

export const qwen3Moe: Family = {
	name: 'qwen3-moe',
	gguf: {
		architectures: ['qwen3moe'],
		config: (m) =>
			decoder(m, {
				family: 'qwen3-moe',
				attention: qwen3Attention(m),
				feedForward: {
					width: m.size('expert_feed_forward_length'),
					experts: experts(m.size('expert_count'), m.size('expert_used_count'), true),
				},
			}),
		names: GGUF_NAMES,
	},
	safetensors: {
		architectures: ['qwen3_moe'],
		prefixes: HF_PREFIXES,
		config: (m) => {
			const dense = m.list('mlp_only_layers') ?? [];
			const step = m.size('decoder_sparse_step', 1);
			const count = m.size(['num_experts', 'num_local_experts'], 128);
			const sparse = {
				width: m.size('moe_intermediate_size', 768),
				experts: experts(count, m.size('num_experts_per_tok', 8), m.flag('norm_topk_prob', false)),
			};
			const window = m.flag('use_sliding_window', false) ? windowOf(m) : undefined;
			return decoder(m, {
				family: 'qwen3-moe',
				sizes: leftOut(m, 4),
				attention: qwen3Attention(m),
				block: (block, i) => {
					const withExperts: BlockConfig = { ...block, feedForward: { ...block.feedForward, ...sparse } };
					return windowed(dense.includes(i) || (i + 1) % step !== 0 ? block : withExperts, window);
				},
			});
		},
		names: {
			...HF_NAMES,
			'feedForward.router': 'layers.{i}.mlp.gate',
			'experts.gateUp': { weight: 'layers.{i}.mlp.experts.gate_up_proj' },
			'experts.gate': 'layers.{i}.mlp.experts.{e}.gate_proj',
			'experts.up': 'layers.{i}.mlp.experts.{e}.up_proj',
			'experts.down': ['layers.{i}.mlp.experts.{e}.down_proj', { weight: 'layers.{i}.mlp.experts.down_proj' }],
		},
	},
};
