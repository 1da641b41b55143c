# What the reference computes on real files: SmolLM2-135M (Q4_1), Gemma 3 270M (Q4_K_M), all-MiniLM-L6-v2.
# GGUF weights are decoded by the gguf Python package into transformers' own models, float32. Run: python make_real.py MODELS_FOLDER OUT_FOLDER
"""MODELS_FOLDER holds the files under the names in REAL. For each: OUT/<name>.expected.safetensors with ids of four texts in four
languages and, per text, sampled points: states of four blocks and the final one for the last token, one head's weights, top logits,
and the greedy continuation. MiniLM: mean-pooled, normalised sentence vectors."""

import sys
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers
from safetensors.torch import save_file

torch.set_num_threads(2)
TEXTS = {"en": "The court interpreter listened to every word and answered in the king's own language.",
         "ko": "통사는 조선 시대에 임금의 말을 다른 나라의 말로 옮기던 사람이었다.",
         "ja": "通訳は二つの言葉のあいだに立ち、どちらの気持ちも伝える。",
         "zh": "翻译站在两种语言之间，让双方互相听懂。"}
TOP = 50
NEW = 16


def gguf_weights(path):
    reader = gguf.GGUFReader(path)
    return reader, {t.name: torch.from_numpy(gguf.dequantize(t.data, t.tensor_type).astype(np.float32).reshape(tuple(int(n) for n in reversed(t.shape)))) for t in reader.tensors}


def field(reader, key):
    f = reader.fields[key]
    return f.parts[f.data[0]][0].item()


PARTS = {"attn_q.weight": "self_attn.q_proj.weight", "attn_k.weight": "self_attn.k_proj.weight", "attn_v.weight": "self_attn.v_proj.weight", "attn_output.weight": "self_attn.o_proj.weight",
         "ffn_gate.weight": "mlp.gate_proj.weight", "ffn_up.weight": "mlp.up_proj.weight", "ffn_down.weight": "mlp.down_proj.weight", "attn_norm.weight": "input_layernorm.weight",
         "attn_q_norm.weight": "self_attn.q_norm.weight", "attn_k_norm.weight": "self_attn.k_norm.weight"}


