// SmolLM3: Llama where every fourth layer does not rotate.
// Hugging Face 2025; transformers modeling_smollm3.py; llama.cpp src/models/smollm3.cpp.

import type { BlockConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, HF_NAMES, HF_PREFIXES, tied, windowed } from './decoder.ts';
import { layerTypes, leftOut, sizes } from './settings.ts';

/** Every how many layers one does not rotate, when the file does not say: GGUF has no key for it. */
const INTERVAL = 4;

function unturned(block: BlockConfig): BlockConfig {
	const { rope: _, ...attention } = block.attention;
	return { ...block, attention };
}

export const smollm3: Family = {
	name: 'smollm3',
	gguf: {
		architectures: ['smollm3'],
		config: (m) =>
			decoder(m, {
				family: 'smollm3',
				rope: { pairing: 'interleaved', theta: 2e6 },
				block: (block, i) => ((i + 1) % INTERVAL === 0 ? unturned(block) : block),
			}),
		names: GGUF_NAMES,
	},
	safetensors: {
		architectures: ['smollm3'],
		prefixes: HF_PREFIXES,
		config: (m) => {
			const interval = m.size('no_rope_layer_interval', INTERVAL);
			const turns = m.list('no_rope_layers');
			const hasRope = (i: number): boolean => (turns ? turns[i] !== 0 : (i + 1) % interval !== 0);
			// Where layer_types lists windows they hold, whatever the flag says; without a list the flag makes one.
			const window = m.optionalSize('sliding_window');
			const flag = m.flag('use_sliding_window', false) && window !== undefined;
			const types = layerTypes(m, sizes(m).layers, (i) => (flag && !hasRope(i) ? 'sliding_attention' : 'full_attention'));
			const bias = m.flag('mlp_bias', false);
			return decoder(m, {
				family: 'smollm3',
				sizes: leftOut(m, 4),
				rope: { theta: 2e6 },
				...(m.flag('attention_bias', false) && { attention: { bias: ALL_BIAS } }),
				feedForward: { bias: { up: bias, down: bias } },
				logits: { tied: tied(m, true) },
				block: (block, i) => windowed(hasRope(i) ? block : unturned(block), types[i] === 'sliding_attention' ? window : undefined),
			});
		},
		names: HF_NAMES,
	},
};
