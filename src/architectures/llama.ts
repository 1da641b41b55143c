// Llama 1 to 3 and everything that is stored as it: Mistral, SmolLM2, Yi, TinyLlama.
// Touvron et al. 2023 (arXiv 2307.09288); transformers modeling_llama.py, modeling_mistral.py; llama.cpp src/models/llama.cpp.

import type { Family } from '../spec/family.ts';
import { decoder, GGUF_NAMES, HF_NAMES, HF_PREFIXES, windowed } from './decoder.ts';
import { layerTypes, leftOut, sizes, windowOf } from './settings.ts';

export const llama: Family = {
	name: 'llama',
	gguf: {
		architectures: ['llama'],
		// The converter reorders q and k so that neighbours turn together.
		config: (m) => {
			const experts = m.number('expert_count', 0);
			return decoder(m, {
				family: 'llama',
				rope: { pairing: 'interleaved' },
				...(experts > 0 && {
					feedForward: {
						experts: {
							count: m.size('expert_count'),
							used: m.size('expert_used_count'),
							routing: 'softmax-then-top',
							normalised: true,
							routerBias: false,
						},
					},
				}),
			});
		},
		names: {
			...GGUF_NAMES,
			// Files from before 2024-04 have a tensor for each expert.
			'experts.gate': ['blk.{i}.ffn_gate_exps', 'blk.{i}.ffn_gate.{e}'],
			'experts.up': ['blk.{i}.ffn_up_exps', 'blk.{i}.ffn_up.{e}'],
			'experts.down': ['blk.{i}.ffn_down_exps', 'blk.{i}.ffn_down.{e}'],
		},
	},
	safetensors: {
		architectures: ['llama', 'mistral'],
		prefixes: HF_PREFIXES,
		config: (m) => {
			const bias = m.flag('attention_bias', false);
			const mlpBias = m.flag('mlp_bias', false);
			// Llama ignores a window that its file may carry.
			const mistral = m.architecture === 'mistral';
			const window = mistral ? windowOf(m) : undefined;
			// transformers' Mistral passes over layer_types and puts the window on all layers; other programs do not.
			const types = window === undefined ? [] : layerTypes(m, sizes(m, leftOut(m, 8)).layers, () => 'sliding_attention');
			if (types.includes('full_attention'))
				m.fail('layer_types', 'full_attention', 'sliding_attention alone beside a sliding_window: programs disagree on a mixture');
			return decoder(m, {
				family: 'llama',
				...(mistral && { sizes: leftOut(m, 8) }),
				attention: { bias: { query: bias, key: bias, value: bias, output: bias } },
				feedForward: { bias: { up: mlpBias, down: mlpBias } },
				block: (block) => windowed(block, window),
			});
		},
		names: HF_NAMES,
	},
};
