// A tiny llama with random weights, a byte-level tokenizer and a chat template, as one GGUF: what it writes is noise, and so has every
// kind of broken character in it. The same seed gives the same file.

import { memorySource } from '../../src/bytes/memory.ts';
import type { TensorInfo } from '../../src/formats/checkpoint.ts';
import type { GgufValue } from '../../src/formats/gguf/write.ts';
import { seededRandom } from '../../src/generation/random.ts';
import { ggufBytes } from '../formats/make.ts';

const D = 32;
/** The kernels take multiples of 32: with this width the model runs on the exact path. */
const F_EXACT = 48;
export const F_FAST = 64;
const L = 2;
const H = 4;
const K = 2;
const Dh = D / H;
export const CONTEXT = 256;

export const TEMPLATE = `{% for m in messages %}<|start|>{{ m.role }}
{{ m.content }}<|end|>
{% endfor %}{% if add_generation_prompt %}<|start|>assistant
{% endif %}`;

/** GPT-2's letters for the 256 bytes, in the order of the letters. */
function byteLetters(): string[] {
	const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
	let next = 256;
	return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
}

const string = (value: string): GgufValue => ({ type: 'string', value });
const u32 = (value: number): GgufValue => ({ type: 'u32', value });
const f32 = (value: number): GgufValue => ({ type: 'f32', value });

export async function tinyModel(seed = 7, F = F_EXACT): Promise<Uint8Array> {
	const tokens = [...byteLetters(), '<|start|>', '<|end|>', 'Ġl', 'ov', 'lov', 'Ġlov'];
	const V = tokens.length;
	const random = seededRandom(seed);
	const tensor = (name: string, shape: readonly number[], value = () => (random() - 0.5) * 0.8): TensorInfo => {
		const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value);
		const bytes = new Uint8Array(values.buffer);
		return { name, dtype: 'F32', shape, source: memorySource(name, bytes), byteOffset: 0, byteLength: bytes.length };
	};
	const one = () => 1;
	return ggufBytes({
		metadata: new Map(
			Object.entries({
				'general.architecture': string('llama'),
				'llama.block_count': u32(L),
				'llama.context_length': u32(CONTEXT),
				'llama.embedding_length': u32(D),
				'llama.feed_forward_length': u32(F),
				'llama.attention.head_count': u32(H),
				'llama.attention.head_count_kv': u32(K),
				'llama.attention.layer_norm_rms_epsilon': f32(1e-5),
				'llama.rope.dimension_count': u32(Dh),
				'llama.rope.freq_base': f32(10_000),
				'tokenizer.ggml.model': string('gpt2'),
				'tokenizer.ggml.pre': string('gpt-2'),
				'tokenizer.ggml.tokens': { type: 'array', of: 'string', values: tokens },
				'tokenizer.ggml.token_type': { type: 'array', of: 'i32', values: tokens.map((t) => (t.startsWith('<|') ? 3 : 1)) },
				'tokenizer.ggml.merges': { type: 'array', of: 'string', values: ['o v', 'l ov', 'Ġ lov'] },
				'tokenizer.ggml.bos_token_id': u32(256),
				'tokenizer.ggml.eos_token_id': u32(257),
				'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
				'tokenizer.chat_template': string(TEMPLATE),
			} satisfies Record<string, GgufValue>),
		),
		tensors: [
			tensor('token_embd.weight', [V, D]),
			...Array.from({ length: L }, (_, i) => [
				tensor(`blk.${i}.attn_norm.weight`, [D], one),
				tensor(`blk.${i}.attn_q.weight`, [H * Dh, D]),
				tensor(`blk.${i}.attn_k.weight`, [K * Dh, D]),
				tensor(`blk.${i}.attn_v.weight`, [K * Dh, D]),
				tensor(`blk.${i}.attn_output.weight`, [D, H * Dh]),
				tensor(`blk.${i}.ffn_norm.weight`, [D], one),
				tensor(`blk.${i}.ffn_gate.weight`, [F, D]),
				tensor(`blk.${i}.ffn_up.weight`, [F, D]),
				tensor(`blk.${i}.ffn_down.weight`, [D, F]),
			]).flat(),
			tensor('output_norm.weight', [D], one),
		],
	});
}
