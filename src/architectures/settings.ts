// Settings that many families spell alike: sizes, norms, activations, windows. GGUF's keys first, then config.json's in all their dialects.

import type { Activation, NormConfig } from '../spec/config.ts';
import type { Metadata } from '../spec/metadata.ts';

/** Every spelling of a size, in both formats. */
const SIZE_KEYS = {
	layers: ['block_count', 'num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'],
	width: ['embedding_length', 'hidden_size', 'n_embd', 'n_embed', 'd_model', 'dim'],
	heads: ['attention.head_count', 'num_attention_heads', 'n_head', 'n_heads'],
	keyHeads: ['attention.head_count_kv', 'num_key_value_heads', 'num_kv_heads', 'n_head_kv'],
	headWidth: ['attention.key_length', 'head_dim'],
	hidden: ['feed_forward_length', 'intermediate_size', 'n_inner', 'ffn_dim', 'ffn_hidden_size', 'hidden_dim'],
	context: ['context_length', 'max_position_embeddings', 'n_positions', 'seq_length', 'n_ctx'],
	vocabulary: ['vocab_size', 'padded_vocab_size'],
} as const satisfies Record<string, readonly string[]>;

export interface Sizes {
	/** L, D, H, K, Dh, F, V. */
	readonly layers: number;
	readonly width: number;
	readonly heads: number;
	readonly keyHeads: number;
	readonly headWidth: number;
	readonly hidden: number;
	readonly vocabulary: number;
	readonly context: number | undefined;
}

/** Published models have at most 126 layers; a thousand leaves room and bounds the work that a file can ask for. */
const MAX_LAYERS = 1000;

/** What `given` does not state is read. */
export function sizes(m: Metadata, given: Partial<Sizes> = {}): Sizes {
	const layers = given.layers ?? m.size(SIZE_KEYS.layers);
	if (layers > MAX_LAYERS) m.fail(SIZE_KEYS.layers[0], layers, `at most ${MAX_LAYERS}`);
	const width = given.width ?? m.size(SIZE_KEYS.width);
	const heads = given.heads ?? m.size(SIZE_KEYS.heads);
	const keyHeads = given.keyHeads ?? m.size(SIZE_KEYS.keyHeads, heads);
	if (heads % keyHeads !== 0) m.fail('num_key_value_heads', keyHeads, `a divisor of ${heads} heads`);
	const headWidth = given.headWidth ?? (m.value(...SIZE_KEYS.headWidth) === undefined ? width / heads : m.size(SIZE_KEYS.headWidth));
	const valueWidth = m.number('attention.value_length', headWidth);
	if (valueWidth !== headWidth) m.fail('attention.value_length', valueWidth, `the width of keys, ${headWidth}`);
	if (!Number.isInteger(headWidth)) m.fail('num_attention_heads', heads, `a divisor of the width ${width}`);
	const stored = m.format === 'gguf' ? m.shape('token_embd.weight')?.[0] : undefined;
	return {
		layers,
		width,
		heads,
		keyHeads,
		headWidth,
		hidden: given.hidden ?? m.size(SIZE_KEYS.hidden, 4 * width),
		vocabulary: given.vocabulary ?? stored ?? m.size(SIZE_KEYS.vocabulary),
		context: given.context ?? (m.value(...SIZE_KEYS.context) === undefined ? undefined : m.size(SIZE_KEYS.context)),
	};
}

/**
 * What config.json leaves out is what the family's class has: `K` key and value heads, `headWidth`. Null stands for as many as heads, and for
 * D / H. transformers configuration_*.py
 */
export function leftOut(m: Metadata, K: number, headWidth?: number): Partial<Sizes> {
	if (m.format === 'gguf') return {};
	return {
		...(!m.isNull('num_key_value_heads') && { keyHeads: m.size(SIZE_KEYS.keyHeads, K) }),
		...(headWidth !== undefined && !m.isNull('head_dim') && { headWidth: m.size(SIZE_KEYS.headWidth, headWidth) }),
	};
}

/** A window that config.json leaves out has 4096 tokens; null turns it off. */
export function windowOf(m: Metadata): number | undefined {
	return m.isNull('sliding_window') ? undefined : (m.optionalSize('sliding_window') ?? 4096);
}

export function rmsNorm(m: Metadata, fallback: number, gainOffset: 0 | 1 = 0): NormConfig {
	return { kind: 'rms', epsilon: epsilon(m, fallback), bias: false, gainOffset };
}

export function layerNorm(m: Metadata, fallback: number, bias = true): NormConfig {
	return { kind: 'layer', epsilon: epsilon(m, fallback), bias, gainOffset: 0 };
}

function epsilon(m: Metadata, fallback: number): number {
	const keys = [
		'attention.layer_norm_rms_epsilon',
		'attention.layer_norm_epsilon',
		'rms_norm_eps',
		// Before the spellings of other classes, which StarCoder2's and ModernBERT's files also carry.
		'norm_epsilon',
		'norm_eps',
		'layer_norm_eps',
		'layer_norm_epsilon',
	];
	const value = m.number(keys, fallback);
	if (value < 0 || value > 1) m.fail('layer_norm_eps', value, '0 to 1');
	return value;
}

/** How activations are called in config.json. transformers activations.py, ACT2FN. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
	gelu: 'gelu',
	gelu_python: 'gelu',
	gelu_python_tanh: 'gelu-tanh',
	gelu_new: 'gelu-tanh',
	gelu_fast: 'gelu-tanh',
	gelu_pytorch_tanh: 'gelu-tanh',
	gelu_accurate: 'gelu-tanh',
	quick_gelu: 'quick-gelu',
	relu: 'relu',
	relu2: 'relu2',
	silu: 'silu',
	swish: 'silu',
};

/** The activation that one of the keys names; `fallback` where none is there, as in every GGUF. */
export function activation(m: Metadata, keys: readonly string[], fallback: Activation): Activation {
	const name = m.value(...keys);
	if (name === undefined) return fallback;
	const found = typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
	if (m.format === 'gguf' && found !== fallback) return m.fail(keys[0]!, name, `${String(fallback)}: in GGUF the family says it`);
	return found ?? m.fail(keys[0]!, name, Object.keys(ACTIVATIONS).join(', '));
}

/** Layer i's entry of layer_types, or what `pattern` says where the file lists none. */
export function layerTypes(m: Metadata, layers: number, pattern: (i: number) => 'full_attention' | 'sliding_attention'): readonly string[] {
	const listed = m.list('layer_types');
	if (!listed) return Array.from({ length: layers }, (_, i) => pattern(i));
	const known = ['full_attention', 'sliding_attention'];
	if (listed.length < layers || !listed.every((type) => known.includes(type as string)))
		m.fail('layer_types', `${listed.length}: ${listed.slice(0, 4).join(', ')}`, `${layers} of ${known.join(', ')}`);
	return listed as string[];
}

/** Windows by GGUF's attention.sliding_window_pattern: a list of flags, or a period whose last (or first) layer sees everything. */
export function ggufWindows(m: Metadata, layers: number, period: number, fullFirst = false): (number | undefined)[] {
	const window = m.optionalSize('attention.sliding_window');
	const pattern = m.value('attention.sliding_window_pattern');
	const every = typeof pattern === 'number' ? pattern : period;
	return Array.from({ length: layers }, (_, i) => {
		const windowed = Array.isArray(pattern) ? Boolean(pattern[i]) : fullFirst ? i % every !== 0 : (i + 1) % every !== 0;
		return windowed ? window : undefined;
	});
}
