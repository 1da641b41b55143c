// Mixtral: Llama with 8 experts, of which each token sees 2. In GGUF it is stored as `llama`.
// Jiang et al. 2024 (arXiv 2401.04088); transformers modeling_mixtral.py.

import type { Family } from '../spec/family.ts';
import { decoder, HF_NAMES, HF_PREFIXES, windowed } from './decoder.ts';
import { leftOut, rmsNorm } from './settings.ts';

export const mixtral: Family = {
	name: 'mixtral',
	safetensors: {
		architectures: ['mixtral'],
		prefixes: HF_PREFIXES,
		config: (m) => {
			const window = m.optionalSize('sliding_window');
			return decoder(m, {
				family: 'mixtral',
				sizes: leftOut(m, 8),
				norm: rmsNorm(m, 1e-5),
				rope: { theta: 1e6 },
				feedForward: {
					experts: {
						count: m.size(['num_local_experts', 'num_experts'], 8),
						used: m.size('num_experts_per_tok', 2),
						routing: 'softmax-then-top',
						normalised: true,
						routerBias: false,
					},
				},
				block: (block) => windowed(block, window),
			});
		},
		names: {
			...HF_NAMES,
			'feedForward.router': ['layers.{i}.block_sparse_moe.gate', 'layers.{i}.mlp.gate'],
			'experts.gateUp': { weight: 'layers.{i}.mlp.experts.gate_up_proj' },
			'experts.gate': 'layers.{i}.block_sparse_moe.experts.{e}.w1',
			'experts.up': 'layers.{i}.block_sparse_moe.experts.{e}.w3',
			'experts.down': ['layers.{i}.block_sparse_moe.experts.{e}.w2', { weight: 'layers.{i}.mlp.experts.down_proj' }],
		},
	},
};
