# References written from the papers, for models whose weights are closed: PaLM and Gopher; and GPT-2 laid out as Megatron-LM stores it.
# PaLM: arXiv 2204.02311 section 2. Gopher: arXiv 2112.11446 2.1 with Transformer-XL, arXiv 1901.02860 3.3. Run: python paper_models.py OUT_FOLDER
"""Plain loops over tokens and heads where the formula is about tokens and heads: slow, and nothing in it is shared with Tongsa."""

import json
import math
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

V, T = 61, 13


def random_tensors(shapes, seed):
    g = torch.Generator().manual_seed(seed)
    out = {}
    for name, shape in shapes.items():
        noise = torch.randn(shape, generator=g)
        if "norm" in name and name.endswith("weight"):
            out[name] = 1 + 0.3 * noise
        elif len(shape) == 2 and not name.endswith((".u", ".v")):
            out[name] = noise * (0.6 if "embed" in name else 1.4 / shape[1] ** 0.5)
        else:
            out[name] = 0.3 * noise
    return out


def write(out, name, config, tensors, expected, ids, reference):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    expected["ids"] = torch.tensor(ids, dtype=torch.int32)
    save_file({k: v.contiguous().clone() for k, v in expected.items()}, out / f"{name}.expected.safetensors", metadata={"reference": reference})


def softmax_rows(scores):
    """(H, T, T) causal."""
    mask = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    return torch.softmax(scores.masked_fill(mask, float("-inf")), dim=-1)


