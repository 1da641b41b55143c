// The original Transformer as Marian stores it: encoder and decoder, sinusoidal positions, norms after the sums, one table for all.
// Vaswani et al. 2017 (arXiv 1706.03762); transformers modeling_marian.py.

import type { AttentionConfig, TransformerConfig } from '../spec/config.ts';
import type { Family, Names } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, postNorm, tied } from './decoder.ts';
import { activation } from './settings.ts';

const NORM = { kind: 'layer', epsilon: 1e-5, bias: true, gainOffset: 0 } as const;

function stack(m: Metadata, half: 'encoder' | 'decoder'): TransformerConfig {
	const width = m.size('d_model');
	const heads = m.size(`${half}_attention_heads`);
	if (width % heads !== 0) m.fail(`${half}_attention_heads`, heads, `a divisor of the width ${width}`);
	const headWidth = width / heads;
	const cross: AttentionConfig = {
		heads,
		keyHeads: heads,
		headWidth,
		bias: ALL_BIAS,
		scale: 1 / Math.sqrt(headWidth),
		causal: false,
		sinks: false,
	};
	const vocabulary = half === 'decoder' ? m.size(['decoder_vocab_size', 'vocab_size']) : m.size('vocab_size');
	return decoder(m, {
		family: 'marian',
		sizes: { width, heads, keyHeads: heads, headWidth, vocabulary, layers: m.size(`${half}_layers`), hidden: m.size(`${half}_ffn_dim`) },
		norm: NORM,
		places: half === 'encoder' ? postNorm : (norm) => ({ ...postNorm(norm), crossResidual: norm }),
		finalNorm: false,
		rope: null,
		attention: { bias: ALL_BIAS, causal: half === 'decoder' },
		feedForward: { gated: false, activation: activation(m, ['activation_function'], 'gelu'), bias: { up: true, down: true } },
		embedding: { scale: m.flag('scale_embedding', false) ? Math.sqrt(width) : 1, positions: { kind: 'sinusoidal' } },
		logits: half === 'encoder' ? null : { tied: tied(m, true), bias: m.hasTensor('final_logits_bias') },
		block: (block) => (half === 'decoder' ? { ...block, cross } : block),
	});
}

function names(half: 'encoder' | 'decoder'): Names {
	return {
		table: [`${half}.embed_tokens`, 'shared'],
		output: 'lm_head',
		outputBias: { bias: 'final_logits_bias' },
		'attention.query': `${half}.layers.{i}.self_attn.q_proj`,
		'attention.key': `${half}.layers.{i}.self_attn.k_proj`,
		'attention.value': `${half}.layers.{i}.self_attn.v_proj`,
		'attention.output': `${half}.layers.{i}.self_attn.out_proj`,
		'norm.attentionResidual': `${half}.layers.{i}.self_attn_layer_norm`,
		'cross.query': `${half}.layers.{i}.encoder_attn.q_proj`,
		'cross.key': `${half}.layers.{i}.encoder_attn.k_proj`,
		'cross.value': `${half}.layers.{i}.encoder_attn.v_proj`,
		'cross.output': `${half}.layers.{i}.encoder_attn.out_proj`,
		'norm.crossResidual': `${half}.layers.{i}.encoder_attn_layer_norm`,
		'feedForward.up': `${half}.layers.{i}.fc1`,
		'feedForward.down': `${half}.layers.{i}.fc2`,
		'norm.feedForwardResidual': `${half}.layers.{i}.final_layer_norm`,
	};
}

export const marian: Family = {
	name: 'marian',
	safetensors: {
		architectures: ['marian'],
		prefixes: ['model.'],
		config: (m) => {
			const startToken = m.value('decoder_start_token_id');
			return {
				...stack(m, 'decoder'),
				encoder: stack(m, 'encoder'),
				...(startToken !== undefined && { startToken: m.number('decoder_start_token_id') }),
			};
		},
		names: names('decoder'),
		encoderNames: names('encoder'),
	},
};
