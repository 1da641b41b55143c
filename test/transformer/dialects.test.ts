// config.json in its older spellings: each family's fixture, its settings rewritten as files before transformers 5 have them, gives the same numbers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from '../../src/inspection/trace.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import { type Config, changed } from './changed.ts';
import { openFamily } from './measure.ts';

const rename = (c: Config, names: Readonly<Record<string, string>>): void => {
	for (const [now, then] of Object.entries(names)) {
		c[then] = c[now];
		delete c[now];
	}
};
/** rope_theta beside rope_scaling, whose kind was called type. */
const oldRope = (c: Config): void => {
	const { rope_theta, rope_type, ...scaling } = c.rope_parameters as Config;
	delete c.rope_parameters;
	Object.assign(c, { rope_theta, rope_scaling: { type: rope_type, ...scaling } });
};
const falconNames = { num_hidden_layers: 'n_layer', num_attention_heads: 'n_head', num_kv_heads: 'n_head_kv' };

const OLDER: readonly [string, string, (c: Config) => void][] = [
	['llama-yarn', 'rope_scaling', oldRope],
	['gpt-oss', 'rope_scaling', oldRope],
	['phi3-longrope', 'rope_scaling', oldRope],
	[
		'llama-yarn',
		'rope_scaling that holds its theta, beside rope_parameters that it comes before',
		(c) => Object.assign(c, { rope_scaling: c.rope_parameters, rope_parameters: { rope_type: 'default', rope_theta: 7 }, rope_theta: 7 }),
	],
	[
		'phi3-longrope',
		'another context trained on among the settings of the rotation',
		(c) => Object.assign(c.rope_parameters as Config, { original_max_position_embeddings: 4 }),
	],
	['llama', 'a share of each head that the family does not know', (c) => Object.assign(c, { partial_rotary_factor: 0.5 })],
	['starcoder2', "another class's epsilon", (c) => Object.assign(c, { layer_norm_epsilon: 0.5 })],
	['bloom', 'n_embed', (c) => rename(c, { hidden_size: 'n_embed', n_head: 'num_attention_heads' })],
	[
		'falcon-7b',
		'RefinedWebModel',
		(c) => {
			rename(c, falconNames);
			for (const key of ['rope_parameters', 'ffn_hidden_size', 'new_decoder_architecture', 'tie_word_embeddings']) delete c[key];
			c.model_type = 'RefinedWebModel';
		},
	],
	[
		'falcon-40b',
		'RefinedWeb',
		(c) => {
			rename(c, falconNames);
			for (const key of ['rope_parameters', 'new_decoder_architecture', 'multi_query', 'tie_word_embeddings']) delete c[key];
			c.model_type = 'RefinedWeb';
		},
	],
	[
		'gemma3',
		'text_config',
		(c) => {
			const { model_type: _, ...text } = c;
			for (const key of Object.keys(c)) delete c[key];
			Object.assign(c, { model_type: 'gemma3', text_config: text });
		},
	],
	[
		'nomic-bert',
		'the names of nomic-ai',
		(c) => {
			rename(c, {
				hidden_size: 'n_embd',
				num_hidden_layers: 'n_layer',
				num_attention_heads: 'n_head',
				intermediate_size: 'n_inner',
				layer_norm_eps: 'layer_norm_epsilon',
			});
			Object.assign(c, {
				rotary_emb_base: (c.rope_parameters as Config).rope_theta,
				rotary_emb_fraction: 1,
				rotary_scaling_factor: null,
				n_positions: 8192,
			});
			for (const key of ['rope_parameters', 'max_position_embeddings', 'head_dim', 'hidden_act']) delete c[key];
			c.activation_function = 'swiglu';
		},
	],
];

for (const [family, what, edit] of OLDER) {
	test(`${family} with ${what}`, async () => {
		const { model, input } = await openFamily(family);
		const older = await changed(family, { config: edit });
		const at = ['final.output'];
		assert.deepEqual(await trace(new ReferenceEngine(older), input, { at }), await trace(new ReferenceEngine(model), input, { at }));
		assert.deepEqual(older.config.blocks, model.config.blocks);
	});
}

test('what is left out is what the family was published with', async () => {
	const silent = await changed('gpt-oss', {
		config: (c) => {
			delete c.rope_parameters;
			delete c.max_position_embeddings;
		},
	});
	const { scaling, theta } = silent.config.blocks[0]!.attention.rope!;
	assert.equal(theta, 150_000);
	// 0.1 · ln 32 + 1
	assert.deepEqual(scaling, {
		kind: 'yarn',
		factor: 32,
		context: 4096,
		betaFast: 32,
		betaSlow: 1,
		truncate: false,
		magnitude: 1.3465735902799727,
	});
	const qwen = await changed('qwen3', {
		config: (c) => Object.assign(c, { use_sliding_window: true, sliding_window: undefined, layer_types: undefined, max_window_layers: 1 }),
	});
	assert.deepEqual(
		qwen.config.blocks.map(({ attention }) => attention.window),
		[undefined, 4096],
	);
});
