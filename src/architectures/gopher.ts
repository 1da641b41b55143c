// Gopher: RMS norm before each part, Transformer-XL's relative positions, two matrices with GELU and biases.
// Rae et al. 2021 (arXiv 2112.11446) 2.1; Dai et al. 2019 (arXiv 1901.02860) 3.3. Its weights are closed: the names here are Tongsa's.

import type { Family } from '../spec/family.ts';
import { decoder, HF_NAMES, HF_PREFIXES } from './decoder.ts';
import { activation } from './settings.ts';

export const gopher: Family = {
	name: 'gopher',
	safetensors: {
		architectures: ['gopher'],
		prefixes: HF_PREFIXES,
		config: (m) =>
			decoder(m, {
				family: 'gopher',
				rope: null,
				attention: { relative: true },
				// The paper does not name the activation.
				feedForward: { gated: false, activation: activation(m, ['hidden_act'], 'gelu'), bias: { up: true, down: true } },
				logits: { tied: true },
			}),
		names: {
			...HF_NAMES,
			'attention.distance': 'layers.{i}.self_attn.r_proj',
			'attention.contentBias': { weight: 'layers.{i}.self_attn.u' },
			'attention.distanceBias': { weight: 'layers.{i}.self_attn.v' },
		},
	},
};
