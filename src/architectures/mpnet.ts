// MPNet: BERT with a learned bias by distance, positions from row 2 on, no token types.
// Song et al. 2020 (arXiv 2004.09297); transformers modeling_mpnet.py.

import type { Family } from '../spec/family.ts';
import { encoder } from './encoder.ts';
import { sizes } from './settings.ts';

/** The reference counts this many, whatever the table's size. */
const BUCKETS = 32;

export const mpnet: Family = {
	name: 'mpnet',
	safetensors: {
		architectures: ['mpnet'],
		prefixes: ['mpnet.'],
		config: (m) => {
			const rows = m.size('relative_attention_num_buckets', 32);
			if (rows < BUCKETS) m.fail('relative_attention_num_buckets', rows, `at least ${BUCKETS}`);
			return encoder(m, {
				family: 'mpnet',
				attention: { buckets: { count: BUCKETS, maxDistance: 128, rows } },
				embedding: { positions: { kind: 'learned', rows: sizes(m).context ?? 514, offset: 2, padding: 1 } },
				headTensor: ['lm_head.dense.weight'],
				head: { activation: 'gelu' },
			});
		},
		names: {
			table: 'embeddings.word_embeddings',
			positions: 'embeddings.position_embeddings',
			embeddingNorm: 'embeddings.LayerNorm',
			buckets: 'encoder.relative_attention_bias',
			'attention.query': 'encoder.layer.{i}.attention.attn.q',
			'attention.key': 'encoder.layer.{i}.attention.attn.k',
			'attention.value': 'encoder.layer.{i}.attention.attn.v',
			'attention.output': 'encoder.layer.{i}.attention.attn.o',
			'norm.attentionResidual': 'encoder.layer.{i}.attention.LayerNorm',
			'feedForward.up': 'encoder.layer.{i}.intermediate.dense',
			'feedForward.down': 'encoder.layer.{i}.output.dense',
			'norm.feedForwardResidual': 'encoder.layer.{i}.output.LayerNorm',
			head: 'lm_head.dense',
			headNorm: 'lm_head.layer_norm',
			output: 'lm_head.decoder',
			outputBias: ['lm_head', 'lm_head.decoder'],
		},
	},
};
