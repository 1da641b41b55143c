// Nomic Embed v1 and v1.5: BERT with rotation, SwiGLU and no biases in the matrices.
// Nussbaum et al. 2024 (arXiv 2402.01613); transformers modeling_nomic_bert.py; llama.cpp src/models/nomic-bert.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { GGUF_NAMES } from './decoder.ts';
import { encoder, GGUF_ENCODER_NAMES, storedRows } from './encoder.ts';
import { activation } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	const bias = m.flag('qkv_proj_bias', false);
	const bias1 = m.flag('mlp_fc1_bias', false);
	const bias2 = m.flag('mlp_fc2_bias', false);
	if (m.flag('prenorm', false)) m.fail('prenorm', true, 'false');
	const stretched = m.number('rotary_scaling_factor', 0);
	// Nomic's own files name the pair, swiglu; transformers names the gate's half, silu.
	const named = m.text('activation_function', '');
	const act = named === 'swiglu' ? 'silu' : named === 'geglu' ? 'gelu' : activation(m, ['activation_function', 'hidden_act'], 'silu');
	return encoder(m, {
		family: 'nomic-bert',
		head: { activation: act },
		headTensor: ['cls.predictions.transform.dense.weight'],
		rope: { theta: 1000, part: 1, pairing: m.flag('rotary_emb_interleaved', false) ? 'interleaved' : 'halves' },
		attention: { bias: { query: bias, key: bias, value: bias, output: bias } },
		feedForward: { gated: true, activation: act, bias: { up: bias1, down: bias2 } },
		embedding: { types: m.format === 'gguf' ? storedRows(m, 'token_types.weight', () => 0) : m.number('type_vocab_size', 2) },
		block: (block) =>
			stretched > 0 && block.attention.rope
				? {
						...block,
						attention: {
							...block.attention,
							rope: {
								...block.attention.rope,
								scaling: { kind: 'dynamic', factor: stretched, context: m.size('max_trained_positions', 2048) },
							},
						},
					}
				: block,
	});
}

export const nomicBert: Family = {
	name: 'nomic-bert',
	gguf: { architectures: ['nomic-bert'], config, names: { ...GGUF_NAMES, ...GGUF_ENCODER_NAMES } },
	safetensors: {
		architectures: ['nomic_bert'],
		prefixes: ['nomic_bert.', 'bert.', 'model.'],
		config,
		names: {
			head: 'cls.predictions.transform.dense',
			headNorm: 'cls.predictions.transform.layer_norm',
			output: 'cls.predictions.decoder',
			outputBias: ['cls.predictions', 'cls.predictions.decoder'],
			table: 'embeddings.word_embeddings',
			types: 'embeddings.token_type_embeddings',
			embeddingNorm: ['emb_ln', 'embeddings.LayerNorm'],
			'attention.qkv': 'encoder.layers.{i}.attn.Wqkv',
			'attention.query': 'layers.{i}.self_attn.q_proj',
			'attention.key': 'layers.{i}.self_attn.k_proj',
			'attention.value': 'layers.{i}.self_attn.v_proj',
			'attention.output': ['encoder.layers.{i}.attn.out_proj', 'layers.{i}.self_attn.o_proj'],
			'norm.attentionResidual': ['encoder.layers.{i}.norm1', 'layers.{i}.post_attention_layernorm'],
			'feedForward.up': ['encoder.layers.{i}.mlp.fc11', 'layers.{i}.mlp.up_proj'],
			'feedForward.gate': ['encoder.layers.{i}.mlp.fc12', 'layers.{i}.mlp.gate_proj'],
			'feedForward.down': ['encoder.layers.{i}.mlp.fc2', 'layers.{i}.mlp.down_proj'],
			'norm.feedForwardResidual': ['encoder.layers.{i}.norm2', 'layers.{i}.post_mlp_layernorm'],
		},
	},
};
