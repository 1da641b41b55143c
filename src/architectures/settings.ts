// Settings that many families spell alike: sizes, norms, activations, rotations. GGUF's keys first, then config.json's in all their dialects.

import type { Activation, NormConfig, RopeConfig, RopeScaling } from '../transformer/config.ts';
import type { Metadata } from '../transformer/metadata.ts';

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
		'layer_norm_eps',
		'layer_norm_epsilon',
		'norm_epsilon',
		'norm_eps',
	];
	const value = m.number(keys, fallback);
	if (value < 0 || value > 1) m.fail('layer_norm_eps', value, '0 to 1');
	return value;
}

/** How activations are called in config.json. transformers activations.py, ACT2FN. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
	gelu: 'gelu',
	gelu_python: 'gelu',
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
	return (
		(typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined) ??
		m.fail(keys[0]!, name, Object.keys(ACTIVATIONS).join(', '))
	);
}

export interface RopeChoices {
	readonly pairing: RopeConfig['pairing'];
	readonly theta: number;
	/** Dh. */
	readonly headWidth: number;
	/** Share of Dh that turns when no setting says. */
	readonly part?: number;
	readonly context: number | undefined;
	/** Families whose YaRN range is not rounded. */
	readonly truncate?: boolean;
	/** Settings of one kind of layer ('full_attention', 'sliding_attention'), and the old dialect's key of its theta. */
	readonly layerType?: string;
	readonly thetaKeys?: readonly string[];
	/** Layers that no scaling applies to in the old dialect. */
	readonly unscaled?: boolean;
}

/** Rotation by either format's settings. */
export function rope(m: Metadata, choices: RopeChoices): RopeConfig {
	return m.format === 'gguf' ? ggufRope(m, choices) : jsonRope(m, choices);
}

function ggufRope(
	m: Metadata,
	{ pairing, theta, headWidth, part = 1, context, truncate = true, thetaKeys, unscaled }: RopeChoices,
): RopeConfig {
	const dimensions = rotated(m, m.size('rope.dimension_count', evenPart(headWidth, part)), headWidth);
	const base = { pairing, theta: positive(m, 'rope.freq_base', m.number(thetaKeys ?? ['rope.freq_base'], theta)), dimensions };
	const kind = unscaled ? 'none' : m.text('rope.scaling.type', m.value('rope.scale_linear') === undefined ? 'none' : 'linear');
	const original = () => m.size('rope.scaling.original_context_length', context);
	const factor = () => positive(m, 'rope.scaling.factor', m.number(['rope.scaling.factor', 'rope.scale_linear'], 1));
	const scaling = (): RopeScaling => {
		if (!unscaled && m.hasTensor('rope_factors_short.weight')) {
			const ratio = context === undefined ? 1 : context / original();
			const magnitude = ratio <= 1 ? 1 : Math.sqrt(1 + Math.log(ratio) / Math.log(original()));
			return { kind: 'longrope-tensors', context: original(), magnitude: m.number('rope.scaling.attn_factor', magnitude) };
		}
		if (!unscaled && m.hasTensor('rope_freqs.weight')) return { kind: 'factors-tensor' };
		switch (kind) {
			case 'none':
				return { kind: 'none' };
			case 'linear':
				return factor() === 1 ? { kind: 'none' } : { kind: 'linear', factor: factor() };
			case 'yarn':
				return {
					kind: 'yarn',
					factor: factor(),
					context: original(),
					betaFast: m.number('rope.scaling.yarn_beta_fast', 32),
					betaSlow: m.number('rope.scaling.yarn_beta_slow', 1),
					truncate,
					magnitude: m.number(['rope.scaling.yarn_attn_factor', 'rope.scaling.attn_factor'], yarnMagnitude(factor())),
				};
			default:
				return m.fail('rope.scaling.type', kind, 'none, linear, yarn; longrope with rope_factors_short and rope_factors_long');
		}
	};
	return { ...base, scaling: scaling() };
}

