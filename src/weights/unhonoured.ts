// Settings that a GGUF file may carry beyond those of its family, and that would change what is computed: refused by name, never passed over.
// llama.cpp src/llama-arch.cpp (LLM_KV_NAMES). config.json is read as transformers reads it, which passes over what a class does not know.

import type { Metadata } from '../spec/metadata.ts';

/** Key → the values that change nothing. */
const CONSEQUENTIAL: Readonly<Record<string, readonly number[]>> = {
	logit_scale: [0, 1],
	residual_scale: [0, 1],
	embedding_scale: [0, 1],
	attn_logit_softcapping: [0],
	final_logit_softcapping: [0],
	router_logit_softcapping: [0],
	'attention.scale': [0],
	'attention.output_scale': [0, 1],
	'attention.value_scale': [0, 1],
	'attention.temperature_scale': [0],
	'attention.clamp_kqv': [0],
	'attention.q_lora_rank': [0],
	'attention.kv_lora_rank': [0],
	'attention.sliding_window': [0],
	'attention.max_alibi_bias': [0],
	'rope.scaling.attn_factor': [0, 1],
	'rope.scaling.yarn_attn_factor': [0, 1],
	'rope.scaling.yarn_ext_factor': [1],
	nextn_predict_layers: [0],
	embedding_length_per_layer_input: [0],
	moe_every_n_layers: [0],
	'ssm.state_size': [0],
	'ssm.conv_kernel': [0],
	'shortconv.l_cache': [0],
	'attention.shared_kv_layers': [0],
	'rope.scaling.yarn_log_multiplier': [0],
	expert_count: [0],
	expert_shared_count: [0],
	expert_group_count: [0, 1],
	expert_weights_scale: [0, 1],
	/** 2 is the sigmoid. */
	expert_gating_func: [0, 1, 3],
	leading_dense_block_count: [0],
};

/** What layers with a window have of their own, and what the others have: the first must be as the second, unless the family reads it. */
const OF_WINDOWS: readonly (readonly [string, string])[] = [
	['rope.freq_base_swa', 'rope.freq_base'],
	['rope.dimension_count_swa', 'rope.dimension_count'],
	['attention.key_length_swa', 'attention.key_length'],
	['attention.value_length_swa', 'attention.value_length'],
];

/** After the family has read its settings: of the others none may matter. @throws TongsaError 'malformed' that names the key. */
export function refuseUnhonoured(m: Metadata): void {
	if (m.format !== 'gguf') return;
	for (const [key, neutral] of Object.entries(CONSEQUENTIAL)) {
		const value = m.value(key);
		if (value === undefined || m.asked.has(key) || neutral.includes(Number(value))) continue;
		m.fail(key, value, `${neutral.join(' or ')}: the family ${m.architecture} has no such setting`);
	}
	for (const [key, usual] of OF_WINDOWS) {
		const value = m.value(key);
		if (value === undefined || m.asked.has(key) || value === m.value(usual)) continue;
		m.fail(key, value, `as ${usual}: the family ${m.architecture} has no such setting`);
	}
	const pattern = m.value('attention.sliding_window_pattern');
	if (pattern !== undefined && m.value('attention.sliding_window') !== undefined && !m.asked.has('attention.sliding_window'))
		m.fail('attention.sliding_window_pattern', pattern, `nothing: the family ${m.architecture} has no such setting`);
}
