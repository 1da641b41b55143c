# Makes quantised GGUF files of every block type, and what the reference implementation computes on the decoded weights.
# Blocks are decoded by the gguf Python package; reference: transformers, float32. Run: python make_quantised.py OUT_FOLDER
"""OUT/qwen3-quantised.gguf: a Qwen3 of two layers whose matrices are of fifteen types (the family keeps the row order, so that
blocks can be random bytes), and OUT/qwen3-quantised.expected.safetensors."""

import sys
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers
from gguf import GGMLQuantizationType as Q
from safetensors.torch import save_file

from make_families import points, randomise

V, D, H, K, DH, F, L, T = 64, 256, 4, 2, 16, 256, 2, 9

# Where a block keeps its f16 scales; the rest may be any bytes.
SCALES = {Q.Q2_K: [80, 82], Q.Q3_K: [108], Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208], Q.IQ4_NL: [0], Q.IQ4_XS: [0]}

TYPES = {
    "token_embd": Q.Q4_1, "output": Q.Q6_K,
    "blk.0.attn_q": Q.Q4_K, "blk.0.attn_k": Q.Q5_K, "blk.0.attn_v": Q.Q6_K, "blk.0.attn_output": Q.Q8_0, "blk.0.ffn_gate": Q.Q4_0, "blk.0.ffn_up": Q.Q5_0, "blk.0.ffn_down": Q.Q3_K,
    "blk.1.attn_q": Q.Q5_1, "blk.1.attn_k": Q.F16, "blk.1.attn_v": Q.BF16, "blk.1.attn_output": Q.IQ4_NL, "blk.1.ffn_gate": Q.IQ4_XS, "blk.1.ffn_up": Q.MXFP4, "blk.1.ffn_down": Q.Q2_K,
}
HF = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj",
      "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"}


def blocks(kind, weight, rng):
    """Bytes of a matrix of this type: quantised where the package can, else random with fitting scales."""
    if kind in (Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1, Q.Q8_0, Q.F16, Q.BF16):
        return gguf.quantize(weight, kind)
    size, width = gguf.GGML_QUANT_SIZES[kind]
    data = rng.integers(0, 256, (weight.shape[0], weight.shape[1] // size, width), dtype=np.uint8)
    if kind == Q.MXFP4:
        data[..., 0] = rng.integers(121, 124, data.shape[:-1])
        return data.reshape(weight.shape[0], -1)
    for step in (1.0, None):
        for at in SCALES[kind]:
            scale = np.float16(step if step else target)
            data[..., at : at + 2] = np.frombuffer(scale.tobytes(), np.uint8)
        if step:
            target = weight.std() / gguf.dequantize(data.reshape(weight.shape[0], -1), kind).std()
    return data.reshape(weight.shape[0], -1)


def main():
    out = Path(sys.argv[1])
    rng = np.random.default_rng(7)
    config = transformers.Qwen3Config(vocab_size=V, hidden_size=D, intermediate_size=F, num_hidden_layers=L, num_attention_heads=H, num_key_value_heads=K, head_dim=DH,
                                      max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=False)
    model = transformers.Qwen3ForCausalLM._from_config(config, attn_implementation="eager").eval()
    randomise(model, 600)
    weights = dict(model.named_parameters())
    writer = gguf.GGUFWriter(out / "qwen3-quantised.gguf", "qwen3")
    writer.add_context_length(64), writer.add_embedding_length(D), writer.add_block_count(L), writer.add_feed_forward_length(F), writer.add_head_count(H), writer.add_head_count_kv(K)
    writer.add_key_length(DH), writer.add_value_length(DH), writer.add_layer_norm_rms_eps(1e-5), writer.add_rope_freq_base(10000.0)

    def name_in_model(name):
        if name in ("token_embd", "output", "output_norm"):
            return {"token_embd": "model.embed_tokens", "output": "lm_head", "output_norm": "model.norm"}[name] + ".weight"
        _, i, part = name.split(".")
        return f"model.layers.{i}.{HF[part]}.weight"

    for name, kind in TYPES.items():
        p = weights[name_in_model(name)]
        data = blocks(kind, p.detach().numpy(), rng)
        writer.add_tensor(name + ".weight", data, raw_dtype=kind)
        with torch.no_grad():
            p.copy_(torch.from_numpy(gguf.dequantize(data, kind).reshape(tuple(p.shape)).astype(np.float32)))
    for name in ["output_norm"] + [f"blk.{i}.{part}" for i in range(L) for part in ("attn_norm", "ffn_norm", "attn_q_norm", "attn_k_norm")]:
        writer.add_tensor(name + ".weight", weights[name_in_model(name)].detach().numpy())
    writer.write_header_to_file(), writer.write_kv_data_to_file(), writer.write_tensors_to_file(), writer.close()

    ids = rng.integers(0, V, T).tolist()
    expected, result = points(model, ids)
    for i, a in enumerate(result.attentions):
        expected[f"blocks.{i}.attention.weights"] = a[0]
    with torch.no_grad():
        expected["final.output"] = model.model(torch.tensor([ids])).last_hidden_state[0]
    expected["logits"] = result.logits[0]
    expected["ids"] = torch.tensor(ids, dtype=torch.int32)
    save_file({k: v.contiguous().clone() for k, v in expected.items()}, out / "qwen3-quantised.expected.safetensors", metadata={"reference": f"transformers {transformers.__version__} Qwen3ForCausalLM on weights decoded by gguf"})


if __name__ == "__main__":
    main()