/** rope_parameters (transformers 5, also by layer type), or rope_theta beside rope_scaling. */
function jsonRope(m: Metadata, { pairing, theta, headWidth, part = 1, context, layerType, thetaKeys, unscaled }: RopeChoices): RopeConfig {
	const all = m.inside('rope_parameters');
	const byType = layerType === undefined ? undefined : all?.inside(layerType);
	const now = byType ?? (all?.value('full_attention', 'sliding_attention') === undefined ? all : undefined);
	const old = unscaled ? undefined : m.inside('rope_scaling');
	const share = now?.number('partial_rotary_factor', Number.NaN) ?? Number.NaN;
	const dimensions = rotated(
		m,
		evenPart(headWidth, Number.isNaN(share) ? m.number(['partial_rotary_factor', 'rotary_pct', 'rotary_emb_fraction'], part) : share),
		headWidth,
	);
	const oldTheta = m.number(thetaKeys ?? ['rope_theta', 'rotary_emb_base'], theta);
	return {
		pairing,
		theta: positive(m, 'rope_theta', now?.number('rope_theta', oldTheta) ?? oldTheta),
		dimensions,
		scaling: jsonScaling(m, now?.value('rope_type', 'type') === undefined && old ? old : now, context, dimensions / 2),
	};
}

function jsonScaling(m: Metadata, s: Metadata | undefined, context: number | undefined, pairs: number): RopeScaling {
	const kind = s?.text(['rope_type', 'type'], 'default') ?? 'default';
	if (!s || kind === 'default') return { kind: 'none' };
	const factor = () => positive(s, 'factor', s.number('factor'));
	const original = () => s.size('original_max_position_embeddings', m.size('original_max_position_embeddings', context));
	switch (kind) {
		case 'linear':
			return { kind, factor: factor() };
		case 'dynamic':
			return { kind, factor: factor(), context: context ?? m.fail('max_position_embeddings', undefined, 'a size') };
		case 'llama3':
			return {
				kind: 'wavelength',
				factor: factor(),
				lowFactor: s.number('low_freq_factor'),
				highFactor: s.number('high_freq_factor'),
				context: original(),
			};
		case 'yarn': {
			const f = s.value('factor') === undefined && context !== undefined ? context / original() : factor();
			return {
				kind,
				factor: f,
				context: original(),
				betaFast: s.number('beta_fast', 32) || 32,
				betaSlow: s.number('beta_slow', 1) || 1,
				truncate: s.flag('truncate', true),
				magnitude: s.number('attention_factor', yarnMagnitude(f, s.number('mscale', 0), s.number('mscale_all_dim', 0))),
			};
		}
		case 'longrope':
		case 'su': {
			const ratio = s.value('factor') === undefined ? (context ?? original()) / original() : factor();
			const magnitude = ratio <= 1 ? 1 : Math.sqrt(1 + Math.log(ratio) / Math.log(original()));
			const list = (key: string): number[] => {
				const values = s.list(key) ?? [];
				if (values.length !== pairs || !values.every((v) => typeof v === 'number' && v > 0))
					s.fail(key, `${values.length} values`, `${pairs} positive numbers`);
				return values as number[];
			};
			return {
				kind: 'longrope',
				context: original(),
				short: list('short_factor'),
				long: list('long_factor'),
				magnitude: s.number('attention_factor', magnitude),
			};
		}
		default:
			return s.fail('rope_type', kind, 'default, linear, dynamic, llama3, yarn, longrope');
	}
}

function yarnMagnitude(factor: number, mscale = 0, mscaleAll = 0): number {
	const of = (m: number): number => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
	return mscale && mscaleAll ? of(mscale) / of(mscaleAll) : of(1);
}

function evenPart(headWidth: number, part: number): number {
	return Math.trunc(headWidth * part);
}

function rotated(m: Metadata, dimensions: number, headWidth: number): number {
	if (dimensions < 2 || dimensions > headWidth || dimensions % 2 !== 0)
		m.fail('rope.dimension_count', dimensions, `an even number up to ${headWidth}`);
	return dimensions;
}

function positive(m: Metadata, key: string, value: number): number {
	return value > 0 ? value : m.fail(key, value, 'a positive number');
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
