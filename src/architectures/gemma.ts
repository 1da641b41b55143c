// Gemma 1, 2 and 3, and EmbeddingGemma: scaled embeddings, gains stored less 1, GeGLU; from 2 on sandwich norms and windows, from 3 on q/k norms.
// Gemma team 2024, 2025 (arXiv 2403.08295, 2408.00118, 2503.19786); transformers modeling_gemma*.py; llama.cpp src/models/gemma*.cpp.

import type { Activation, TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import {
	ALL_BIAS,
	type DecoderChoices,
	decoder,
	GGUF_NAMES,
	GGUF_SANDWICH,
	HF_NAMES,
	HF_PREFIXES,
	HF_SANDWICH,
	sandwich,
	tied,
	windowed,
} from './decoder.ts';
import { rope } from './rope-settings.ts';
import { activation, ggufWindows, layerTypes, leftOut, rmsNorm, sizes } from './settings.ts';

/** The first Gemma's files say gelu and mean the tanh form. transformers configuration_gemma.py */
const firstGelu = (m: Metadata): Activation =>
	m.value('hidden_act') === 'gelu' ? 'gelu-tanh' : activation(m, ['hidden_act'], 'gelu-tanh');

/** What all three share. Converters to GGUF have added 1 to every gain. */
function choices(m: Metadata, family: string, K: number): DecoderChoices {
	return {
		family,
		sizes: leftOut(m, K, 256),
		norm: rmsNorm(m, 1e-6, m.format === 'gguf' ? 0 : 1),
		...(m.flag('attention_bias', false) && { attention: { bias: ALL_BIAS } }),
		feedForward: { activation: family === 'gemma' ? firstGelu(m) : activation(m, ['hidden_activation'], 'gelu-tanh') },
		embedding: { scale: Math.fround(Math.sqrt(sizes(m).width)) },
		logits: { tied: tied(m, true) },
	};
}

const config1 = (m: Metadata): TransformerConfig => decoder(m, choices(m, 'gemma', 16));

export const gemma: Family = {
	name: 'gemma',
	gguf: { architectures: ['gemma'], config: config1, names: GGUF_NAMES },
	safetensors: { architectures: ['gemma'], prefixes: HF_PREFIXES, config: config1, names: HF_NAMES },
};

/** The factor on query · key: a setting in config.json, in GGUF known by the number of layers of the one model that differs. */
function queryScale(m: Metadata, layersOfLargest: number): number {
	const { layers, width, heads, headWidth } = sizes(m);
	const square = m.format === 'gguf' ? (layers === layersOfLargest ? width / heads : headWidth) : m.number('query_pre_attn_scalar', 256);
	return square > 0 ? 1 / Math.sqrt(square) : m.fail('query_pre_attn_scalar', square, 'a positive number');
}

/** null turns a cap off; without the key it is the family's. */
function cap(m: Metadata, key: string, fallback: number): { cap?: number } {
	const value = m.isNull(key) ? 0 : m.number(key, fallback);
	return value > 0 ? { cap: value } : {};
}

function config2(m: Metadata): TransformerConfig {
	const base = choices(m, 'gemma2', 4);
	const { layers } = sizes(m);
	const window = m.size(['attention.sliding_window', 'sliding_window'], 4096);
	const types = layerTypes(m, layers, (i) => (i % 2 === 0 ? 'sliding_attention' : 'full_attention'));
	return decoder(m, {
		...base,
		places: sandwich,
		attention: { ...base.attention, scale: queryScale(m, 46), ...cap(m, 'attn_logit_softcapping', 50) },
		logits: { ...base.logits, ...cap(m, 'final_logit_softcapping', 30) },
		block: (block, i) => windowed(block, types[i] === 'sliding_attention' ? window : undefined),
	});
}

const SANDWICH_GGUF = { ...GGUF_NAMES, ...GGUF_SANDWICH };
const SANDWICH_HF = { ...HF_NAMES, ...HF_SANDWICH };

export const gemma2: Family = {
	name: 'gemma2',
	gguf: { architectures: ['gemma2'], config: config2, names: SANDWICH_GGUF },
	safetensors: { architectures: ['gemma2'], prefixes: HF_PREFIXES, config: config2, names: SANDWICH_HF },
};

/** Five layers with a window and a fast rotation, then one without and a slow one. */
const PERIOD = 6;

/** What the text settings inside a model that also sees leave out: transformers configuration_gemma3.py. */
const WRAPPED = { num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256, vocab_size: 262_208, max_position_embeddings: 131_072 };

function config3(outer: Metadata): TransformerConfig {
	// Models that also see keep the text model's settings in text_config.
	const m = outer.inside('text_config', WRAPPED) ?? outer;
	const base = choices(m, 'gemma3', 4);
	const { layers, headWidth, context } = sizes(m, base.sizes);
	const both = m.flag('use_bidirectional_attention', m.architecture === 'gemma-embedding');
	const period = m.size(['sliding_window_pattern', '_sliding_window_pattern'], PERIOD);
	const types = layerTypes(m, layers, (i) => ((i + 1) % period === 0 ? 'full_attention' : 'sliding_attention'));
	const stored = m.size(['attention.sliding_window', 'sliding_window'], 4096);
	const windows =
		m.format === 'gguf' ? ggufWindows(m, layers, PERIOD) : types.map((type) => (type === 'full_attention' ? undefined : stored));
	const shared = { pairing: 'halves', headWidth, context } as const;
	const slow = rope(m, { ...shared, theta: 1e6, layerType: 'full_attention' });
	const fast = rope(m, {
		...shared,
		theta: 1e4,
		layerType: 'sliding_attention',
		thetaKeys: ['rope.freq_base_swa', 'rope.local.freq_base', 'rope_local_base_freq'],
		unscaled: true,
	});
	return decoder(m, {
		...base,
		places: sandwich,
		// The reference reads attn_logit_softcapping and does not apply it.
		attention: {
			...base.attention,
			scale: queryScale(m, 62),
			causal: !both,
			queryKeyNorm: { scope: 'head', norm: base.norm! },
		},
		logits: outer.architecture === 'gemma-embedding' ? null : { ...base.logits, ...cap(m, 'final_logit_softcapping', 0) },
		block: (block, i) => {
			const window = windows[i];
			const turned = { ...block, attention: { ...block.attention, rope: window === undefined ? slow : fast } };
			// In both directions a token sees half the window to each side.
			return windowed(turned, window === undefined ? undefined : both ? Math.floor(window / 2) : window);
		},
	});
}

export const gemma3: Family = {
	name: 'gemma3',
	gguf: { architectures: ['gemma3', 'gemma-embedding'], config: config3, names: SANDWICH_GGUF },
	safetensors: { architectures: ['gemma3_text', 'gemma3'], prefixes: HF_PREFIXES, config: config3, names: SANDWICH_HF },
};
