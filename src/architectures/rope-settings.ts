// Settings of the rotation, as GGUF has them and as config.json does in all its dialects.
// llama.cpp src/llama-arch.cpp (rope.*); transformers modeling_rope_utils.py.

import type { RopeConfig, RopeScaling } from '../spec/config.ts';
import type { Metadata } from '../spec/metadata.ts';

export interface RopeChoices {
	readonly pairing: RopeConfig['pairing'];
	readonly theta: number;
	/** Dh. */
	readonly headWidth: number;
	/** Share of Dh that turns when no setting says. In config.json only families that state it have such a setting. */
	readonly part?: number;
	readonly context: number | undefined;
	/** The context trained on, where config.json does not state it beside the rotation's settings. */
	readonly original?: number;
	/** Where config.json says nothing of the rotation. */
	readonly scaling?: RopeScaling;
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
	const kind = unscaled ? 'none' : m.text('rope.scaling.type', 'linear');
	const original = () => m.size('rope.scaling.original_context_length', context);
	const factor = () => positive(m, 'rope.scaling.factor', m.number(['rope.scaling.factor', 'rope.scale_linear'], 1) || 1);
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

/**
 * rope_parameters (transformers 5, also by layer type), or rope_theta beside rope_scaling (before). Where both stand, rope_scaling counts.
 * transformers modeling_rope_utils.py, convert_rope_params_to_dict
 */
function jsonRope(m: Metadata, choices: RopeChoices): RopeConfig {
	const { pairing, theta, headWidth, part, layerType, thetaKeys, unscaled } = choices;
	const all = m.inside('rope_parameters');
	const now = layerType === undefined ? all : all?.inside(layerType);
	const before = unscaled ? undefined : m.inside('rope_scaling');
	const old = before?.value('rope_type', 'type', 'rope_theta') === undefined ? undefined : before;
	const stated = old && layerType === undefined ? [old] : [old, now];
	const first = (key: string): number | undefined => {
		const settings = stated.find((s) => s?.value(key) !== undefined);
		return settings?.number(key);
	};
	const share = part === undefined ? 1 : (first('partial_rotary_factor') ?? m.number(PARTS, part));
	const dimensions = rotated(m, evenPart(headWidth, share), headWidth);
	return {
		pairing,
		theta: positive(m, 'rope_theta', first('rope_theta') ?? m.number(thetaKeys ?? ['rope_theta', 'rotary_emb_base'], theta)),
		dimensions,
		scaling: all || old ? jsonScaling(m, old ?? now, choices, dimensions / 2) : (choices.scaling ?? { kind: 'none' }),
	};
}

/** Beside the rotation's settings, where it comes first, or among them. */
const ORIGINAL = 'original_max_position_embeddings';
const PARTS = ['partial_rotary_factor', 'rotary_pct', 'rotary_emb_fraction'];

function jsonScaling(m: Metadata, s: Metadata | undefined, { context, original: known }: RopeChoices, pairs: number): RopeScaling {
	const kind = s?.text(['rope_type', 'type'], 'default') ?? 'default';
	if (!s || kind === 'default') return { kind: 'none' };
	const factor = () => positive(s, 'factor', s.number('factor'));
	const original = (): number => {
		const beside = m.value(ORIGINAL) === undefined ? known : m.size(ORIGINAL);
		return beside ?? s.size(ORIGINAL, context);
	};
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

export function yarnMagnitude(factor: number, mscale = 0, mscaleAll = 0): number {
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
