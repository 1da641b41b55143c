// DistilBERT: BERT of half the depth, without token types.
// Sanh et al. 2019 (arXiv 1910.01108); transformers modeling_distilbert.py.

import type { Family } from '../spec/family.ts';
import { encoder } from './encoder.ts';
import { sizes } from './settings.ts';

export const distilbert: Family = {
	name: 'distilbert',
	safetensors: {
		architectures: ['distilbert'],
		prefixes: ['distilbert.'],
		config: (m) =>
			encoder(m, {
				family: 'distilbert',
				norm: { kind: 'layer', epsilon: 1e-12, bias: true, gainOffset: 0 },
				activationKeys: ['activation'],
				embedding: { positions: { kind: 'learned', rows: sizes(m).context ?? 512, offset: 0 } },
				headTensor: ['vocab_transform.weight'],
			}),
		names: {
			table: 'embeddings.word_embeddings',
			positions: 'embeddings.position_embeddings',
			embeddingNorm: 'embeddings.LayerNorm',
			'attention.query': 'transformer.layer.{i}.attention.q_lin',
			'attention.key': 'transformer.layer.{i}.attention.k_lin',
			'attention.value': 'transformer.layer.{i}.attention.v_lin',
			'attention.output': 'transformer.layer.{i}.attention.out_lin',
			'norm.attentionResidual': 'transformer.layer.{i}.sa_layer_norm',
			'feedForward.up': 'transformer.layer.{i}.ffn.lin1',
			'feedForward.down': 'transformer.layer.{i}.ffn.lin2',
			'norm.feedForwardResidual': 'transformer.layer.{i}.output_layer_norm',
			head: 'vocab_transform',
			headNorm: 'vocab_layer_norm',
			output: 'vocab_projector',
			outputBias: 'vocab_projector',
		},
	},
};
