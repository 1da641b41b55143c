// GPT-1: post-norm, learned positions, no final norm.
// Radford et al. 2018; transformers modeling_openai.py.

import type { Family } from '../spec/family.ts';
import { ALL_BIAS, decoder, postNorm } from './decoder.ts';
import { GPT2_NAMES } from './gpt2.ts';
import { layerNorm, sizes } from './settings.ts';

export const openaiGpt: Family = {
	name: 'openai-gpt',
	safetensors: {
		architectures: ['openai-gpt'],
		prefixes: ['transformer.'],
		config: (m) => {
			const { context = 512, width } = sizes(m);
			const afn = m.text('afn', 'gelu');
			if (!['gelu', 'relu', 'silu', 'swish'].includes(afn)) m.fail('afn', afn, 'gelu, relu, silu, swish');
			return decoder(m, {
				family: 'openai-gpt',
				sizes: { hidden: 4 * width },
				norm: layerNorm(m, 1e-5),
				places: postNorm,
				finalNorm: false,
				rope: null,
				attention: { bias: ALL_BIAS },
				// Its 'gelu' is the tanh form.
				feedForward: {
					gated: false,
					activation: afn === 'relu' ? 'relu' : afn === 'gelu' ? 'gelu-tanh' : 'silu',
					bias: { up: true, down: true },
				},
				embedding: { positions: { kind: 'learned', rows: context, offset: 0 } },
				logits: { tied: true },
			});
		},
		names: {
			...GPT2_NAMES,
			table: 'tokens_embed',
			positions: 'positions_embed',
			'norm.attentionResidual': 'h.{i}.ln_1',
			'norm.feedForwardResidual': 'h.{i}.ln_2',
		},
		layout: { transposed: true },
	},
};
