// gpt-oss: experts with clamped SwiGLU, attention sinks, a window on every second layer, YaRN without rounding.
// OpenAI 2025 (arXiv 2508.10925); transformers modeling_gpt_oss.py; llama.cpp src/models/openai-moe.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, HF_NAMES, HF_PREFIXES, windowed } from './decoder.ts';
import { yarnMagnitude } from './rope-settings.ts';
import { ggufWindows, layerTypes, leftOut, rmsNorm, sizes } from './settings.ts';

/** Without settings of its own a file means those that the models were published with. transformers configuration_gpt_oss.py */
const YARN = { kind: 'yarn', factor: 32, context: 4096, betaFast: 32, betaSlow: 1, truncate: false, magnitude: yarnMagnitude(32) } as const;

function config(m: Metadata, windows: readonly (number | undefined)[], bias: boolean): TransformerConfig {
	return decoder(m, {
		family: 'gpt-oss',
		sizes: leftOut(m, 8, 64),
		norm: rmsNorm(m, 1e-5),
		rope: { theta: 150000, truncate: false, scaling: YARN },
		attention: { ...(bias && { bias: ALL_BIAS }), sinks: true },
		feedForward: {
			width: m.size(['expert_feed_forward_length', 'intermediate_size']),
			activation: { kind: 'clamped-swiglu', alpha: m.number('swiglu_alpha', 1.702), limit: m.number('swiglu_limit', 7) },
			bias: { up: true, down: true },
			experts: {
				count: m.size(['expert_count', 'num_local_experts', 'num_experts'], 128),
				used: m.size(['expert_used_count', 'num_experts_per_tok', 'experts_per_token'], 4),
				routing: 'top-then-softmax',
				normalised: true,
				routerBias: true,
			},
		},
		block: (block, i) => windowed(block, windows[i]),
	});
}

export const gptOss: Family = {
	name: 'gpt-oss',
	gguf: {
		architectures: ['gpt-oss'],
		config: (m) => config(m, ggufWindows(m, sizes(m).layers, 2), true),
		names: {
			...GGUF_NAMES,
			'norm.feedForwardInput': ['blk.{i}.post_attention_norm', 'blk.{i}.ffn_norm'],
			'attention.sinks': 'blk.{i}.attn_sinks',
		},
	},
	safetensors: {
		architectures: ['gpt_oss'],
		prefixes: HF_PREFIXES,
		config: (m) => {
			const types = layerTypes(m, sizes(m).layers, (i) => (i % 2 === 0 ? 'sliding_attention' : 'full_attention'));
			const window = m.size('sliding_window', 128);
			return config(
				m,
				types.map((type) => (type === 'sliding_attention' ? window : undefined)),
				m.flag('attention_bias', true),
			);
		},
		names: {
			...HF_NAMES,
			'attention.sinks': { weight: 'layers.{i}.self_attn.sinks' },
			'feedForward.router': 'layers.{i}.mlp.router',
			'experts.gateUp': [
				{ weight: 'layers.{i}.mlp.experts.gate_up_proj', bias: 'layers.{i}.mlp.experts.gate_up_proj_bias' },
				{ weight: 'layers.{i}.mlp.experts.gate_up_proj_blocks' },
			],
			'experts.gateUpScales': { weight: 'layers.{i}.mlp.experts.gate_up_proj_scales' },
			'experts.down': [
				{ weight: 'layers.{i}.mlp.experts.down_proj', bias: 'layers.{i}.mlp.experts.down_proj_bias' },
				{ weight: 'layers.{i}.mlp.experts.down_proj_blocks' },
			],
			'experts.downScales': { weight: 'layers.{i}.mlp.experts.down_proj_scales' },
		},
		layout: { gateUp: 'interleaved', expertsTransposed: true },
	},
};
