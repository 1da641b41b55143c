// Tensors that files carry and that change neither states nor logits, each with its reason. Every other tensor is read or refused.

/** Pattern of a tensor's name → why it may stay unread. */
const ASIDE: readonly (readonly [RegExp, string])[] = [
	[/rotary_|rot_embd|inv_freq$/, 'angles, which the settings give'],
	[/masked_bias$|(attn|attention)\.bias$/, 'the causal mask of GPT-2 and its kin, as a tensor'],
	[/(^|\.)position_ids$/, 'the numbers 0, 1, 2, …'],
	[/(^|\.)embed_positions\.weight$/, 'sinusoids; a learned table of this name is read'],
	[/(^|\.)pooler\./, "BERT's pooler reads the last state and changes none"],
	[
		/^(cls\.seq_relationship|pre_classifier|classifier|score|qa_outputs|summary)\./,
		'the head of a classifier reads states and changes none',
	],
	[
		/^cls\.(output\.)?(weight|bias)$|^cls\.norm\.weight$/,
		"a reranker's head in GGUF, which llama.cpp reads for pooling of type 4 (rank) alone; sentence refuses that type",
	],
	[/^dense(_[23]|\.[01])\.(weight|bias)$/, 'layers behind the pooling: sentence reads them'],
	[
		/^(model\.)?(vision_tower|vision_model|visual|multi_modal_projector|mm_projector|embed_vision|audio_tower|embed_audio)\./,
		'the part that sees or hears: text does not pass through it',
	],
];

/** May it stay unread? */
export function leavesStatesAlone(name: string): boolean {
	return ASIDE.some(([pattern]) => pattern.test(name));
}