def smollm2(path):
    r, w = gguf_weights(path)
    H, K = field(r, "llama.attention.head_count"), field(r, "llama.attention.head_count_kv")
    config = transformers.LlamaConfig(vocab_size=w["token_embd.weight"].shape[0], hidden_size=field(r, "llama.embedding_length"), intermediate_size=field(r, "llama.feed_forward_length"),
                                      num_hidden_layers=field(r, "llama.block_count"), num_attention_heads=H, num_key_value_heads=K, rms_norm_eps=field(r, "llama.attention.layer_norm_rms_epsilon"),
                                      max_position_embeddings=field(r, "llama.context_length"), rope_theta=field(r, "llama.rope.freq_base"), tie_word_embeddings=True)

    def turned_back(x, heads):  # undo the converter's reordering: (heads, Dh / 2, 2, D) → (heads, 2, Dh / 2, D)
        return x.reshape(heads, x.shape[0] // heads // 2, 2, -1).transpose(1, 2).reshape(x.shape)

    state = {"model.embed_tokens.weight": w["token_embd.weight"], "model.norm.weight": w["output_norm.weight"]}
    for name, x in w.items():
        if name.startswith("blk."):
            _, i, part = name.split(".", 2)
            x = turned_back(x, H) if part == "attn_q.weight" else turned_back(x, K) if part == "attn_k.weight" else x
            state[f"model.layers.{i}." + {**PARTS, "ffn_norm.weight": "post_attention_layernorm.weight"}[part]] = x
    return load(transformers.LlamaForCausalLM, config, state)


def gemma3(path):
    r, w = gguf_weights(path)
    config = transformers.Gemma3TextConfig(vocab_size=w["token_embd.weight"].shape[0], hidden_size=field(r, "gemma3.embedding_length"), intermediate_size=field(r, "gemma3.feed_forward_length"),
                                           num_hidden_layers=field(r, "gemma3.block_count"), num_attention_heads=field(r, "gemma3.attention.head_count"), num_key_value_heads=field(r, "gemma3.attention.head_count_kv"),
                                           head_dim=field(r, "gemma3.attention.key_length"), query_pre_attn_scalar=field(r, "gemma3.attention.key_length"), sliding_window=field(r, "gemma3.attention.sliding_window"),
                                           rms_norm_eps=field(r, "gemma3.attention.layer_norm_rms_epsilon"), max_position_embeddings=field(r, "gemma3.context_length"), tie_word_embeddings=True)
    state = {"model.embed_tokens.weight": w["token_embd.weight"], "model.norm.weight": w["output_norm.weight"] - 1}
    names = {**PARTS, "post_attention_norm.weight": "post_attention_layernorm.weight", "ffn_norm.weight": "pre_feedforward_layernorm.weight", "post_ffw_norm.weight": "post_feedforward_layernorm.weight"}
    for name, x in w.items():
        if name.startswith("blk."):
            _, i, part = name.split(".", 2)
            state[f"model.layers.{i}.{names[part]}"] = x - 1 if "norm" in part else x  # the converter has added 1 to every gain
    return load(transformers.Gemma3ForCausalLM, config, state)


def load(cls, config, state):
    model = cls._from_config(config, attn_implementation="eager").eval()
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    model.tie_weights()
    return model


def tokenizer_of(path):
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    return lambda text: tokenizer(text)["input_ids"]


def decoder(model, encode):
    out = {}
    for language, text in TEXTS.items():
        ids = encode(text)
        with torch.no_grad():
            r = model(torch.tensor([ids]), output_attentions=True, output_hidden_states=True)
            greedy = model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=NEW, min_new_tokens=NEW)[0, len(ids):]
        L = len(r.attentions)
        out[f"{language}.ids"] = torch.tensor(ids)
        out[f"{language}.embedding.output"] = r.hidden_states[0][0]
        for i in sorted({0, 1, L // 2, L - 2}):
            out[f"{language}.blocks.{i}.output"] = r.hidden_states[i + 1][0]  # the list's last entry is after the final norm: none of these is
        for i in sorted({0, L // 2, L - 1}):
            out[f"{language}.blocks.{i}.attention.weights"] = r.attentions[i][0]
        out[f"{language}.final.output"] = r.hidden_states[-1][0]
        values, indices = r.logits[0, -1].topk(TOP)
        out[f"{language}.logits.values"], out[f"{language}.logits.ids"] = values, indices
        out[f"{language}.greedy"] = greedy
        print(language, ids[:6], greedy.tolist())
    return out


def minilm(folder):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    out = {}
    for language, text in TEXTS.items():
        batch = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            r = model(**batch, output_attentions=True, output_hidden_states=True)
        out[f"{language}.ids"] = batch["input_ids"][0]
        out[f"{language}.embedding.output"] = r.hidden_states[0][0]
        for i, a in enumerate(r.attentions):
            if i in (0, len(r.attentions) - 1):
                out[f"{language}.blocks.{i}.attention.weights"] = a[0]
        out[f"{language}.final.output"] = r.last_hidden_state[0]
        mean = r.last_hidden_state[0].mean(0)
        out[f"{language}.sentence"] = mean / mean.norm()
    return out


REAL = {"SmolLM2-135M-Instruct.Q4_1.gguf": (smollm2, "smollm2"), "gemma-3-270m-q4_k_m.gguf": (gemma3, "gemma-3-270m"), "minilm": (minilm, "all-minilm-l6-v2")}


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for file, (build, name) in REAL.items():
        path = folder / file
        expected = build(path) if build is minilm else decoder(build(path), tokenizer_of(path))
        # Two tokens of each text are enough, and small: one in the middle, T // 2, and the last.
        pick = lambda v, axis: v.index_select(axis, torch.tensor([v.shape[axis] // 2, v.shape[axis] - 1]))
        small = {k: (pick(v, 0) if k.endswith("output") else pick(v, 1) if k.endswith("weights") else v) for k, v in expected.items()}
        small = {k: (v.to(torch.int32) if not v.is_floating_point() else v.float()).contiguous().clone() for k, v in small.items()}
        reference = f"transformers {transformers.__version__}" + (" on weights decoded by gguf" if build is not minilm else "")
        texts = {f"text.{language}": text for language, text in TEXTS.items()}
        save_file(small, out / f"{name}.expected.safetensors", metadata={"reference": reference, **texts})
        print(name, sum(v.numel() * 4 for v in small.values()))


if __name__ == "__main__":
    main()
