// OPT: learned positions from row 2 on, ReLU, biases everywhere; 350M is post-norm and projects its narrower table.
// Zhang et al. 2022 (arXiv 2205.01068); transformers modeling_opt.py.

import type { Family } from '../spec/family.ts';
import { ALL_BIAS, decoder, postNorm, preNorm, tied } from './decoder.ts';
import { activation, layerNorm, sizes } from './settings.ts';

export const opt: Family = {
	name: 'opt',
	safetensors: {
		architectures: ['opt'],
		prefixes: ['model.decoder.', 'decoder.', 'model.'],
		config: (m) => {
			const { context = 2048, width } = sizes(m);
			const before = m.flag('do_layer_norm_before', true);
			const bias = m.flag('enable_bias', true);
			if (!m.flag('layer_norm_elementwise_affine', true)) m.fail('layer_norm_elementwise_affine', false, 'true');
			return decoder(m, {
				family: 'opt',
				norm: { ...layerNorm(m, 1e-5), epsilon: 1e-5 },
				places: before ? preNorm : postNorm,
				finalNorm: before && !m.flag('_remove_final_layer_norm', false),
				rope: null,
				...(bias && { attention: { bias: ALL_BIAS } }),
				feedForward: { gated: false, activation: activation(m, ['activation_function'], 'relu'), bias: { up: bias, down: bias } },
				embedding: { width: m.size('word_embed_proj_dim', width), positions: { kind: 'learned', rows: context + 2, offset: 2 } },
				logits: { tied: tied(m, true) },
			});
		},
		names: {
			table: 'embed_tokens',
			positions: 'embed_positions',
			embeddingProjection: 'project_in',
			finalProjection: 'project_out',
			finalNorm: 'final_layer_norm',
			output: 'lm_head',
			'norm.attentionInput': 'layers.{i}.self_attn_layer_norm',
			'norm.attentionResidual': 'layers.{i}.self_attn_layer_norm',
			'norm.feedForwardInput': 'layers.{i}.final_layer_norm',
			'norm.feedForwardResidual': 'layers.{i}.final_layer_norm',
			'attention.query': 'layers.{i}.self_attn.q_proj',
			'attention.key': 'layers.{i}.self_attn.k_proj',
			'attention.value': 'layers.{i}.self_attn.v_proj',
			'attention.output': 'layers.{i}.self_attn.out_proj',
			'feedForward.up': 'layers.{i}.fc1',
			'feedForward.down': 'layers.{i}.fc2',
		},
	},
};
