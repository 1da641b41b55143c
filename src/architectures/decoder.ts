// The shape that most decoders share since Llama: RMS norm before each part, rotation, SwiGLU, no biases. A family states what differs.
// Touvron et al. 2023 (arXiv 2302.13971).

import type {
	AttentionConfig,
	BlockConfig,
	EmbeddingConfig,
	FeedForwardConfig,
	LogitsConfig,
	NormConfig,
	NormPlaces,
	RopeConfig,
	TransformerConfig,
} from '../spec/config.ts';
import type { Names } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { type RopeChoices, rope } from './rope-settings.ts';
import { activation, rmsNorm, type Sizes, sizes } from './settings.ts';

export interface DecoderChoices {
	readonly family: string;
	readonly sizes?: Partial<Sizes>;
	readonly norm?: NormConfig;
	readonly places?: (norm: NormConfig) => NormPlaces;
	/** Whether a norm follows the last block (default true). */
	readonly finalNorm?: boolean;
	readonly arrangement?: BlockConfig['arrangement'];
	/** Merged into the rotation's settings; null: nothing turns. */
	readonly rope?: Partial<RopeChoices> | null;
	readonly attention?: Partial<AttentionConfig>;
	readonly feedForward?: Partial<FeedForwardConfig>;
	readonly embedding?: Partial<EmbeddingConfig>;
	/** Merged into the output's settings; null: no output table. */
	readonly logits?: Partial<LogitsConfig> | null;
	/** Last word on each block. */
	readonly block?: (block: BlockConfig, i: number) => BlockConfig;
}

const NO_BIAS = { query: false, key: false, value: false, output: false };
export const ALL_BIAS = { query: true, key: true, value: true, output: true };
export const QKV_BIAS = { query: true, key: true, value: true, output: false };

export const preNorm = (norm: NormConfig): NormPlaces => ({ attentionInput: norm, feedForwardInput: norm });
export const sandwich = (norm: NormConfig): NormPlaces => ({
	attentionInput: norm,
	attentionOutput: norm,
	feedForwardInput: norm,
	feedForwardOutput: norm,
});
export const postNorm = (norm: NormConfig): NormPlaces => ({ attentionResidual: norm, feedForwardResidual: norm });

export function decoder(m: Metadata, choices: DecoderChoices): TransformerConfig {
	const s: Sizes = sizes(m, choices.sizes);
	const norm = choices.norm ?? rmsNorm(m, 1e-6);
	const turned: RopeConfig | undefined =
		choices.rope === null
			? undefined
			: rope(m, { pairing: 'halves', theta: 10000, headWidth: s.headWidth, context: s.context, ...choices.rope });
	const attention: AttentionConfig = {
		heads: s.heads,
		keyHeads: s.keyHeads,
		headWidth: s.headWidth,
		bias: NO_BIAS,
		scale: 1 / Math.sqrt(s.headWidth),
		causal: true,
		sinks: false,
		...(turned && { rope: turned }),
		...choices.attention,
		...(m.format === 'gguf' && { bias: storedAttentionBias(m) }),
		...(m.format === 'gguf' && m.value('attention.causal') !== undefined && { causal: m.flag('attention.causal', true) }),
		// Embedders made of decoders: transformers 5 lets their attention go both ways. masking_utils.py, create_causal_mask
		...(m.format !== 'gguf' && !m.flag('is_causal', true) && { causal: false }),
	};
	const feedForward: FeedForwardConfig = {
		width: s.hidden,
		gated: true,
		activation: choices.feedForward?.activation ?? activation(m, ['hidden_act', 'hidden_activation'], 'silu'),
		bias: { up: false, down: false },
		...choices.feedForward,
		...(m.format === 'gguf' && !choices.feedForward?.experts && { bias: { up: storedBias(m, 'ffn_up'), down: storedBias(m, 'ffn_down') } }),
	};
	const block: BlockConfig = {
		arrangement: choices.arrangement ?? 'serial',
		attention,
		feedForward,
		norms: (choices.places ?? preNorm)(norm),
	};
	const output: LogitsConfig = { tied: tied(m), bias: false, scale: 1, ...choices.logits };
	const logits = choices.logits === null || (!output.tied && headless(m)) ? undefined : output;
	return {
		family: choices.family,
		width: s.width,
		vocabulary: s.vocabulary,
		...(s.context !== undefined && { context: s.context }),
		embedding: { width: s.width, scale: 1, types: 0, ...choices.embedding },
		blocks: Array.from({ length: s.layers }, (_, i) => choices.block?.(block, i) ?? block),
		...((choices.finalNorm ?? true) && { finalNorm: norm }),
		...(logits && { logits }),
	};
}

/** GGUF has no setting for biases: they are there or not, in every block alike. */
function storedBias(m: Metadata, ...names: string[]): boolean {
	return names.some((name) => m.hasTensor(`blk.0.${name}.bias`));
}

