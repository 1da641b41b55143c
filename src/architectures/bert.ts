// BERT and its like: MiniLM, BGE, E5, GTE; RoBERTa and XLM-R, whose positions start at row 2.
// Devlin et al. 2018 (arXiv 1810.04805), Liu et al. 2019 (arXiv 1907.11692); transformers modeling_bert.py, modeling_roberta.py; llama.cpp src/models/bert.cpp.

import type { Family, Names } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { GGUF_NAMES } from './decoder.ts';
import { eitherNorm, encoder, GGUF_ENCODER_NAMES, storedRows } from './encoder.ts';
import { sizes } from './settings.ts';

const BERT_NAMES = {
	table: 'embeddings.word_embeddings',
	positions: 'embeddings.position_embeddings',
	types: 'embeddings.token_type_embeddings',
	embeddingNorm: eitherNorm('embeddings.LayerNorm'),
	'attention.query': 'encoder.layer.{i}.attention.self.query',
	'attention.key': 'encoder.layer.{i}.attention.self.key',
	'attention.value': 'encoder.layer.{i}.attention.self.value',
	'attention.output': 'encoder.layer.{i}.attention.output.dense',
	'norm.attentionResidual': eitherNorm('encoder.layer.{i}.attention.output.LayerNorm'),
	'feedForward.up': 'encoder.layer.{i}.intermediate.dense',
	'feedForward.down': 'encoder.layer.{i}.output.dense',
	'norm.feedForwardResidual': eitherNorm('encoder.layer.{i}.output.LayerNorm'),
} as const satisfies Names;

/** Older files could ask for relative positions; none that is known does. */
function absolute(m: Metadata): Metadata {
	const kind = m.text('position_embedding_type', 'absolute');
	return kind === 'absolute' ? m : m.fail('position_embedding_type', kind, 'absolute');
}

export const bert: Family = {
	name: 'bert',
	gguf: {
		architectures: ['bert'],
		// RoBERTa's table of positions is stored without its first two rows.
		config: (m) =>
			encoder(m, {
				family: 'bert',
				embedding: {
					types: storedRows(m, 'token_types.weight', () => 0),
					positions: { kind: 'learned', rows: storedRows(m, 'position_embd.weight', () => m.size('context_length')), offset: 0 },
				},
			}),
		names: { ...GGUF_NAMES, ...GGUF_ENCODER_NAMES },
	},
	safetensors: {
		architectures: ['bert'],
		prefixes: ['bert.'],
		config: (m) =>
			encoder(absolute(m), {
				family: 'bert',
				attention: { causal: m.flag('is_decoder', false) },
				embedding: { types: m.size('type_vocab_size', 2), positions: { kind: 'learned', rows: sizes(m).context ?? 512, offset: 0 } },
				headTensor: ['cls.predictions.transform.dense.weight'],
			}),
		names: {
			...BERT_NAMES,
			head: 'cls.predictions.transform.dense',
			headNorm: eitherNorm('cls.predictions.transform.LayerNorm'),
			output: 'cls.predictions.decoder',
			outputBias: ['cls.predictions', 'cls.predictions.decoder'],
		},
	},
};

export const roberta: Family = {
	name: 'roberta',
	safetensors: {
		architectures: ['roberta', 'xlm-roberta', 'camembert'],
		prefixes: ['roberta.', 'xlm_roberta.'],
		config: (m) =>
			encoder(absolute(m), {
				family: 'roberta',
				attention: { causal: m.flag('is_decoder', false) },
				embedding: {
					types: m.size('type_vocab_size', 2),
					// A token's position is counted from the padding id on.
					positions: {
						kind: 'learned',
						rows: sizes(m).context ?? 514,
						offset: m.number('pad_token_id', 1) + 1,
						padding: m.number('pad_token_id', 1),
					},
				},
				headTensor: ['lm_head.dense.weight'],
				head: { activation: 'gelu' },
			}),
		names: {
			...BERT_NAMES,
			head: 'lm_head.dense',
			headNorm: 'lm_head.layer_norm',
			output: 'lm_head.decoder',
			outputBias: ['lm_head', 'lm_head.decoder'],
		},
	},
};
