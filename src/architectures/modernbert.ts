// ModernBERT: norms before the parts, rotation, GeGLU, every third layer sees everything and the others a window to both sides.
// Warner et al. 2024 (arXiv 2412.13663); transformers modeling_modernbert.py; llama.cpp src/models/modern-bert.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { GGUF_NAMES, preNorm, windowed } from './decoder.ts';
import { encoder } from './encoder.ts';
import { rope } from './rope-settings.ts';
import { activation, ggufWindows, layerNorm, layerTypes, sizes } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	const { layers, headWidth, context } = sizes(m);
	const norm = layerNorm(m, 1e-5, m.flag('norm_bias', false));
	const bias = m.flag('attention_bias', false);
	const mlpBias = m.flag('mlp_bias', false);
	const period = m.size('global_attn_every_n_layers', 3);
	const width = m.size(['attention.sliding_window', 'local_attention'], 128);
	const types = layerTypes(m, layers, (i) => (i % period === 0 ? 'full_attention' : 'sliding_attention'));
	const windows =
		m.format === 'gguf' ? ggufWindows(m, layers, 3, true) : types.map((type) => (type === 'full_attention' ? undefined : width));
	const shared = { pairing: 'halves', headWidth, context } as const;
	const global = rope(m, { ...shared, theta: 160000, layerType: 'full_attention', thetaKeys: ['rope.freq_base', 'global_rope_theta'] });
	const local = rope(m, { ...shared, theta: 10000, layerType: 'sliding_attention', thetaKeys: ['rope.freq_base_swa', 'local_rope_theta'] });
	return encoder(m, {
		family: 'modernbert',
		norm,
		places: preNorm,
		finalNorm: true,
		attention: { bias: { query: bias, key: bias, value: bias, output: bias } },
		feedForward: { gated: true, activation: activation(m, ['hidden_activation'], 'gelu'), bias: { up: mlpBias, down: mlpBias } },
		embedding: {},
		// Classifiers have the same dense layer, and no words behind it.
		headTensor: m.hasTensor('classifier.weight') ? [] : ['head.dense.weight'],
		head: { activation: activation(m, ['classifier_activation'], 'gelu'), bias: m.flag('classifier_bias', false) },
		headBias: m.flag('decoder_bias', true),
		block: (block, i) => {
			const window = windows[i];
			const turned = { ...block, attention: { ...block.attention, rope: window === undefined ? global : local } };
			const { attentionInput: _, ...unnormed } = block.norms;
			// The norm of the embeddings serves as the first block's own.
			return windowed(i === 0 ? { ...turned, norms: unnormed } : turned, window === undefined ? undefined : Math.floor(window / 2));
		},
	});
}

export const modernbert: Family = {
	name: 'modernbert',
	gguf: {
		architectures: ['modern-bert'],
		config,
		names: { ...GGUF_NAMES, embeddingNorm: 'token_embd_norm', 'feedForward.gateUp': 'blk.{i}.ffn_up' },
	},
	safetensors: {
		architectures: ['modernbert'],
		prefixes: ['model.'],
		config,
		names: {
			table: 'embeddings.tok_embeddings',
			embeddingNorm: 'embeddings.norm',
			finalNorm: 'final_norm',
			'norm.attentionInput': 'layers.{i}.attn_norm',
			'norm.feedForwardInput': 'layers.{i}.mlp_norm',
			'attention.qkv': 'layers.{i}.attn.Wqkv',
			'attention.output': 'layers.{i}.attn.Wo',
			'feedForward.gateUp': 'layers.{i}.mlp.Wi',
			'feedForward.down': 'layers.{i}.mlp.Wo',
			head: 'head.dense',
			headNorm: 'head.norm',
			output: 'decoder',
			outputBias: 'decoder',
		},
	},
};