function storedAttentionBias(m: Metadata): AttentionConfig['bias'] {
	return {
		query: storedBias(m, 'attn_q', 'attn_qkv'),
		key: storedBias(m, 'attn_k', 'attn_qkv'),
		value: storedBias(m, 'attn_v', 'attn_qkv'),
		output: storedBias(m, 'attn_output'),
	};
}

/** Whether the output table is the input table: in GGUF when none is stored, in config.json by a flag that stands for `fallback` when absent. */
export function tied(m: Metadata, fallback = false): boolean {
	return m.format === 'gguf' ? !m.hasTensor('output.weight') : m.flag('tie_word_embeddings', fallback);
}

/** Tables of words at the end, by the names that decoders give them. */
const OUTPUTS = ['lm_head.weight', 'embed_out.weight', 'model.lm_head.weight', 'language_model.lm_head.weight'];

/**
 * Whether the file holds no table of words at its end. config.json says so (LlamaModel or LlamaForSequenceClassification, not LlamaForCausalLM
 * or GPT2LMHeadModel), or does not say and there is none.
 */
function headless(m: Metadata): boolean {
	const [name] = m.list('architectures') ?? [];
	if (typeof name !== 'string') return m.format === 'safetensors' && !OUTPUTS.some((output) => m.hasTensor(output));
	return /((?<!LMHead|MT)Model|For(Sequence|Token)Classification|ForQuestionAnswering)$/.test(name);
}

/** With the window on blocks where `windows` has one. */
export function windowed(block: BlockConfig, window: number | undefined): BlockConfig {
	return window === undefined ? block : { ...block, attention: { ...block.attention, window } };
}

export const GGUF_NAMES = {
	table: 'token_embd',
	finalNorm: 'output_norm',
	output: 'output',
	ropeFactors: 'rope_freqs',
	ropeShort: 'rope_factors_short',
	ropeLong: 'rope_factors_long',
	'norm.attentionInput': 'blk.{i}.attn_norm',
	'norm.feedForwardInput': 'blk.{i}.ffn_norm',
	'attention.query': 'blk.{i}.attn_q',
	'attention.key': 'blk.{i}.attn_k',
	'attention.value': 'blk.{i}.attn_v',
	'attention.qkv': 'blk.{i}.attn_qkv',
	'attention.output': 'blk.{i}.attn_output',
	'attention.queryNorm': 'blk.{i}.attn_q_norm',
	'attention.keyNorm': 'blk.{i}.attn_k_norm',
	'feedForward.gate': 'blk.{i}.ffn_gate',
	'feedForward.up': 'blk.{i}.ffn_up',
	'feedForward.down': 'blk.{i}.ffn_down',
	'feedForward.router': 'blk.{i}.ffn_gate_inp',
	'experts.gate': 'blk.{i}.ffn_gate_exps',
	'experts.up': 'blk.{i}.ffn_up_exps',
	'experts.down': 'blk.{i}.ffn_down_exps',
} as const satisfies Names;

export const HF_NAMES = {
	table: 'embed_tokens',
	finalNorm: 'norm',
	output: 'lm_head',
	'norm.attentionInput': 'layers.{i}.input_layernorm',
	'norm.feedForwardInput': 'layers.{i}.post_attention_layernorm',
	'attention.query': 'layers.{i}.self_attn.q_proj',
	'attention.key': 'layers.{i}.self_attn.k_proj',
	'attention.value': 'layers.{i}.self_attn.v_proj',
	'attention.output': 'layers.{i}.self_attn.o_proj',
	'attention.queryNorm': 'layers.{i}.self_attn.q_norm',
	'attention.keyNorm': 'layers.{i}.self_attn.k_norm',
	'feedForward.gate': 'layers.{i}.mlp.gate_proj',
	'feedForward.up': 'layers.{i}.mlp.up_proj',
	'feedForward.down': 'layers.{i}.mlp.down_proj',
} as const satisfies Names;

/** Names of sandwich norms, in both formats. */
export const GGUF_SANDWICH = {
	'norm.attentionOutput': 'blk.{i}.post_attention_norm',
	'norm.feedForwardOutput': 'blk.{i}.post_ffw_norm',
} as const satisfies Names;
export const HF_SANDWICH = {
	'norm.attentionOutput': 'layers.{i}.post_attention_layernorm',
	'norm.feedForwardInput': 'layers.{i}.pre_feedforward_layernorm',
	'norm.feedForwardOutput': 'layers.{i}.post_feedforward_layernorm',
} as const satisfies Names;

/** What may stand before HF_NAMES: text models, and the language part of multimodal ones. */
export const HF_PREFIXES = ['model.', 'model.language_model.', 'language_model.model.', 'language_model.'];