def palm(out):
    D, H, Dh, F, L, eps = 24, 4, 8, 40, 2, 1e-4
    shapes = {"model.embed_tokens.weight": (V, D), "model.norm.weight": (D,)}
    for i in range(L):
        p = f"model.layers.{i}."
        shapes |= {p + "input_layernorm.weight": (D,), p + "self_attn.q_proj.weight": (H * Dh, D), p + "self_attn.k_proj.weight": (Dh, D),
                   p + "self_attn.v_proj.weight": (Dh, D), p + "self_attn.o_proj.weight": (D, H * Dh), p + "mlp.gate_proj.weight": (F, D),
                   p + "mlp.up_proj.weight": (F, D), p + "mlp.down_proj.weight": (D, F)}
    w = random_tensors(shapes, 501)
    ids = torch.randint(0, V, (T,), generator=torch.Generator().manual_seed(502))

    def norm(x, g):  # LayerNorm without bias
        return torch.nn.functional.layer_norm(x, (D,), g, None, eps)

    def turn(x):  # (..., T, Dh): RoPE, arXiv 2104.09864 (34), the pairs laid out as two halves
        out = x.clone()
        for t in range(T):
            for i in range(Dh // 2):
                a = t * 10000.0 ** (-2 * i / Dh)
                c, s = math.cos(a), math.sin(a)
                out[..., t, i] = x[..., t, i] * c - x[..., t, i + Dh // 2] * s
                out[..., t, i + Dh // 2] = x[..., t, i + Dh // 2] * c + x[..., t, i] * s
        return out

    x = w["model.embed_tokens.weight"][ids]
    e = {"embedding.output": x}
    for i in range(L):
        p = f"model.layers.{i}."
        n = norm(x, w[p + "input_layernorm.weight"])
        q = turn((n @ w[p + "self_attn.q_proj.weight"].T).view(T, H, Dh).transpose(0, 1))
        k = turn(n @ w[p + "self_attn.k_proj.weight"].T)  # one key and one value head for all queries
        v = n @ w[p + "self_attn.v_proj.weight"].T
        a = softmax_rows(q @ k.T / math.sqrt(Dh))
        e[f"blocks.{i}.attention.weights"] = a
        attended = (a @ v).transpose(0, 1).reshape(T, H * Dh) @ w[p + "self_attn.o_proj.weight"].T
        gate = n @ w[p + "mlp.gate_proj.weight"].T
        fed = (gate * torch.sigmoid(gate) * (n @ w[p + "mlp.up_proj.weight"].T)) @ w[p + "mlp.down_proj.weight"].T
        x = x + fed + attended  # y = x + MLP(LayerNorm(x)) + Attention(LayerNorm(x))
        e[f"blocks.{i}.output"] = x
    e["final.output"] = norm(x, w["model.norm.weight"])
    e["logits"] = e["final.output"] @ w["model.embed_tokens.weight"].T / math.sqrt(D)
    config = dict(model_type="palm", vocab_size=V, hidden_size=D, num_hidden_layers=L, num_attention_heads=H, head_dim=Dh, intermediate_size=F,
                  layer_norm_eps=eps, rope_theta=10000.0, max_position_embeddings=2048)
    write(out, "palm", config, w, e, ids.tolist(), "arXiv 2204.02311, paper_models.py")


def gopher(out):
    D, H, Dh, F, L, eps = 24, 4, 6, 40, 2, 1e-4
    shapes = {"model.embed_tokens.weight": (V, D), "model.norm.weight": (D,)}
    for i in range(L):
        p = f"model.layers.{i}."
        shapes |= {p + "input_layernorm.weight": (D,), p + "post_attention_layernorm.weight": (D,), p + "mlp.up_proj.weight": (F, D), p + "mlp.up_proj.bias": (F,),
                   p + "mlp.down_proj.weight": (D, F), p + "mlp.down_proj.bias": (D,), p + "self_attn.u": (H, Dh), p + "self_attn.v": (H, Dh),
                   **{p + f"self_attn.{n}_proj.weight": (D, D) for n in "qkvor"}}
    w = random_tensors(shapes, 503)
    ids = torch.randint(0, V, (T,), generator=torch.Generator().manual_seed(504))

    def norm(x, g):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * g

    def sinusoid(distance):  # Transformer-XL's R: sines, then cosines
        f = [10000.0 ** (-2 * i / D) for i in range(D // 2)]
        return torch.tensor([math.sin(distance * y) for y in f] + [math.cos(distance * y) for y in f])

    x = w["model.embed_tokens.weight"][ids]
    e = {"embedding.output": x}
    for i in range(L):
        p = f"model.layers.{i}."
        n = norm(x, w[p + "input_layernorm.weight"])
        q, k, v = ((n @ w[p + f"self_attn.{name}_proj.weight"].T).view(T, H, Dh) for name in "qkv")
        scores = torch.zeros(H, T, T)
        for t in range(T):
            for s in range(t + 1):
                r = (w[p + "self_attn.r_proj.weight"] @ sinusoid(t - s)).view(H, Dh)
                for h in range(H):
                    content = (q[t, h] + w[p + "self_attn.u"][h]) @ k[s, h]
                    distance = (q[t, h] + w[p + "self_attn.v"][h]) @ r[h]
                    scores[h, t, s] = (content + distance) / math.sqrt(Dh)
        a = softmax_rows(scores)
        e[f"blocks.{i}.attention.weights"] = a
        x = x + torch.einsum("hts,shd->thd", a, v).reshape(T, D) @ w[p + "self_attn.o_proj.weight"].T
        n = norm(x, w[p + "post_attention_layernorm.weight"])
        hidden = torch.nn.functional.gelu(n @ w[p + "mlp.up_proj.weight"].T + w[p + "mlp.up_proj.bias"])
        x = x + hidden @ w[p + "mlp.down_proj.weight"].T + w[p + "mlp.down_proj.bias"]
        e[f"blocks.{i}.output"] = x
    e["final.output"] = norm(x, w["model.norm.weight"])
    e["logits"] = e["final.output"] @ w["model.embed_tokens.weight"].T
    config = dict(model_type="gopher", vocab_size=V, hidden_size=D, num_hidden_layers=L, num_attention_heads=H, intermediate_size=F, rms_norm_eps=eps, hidden_act="gelu")
    write(out, "gopher", config, w, e, ids.tolist(), "arXiv 2112.11446 and 1901.02860, paper_models.py")


def megatron(out):
    """GPT-2 by transformers, its weights renamed and its fused rows ordered by head, as Megatron-LM checkpoints since version 2 are."""
    from make_families import points, randomise

    config = transformers.GPT2Config(vocab_size=V, n_positions=32, n_embd=24, n_layer=2, n_head=3)
    model = transformers.GPT2LMHeadModel._from_config(config, attn_implementation="eager").eval()
    randomise(model, 505)
    ids = torch.randint(3, V, (T,), generator=torch.Generator().manual_seed(506)).tolist()
    e, result = points(model, ids)
    for i, a in enumerate(result.attentions):
        e[f"blocks.{i}.attention.weights"] = a[0]
    with torch.no_grad():
        e["final.output"] = model.transformer(torch.tensor([ids])).last_hidden_state[0]
    e["logits"] = result.logits[0]
    names = {"ln_1": "input_layernorm", "ln_2": "post_attention_layernorm", "attn.c_attn": "self_attention.query_key_value", "attn.c_proj": "self_attention.dense",
             "mlp.c_fc": "mlp.dense_h_to_4h", "mlp.c_proj": "mlp.dense_4h_to_h"}
    H, Dh = 3, 8
    w = {"language_model.embedding.word_embeddings.weight": model.transformer.wte.weight, "language_model.embedding.position_embeddings.weight": model.transformer.wpe.weight,
         "language_model.encoder.final_layernorm.weight": model.transformer.ln_f.weight, "language_model.encoder.final_layernorm.bias": model.transformer.ln_f.bias}
    for i, block in enumerate(model.transformer.h):
        for ours, theirs in names.items():
            part = block.get_submodule(ours)
            for kind in ("weight", "bias"):
                value = getattr(part, kind)
                value = value.T if kind == "weight" and not ours.startswith("ln") else value
                if ours == "attn.c_attn":
                    value = value.reshape(3, H, Dh, -1).transpose(0, 1).reshape(value.shape)
                w[f"language_model.encoder.layers.{i}.{theirs}.{kind}"] = value
    c = dict(model_type="megatron-gpt2", vocab_size=V, hidden_size=24, num_layers=2, num_attention_heads=H, max_position_embeddings=32, checkpoint_version=3.0)
    write(out, "megatron-gpt2", c, {k: v.detach().clone() for k, v in w.items()}, {k: v.detach() for k, v in e.items()}, ids, f"transformers {transformers.__version__} GPT2LMHeadModel")


if __name__ == "__main__":
    with torch.no_grad():
        palm(Path(sys.argv[1]))
        gopher(Path(sys.argv[1]))
        megatron(Path(sys.argv[1]))
