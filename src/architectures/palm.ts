// PaLM: parallel block under one norm without bias, one key and value head, SwiGLU, logits divided by √D.
// Chowdhery et al. 2022 (arXiv 2204.02311) section 2. Its weights are closed: the names here are Tongsa's, Llama's where they fit.

import type { Family } from '../spec/family.ts';
import { decoder, HF_NAMES, HF_PREFIXES } from './decoder.ts';
import { layerNorm, sizes } from './settings.ts';

export const palm: Family = {
	name: 'palm',
	safetensors: {
		architectures: ['palm'],
		prefixes: HF_PREFIXES,
		config: (m) => {
			const norm = layerNorm(m, 1e-6, false);
			return decoder(m, {
				family: 'palm',
				sizes: { keyHeads: 1 },
				norm,
				arrangement: 'parallel',
				places: () => ({ attentionInput: norm }),
				logits: { tied: true, scale: 1 / Math.sqrt(sizes(m).width) },
			});
		},
		names: HF_NAMES,
	},
};
