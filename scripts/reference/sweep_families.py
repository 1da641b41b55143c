# Draws random configurations of every family, beyond the fixtures', and writes what the reference computes on them.
# Reference: Hugging Face transformers, eager attention, float32; GGUF by llama.cpp's converter where LLAMA_CPP names its folder.
# Run: [LLAMA_CPP=/path/to/llama.cpp] python sweep_families.py OUT_FOLDER [--draws N] [--seed S] [FAMILY…], then
#      node --conditions=tongsa-source scripts/sweep.ts OUT_FOLDER
"""OUT/<family>-<n>/ and OUT/<family>-<n>.expected.safetensors as make_families.py writes them, with the reference's greedy continuation
under `greedy` where there is one, and OUT/<family>-<n>.gguf. Settings whose value is the class's own default are left out of config.json in
every second draw: a reader must know the defaults."""

import argparse
import copy
import json
import os
import random
import shutil
import traceback
from pathlib import Path

import torch
import transformers
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import make_families as made

LENGTHS = [13, 65, 2, 40, 1, 29]
CONTEXT = 96


def sizes(r, even=True, wide=False):
    """Heads, key heads, head width, width: H need not divide D, nor D be H · Dh."""
    k = r.choice([1, 1, 2, 3])
    group = r.choice([1, 2, 3, 5])
    dh = r.choice([4, 6, 8, 10, 14, 16])
    if r.random() < 0.3:
        # What the kernels take.
        return dict(num_attention_heads=4 * k, num_key_value_heads=k, head_dim=r.choice([8, 16]), hidden_size=64)
    return dict(num_attention_heads=k * group, num_key_value_heads=k, head_dim=dh, hidden_size=r.choice([20, 24, 36, 44, 60]))


def square(r, **more):
    """Where D is H · Dh."""
    s = sizes(r)
    s["hidden_size"] = s["num_attention_heads"] * s.pop("head_dim")
    if s["hidden_size"] < 12:
        return square(r)
    return s | more


def common(r, **more):
    return dict(vocab_size=r.choice([47, 61, 100, 131]), intermediate_size=r.choice([27, 34, 64, 96]), num_hidden_layers=r.choice([2, 3, 4]), max_position_embeddings=CONTEXT,
                pad_token_id=0, bos_token_id=1, eos_token_id=2) | more


def yarn(r):
    p = dict(factor=r.choice([2.0, 4.0, 6.5]), original_max_position_embeddings=r.choice([16, 24]))
    p |= r.choice([{}, dict(beta_fast=16.0, beta_slow=2.0), dict(attention_factor=1.3), dict(mscale=0.8, mscale_all_dim=0.6), dict(truncate=False), dict(mscale=1.0, mscale_all_dim=1.0)])
    return p


def rope(r, dh, kinds=("default", "linear", "dynamic", "yarn", "llama3"), theta=None, part=None):
    kind = r.choice(kinds)
    theta = theta or r.choice([100.0, 10000.0, 500000.0])
    p = {"default": {}, "linear": dict(factor=r.choice([2.0, 8.0])), "dynamic": dict(factor=r.choice([2.0, 4.0])),
         "llama3": dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=r.choice([2.0, 4.0]), original_max_position_embeddings=r.choice([8, 32]))}.get(kind, {})
    if kind == "yarn":
        p = yarn(r)
    pairs = int(dh * (part or 1)) // 2
    if kind == "longrope":
        p = dict(original_max_position_embeddings=r.choice([8, 24]), short_factor=[1 + 0.1 * i for i in range(pairs)], long_factor=[1.5 + 1.7 * i for i in range(pairs)])
        p |= r.choice([{}, dict(attention_factor=1.1), dict(factor=4.0)])
    if part:
        p["partial_rotary_factor"] = part
    return {"rope_parameters": dict(rope_type=kind, rope_theta=theta, **p)}


def act(r, *names):
    return r.choice(names or ["silu", "gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu", "relu2"])


def flag(r):
    return r.random() < 0.5


def layer_types(r, layers, local="sliding_attention"):
    kinds = [r.choice(["full_attention", local]) for _ in range(layers)]
    return kinds


def llama(r):
    s = sizes(r)
    return "LlamaForCausalLM", common(r, **s, **rope(r, s["head_dim"]), rms_norm_eps=r.choice([1e-6, 1e-3]), hidden_act=act(r, "silu", "gelu", "relu"), attention_bias=flag(r), mlp_bias=flag(r), tie_word_embeddings=flag(r))


def mistral(r):
    s = sizes(r)
    return "MistralForCausalLM", common(r, **s, **rope(r, s["head_dim"], ("default", "yarn", "linear")), sliding_window=r.choice([None, 3, 7, 20]), hidden_act=act(r, "silu", "gelu"), tie_word_embeddings=flag(r))


def smollm3(r):
    s, c = sizes(r), common(r)
    return "SmolLM3ForCausalLM", c | dict(**s, **rope(r, s["head_dim"], ("default", "yarn", "llama3")), no_rope_layers=[r.choice([0, 1]) for _ in range(c["num_hidden_layers"])], attention_bias=flag(r), mlp_bias=flag(r),
                                          use_sliding_window=(w := flag(r)), sliding_window=r.choice([4, 9]) if w else None, tie_word_embeddings=flag(r))


def qwen2(r):
    s, c = square(r), common(r)
    return "Qwen2ForCausalLM", c | dict(**s, **rope(r, s["hidden_size"] // s["num_attention_heads"], ("default", "yarn", "linear")), use_sliding_window=flag(r), sliding_window=r.choice([3, 8]), max_window_layers=r.choice([0, 1, 2]), tie_word_embeddings=flag(r))


def qwen3(r):
    s, c = sizes(r), common(r)
    return "Qwen3ForCausalLM", c | dict(**s, **rope(r, s["head_dim"], ("default", "yarn", "dynamic")), use_sliding_window=flag(r), sliding_window=r.choice([3, 8]), max_window_layers=r.choice([0, 1, 2]), attention_bias=flag(r), tie_word_embeddings=flag(r))


def qwen3_moe(r):
    s, c = sizes(r), common(r)
    return "Qwen3MoeForCausalLM", c | dict(**s, **rope(r, s["head_dim"], ("default", "yarn")), moe_intermediate_size=r.choice([11, 20]), num_experts=(e := r.choice([2, 5, 9])), num_experts_per_tok=r.randint(1, min(e, 4)), norm_topk_prob=flag(r),
                                           decoder_sparse_step=r.choice([1, 2]), mlp_only_layers=r.choice([[], [0], [1]]), use_sliding_window=flag(r), sliding_window=r.choice([3, 8]), attention_bias=flag(r), tie_word_embeddings=flag(r))


def mixtral(r):
    s = sizes(r)
    return "MixtralForCausalLM", common(r, **s, **rope(r, s["head_dim"], ("default", "linear")), num_local_experts=(e := r.choice([2, 3, 8])), num_experts_per_tok=r.randint(1, min(e, 3)), sliding_window=r.choice([None, 4, 9]), tie_word_embeddings=flag(r))


def gpt_oss(r):
    s, c = sizes(r), common(r)
    s["hidden_size"] = 32
    c["intermediate_size"] = 32
    return "GptOssForCausalLM", c | dict(**s, **rope(r, s["head_dim"], ("yarn", "yarn", "default")), num_local_experts=(e := r.choice([2, 4, 7])), num_experts_per_tok=r.randint(1, min(e, 4)), sliding_window=r.choice([3, 8]), layer_types=layer_types(r, c["num_hidden_layers"]), attention_bias=flag(r), tie_word_embeddings=flag(r))


def phi3(r):
    s = square(r)
    dh = s["hidden_size"] // s["num_attention_heads"]
    part = r.choice([None, 0.5]) if dh % 4 == 0 else None
    return "Phi3ForCausalLM", common(r, **s, **rope(r, dh, ("default", "longrope", "longrope"), part=part), original_max_position_embeddings=r.choice([8, 24]), sliding_window=r.choice([None, 5, 11]), tie_word_embeddings=flag(r), **({"partial_rotary_factor": part} if part else {}))


def olmo2(r):
    s = square(r)
    return "Olmo2ForCausalLM", common(r, **s, **rope(r, s["hidden_size"] // s["num_attention_heads"], ("default", "yarn", "linear")), attention_bias=flag(r), tie_word_embeddings=flag(r), hidden_act=act(r, "silu", "gelu"))


def starcoder2(r):
    s = square(r)
    return "Starcoder2ForCausalLM", common(r, **s, **rope(r, s["hidden_size"] // s["num_attention_heads"], ("default", "linear")), use_bias=flag(r), sliding_window=r.choice([None, 4, 10]), hidden_act=act(r, "gelu_pytorch_tanh", "gelu", "relu2"), tie_word_embeddings=flag(r), norm_epsilon=r.choice([1e-5, 1e-3]))


def cohere(r):
    s = square(r)
    return "CohereForCausalLM", common(r, **s, **rope(r, s["hidden_size"] // s["num_attention_heads"], ("default", "linear", "yarn")), use_qk_norm=flag(r), attention_bias=flag(r), logit_scale=r.choice([0.0625, 0.5]), layer_norm_eps=r.choice([1e-5, 1e-3]), hidden_act=act(r, "silu", "gelu"), tie_word_embeddings=flag(r))


def gemma(r):
    s = sizes(r)
    return "GemmaForCausalLM", common(r, **s, **rope(r, s["head_dim"], ("default", "linear")), hidden_act=act(r, "gelu_pytorch_tanh", "gelu"), attention_bias=flag(r), tie_word_embeddings=r.random() < 0.8)


def gemma2(r):
    s, c = sizes(r), common(r)
    return "Gemma2ForCausalLM", c | dict(**s, **rope(r, s["head_dim"], ("default", "linear")), sliding_window=r.choice([3, 7]), layer_types=layer_types(r, c["num_hidden_layers"]), query_pre_attn_scalar=r.choice([8, 20, 256]), attn_logit_softcapping=r.choice([None, 2.0, 50.0]),
                                         final_logit_softcapping=r.choice([None, 3.0, 30.0]), hidden_activation=act(r, "gelu_pytorch_tanh", "gelu"), attention_bias=flag(r))


def gemma3(r):
    s, c = sizes(r), common(r)
    both = {"full_attention": {k: v for k, v in rope(r, s["head_dim"], ("default", "linear", "yarn"))["rope_parameters"].items() if k != "truncate"}, "sliding_attention": rope(r, s["head_dim"], ("default",))["rope_parameters"]}
    return "Gemma3ForCausalLM", c | dict(**s, rope_parameters=both, sliding_window=r.choice([3, 8]), layer_types=layer_types(r, c["num_hidden_layers"]), query_pre_attn_scalar=r.choice([8, 20, 256]), hidden_activation=act(r, "gelu_pytorch_tanh", "gelu"),
                                         attention_bias=flag(r), attn_logit_softcapping=r.choice([None, None, 2.0]), final_logit_softcapping=r.choice([None, 3.0]))


def embedding_gemma(r):
    name, c = gemma3(r)
    return "Gemma3TextModel", c | dict(use_bidirectional_attention=True)


def falcon(r):
    s = square(r)
    k = s.pop("num_key_value_heads")
    c = dict(vocab_size=r.choice([47, 61, 100]), num_hidden_layers=r.choice([2, 3]), max_position_embeddings=CONTEXT, bos_token_id=1, eos_token_id=2, **s, bias=flag(r), layer_norm_epsilon=r.choice([1e-5, 1e-3]), activation=act(r, "gelu", "gelu_new"), tie_word_embeddings=flag(r))
    kind = r.choice(["7b", "40b", "11b", "rw", "rw", "mha"])
    if kind in ("40b", "11b"):
        c |= dict(new_decoder_architecture=True, num_kv_heads=k, ffn_hidden_size=r.choice([50, 96])) | (dict(num_ln_in_parallel_attn=1) if kind == "11b" else {})
    elif kind == "7b":
        c |= dict(multi_query=True, parallel_attn=flag(r))
    elif kind == "rw":
        c |= dict(alibi=True, multi_query=False, parallel_attn=flag(r))
    else:
        c |= dict(multi_query=False, parallel_attn=flag(r))
    return "FalconForCausalLM", c | ({} if c.get("alibi") else rope(r, s["hidden_size"] // s["num_attention_heads"], ("default", "linear", "dynamic")))


def bloom(r):
    h = r.choice([3, 5, 6, 8, 12])
    return "BloomForCausalLM", dict(vocab_size=r.choice([47, 61]), hidden_size=h * r.choice([2, 4, 5]), n_layer=r.choice([2, 3]), n_head=h, layer_norm_epsilon=r.choice([1e-5, 1e-3]), apply_residual_connection_post_layernorm=flag(r), tie_word_embeddings=flag(r))


def gpt_neox(r):
    h, dh = r.choice([2, 3, 5]), r.choice([8, 16])
    return "GPTNeoXForCausalLM", common(r, hidden_size=h * dh, num_attention_heads=h, use_parallel_residual=flag(r), attention_bias=flag(r), hidden_act=act(r, "gelu", "gelu_new", "relu"), layer_norm_eps=r.choice([1e-5, 1e-3]), tie_word_embeddings=flag(r),
                                        **rope(r, dh, ("default", "linear", "dynamic"), part=r.choice([0.25, 0.5, 1.0])))


def opt(r):
    h = r.choice([2, 3, 5])
    d = h * r.choice([4, 6, 10])
    return "OPTForCausalLM", dict(vocab_size=r.choice([47, 61]), hidden_size=d, word_embed_proj_dim=r.choice([d, d, 14]), ffn_dim=r.choice([33, 50]), num_hidden_layers=r.choice([2, 3]), num_attention_heads=h, max_position_embeddings=CONTEXT, do_layer_norm_before=flag(r), enable_bias=r.random() < 0.7,
                                  activation_function=act(r, "relu", "gelu"), pad_token_id=1, bos_token_id=2, eos_token_id=2, tie_word_embeddings=r.random() < 0.7, **({"_remove_final_layer_norm": True} if r.random() < 0.2 else {}))


def gpt2(r):
    h = r.choice([2, 3, 5])
    return "GPT2LMHeadModel", dict(vocab_size=r.choice([47, 61]), n_positions=CONTEXT, n_embd=h * r.choice([4, 7, 10]), n_layer=r.choice([2, 3]), n_head=h, n_inner=r.choice([None, 37]), activation_function=act(r), layer_norm_epsilon=r.choice([1e-5, 1e-3]), scale_attn_weights=r.random() < 0.7,
                                   scale_attn_by_inverse_layer_idx=flag(r), reorder_and_upcast_attn=r.random() < 0.3, bos_token_id=1, eos_token_id=2, tie_word_embeddings=flag(r))


def openai_gpt(r):
    h = r.choice([2, 3, 5])
    return "OpenAIGPTLMHeadModel", dict(vocab_size=r.choice([47, 61]), n_positions=CONTEXT, n_embd=h * r.choice([4, 7, 10]), n_layer=r.choice([2, 3]), n_head=h, afn=act(r, "gelu", "relu", "silu"), layer_norm_epsilon=r.choice([1e-5, 1e-3]))


def bert_like(r, name, **more):
    h = r.choice([2, 3, 5])
    return name, dict(vocab_size=r.choice([47, 61]), hidden_size=h * r.choice([4, 7, 10]), num_hidden_layers=r.choice([2, 3]), num_attention_heads=h, intermediate_size=r.choice([33, 50]), hidden_act=act(r, "gelu", "gelu_new", "relu", "silu"),
                      max_position_embeddings=CONTEXT, type_vocab_size=2, layer_norm_eps=r.choice([1e-12, 1e-3]), pad_token_id=0) | more


def bert(r):
    return bert_like(r, r.choice(["BertForMaskedLM", "BertModel", "BertForPreTraining", "BertForSequenceClassification"]), type_vocab_size=r.choice([1, 2, 3]))


def roberta(r):
    return bert_like(r, r.choice(["RobertaForMaskedLM", "XLMRobertaForMaskedLM", "RobertaModel", "XLMRobertaModel", "CamembertForMaskedLM"]), type_vocab_size=r.choice([1, 2]), pad_token_id=r.choice([1, 1, 0, 3]))


def mpnet(r):
    name, c = bert_like(r, r.choice(["MPNetForMaskedLM", "MPNetModel"]), pad_token_id=1, relative_attention_num_buckets=r.choice([32, 40]))
    c.pop("type_vocab_size")
    return name, c


def distilbert(r):
    h = r.choice([2, 3, 5])
    return r.choice(["DistilBertForMaskedLM", "DistilBertModel"]), dict(vocab_size=r.choice([47, 61]), dim=h * r.choice([4, 7, 10]), n_layers=r.choice([2, 3]), n_heads=h, hidden_dim=r.choice([33, 50]), max_position_embeddings=CONTEXT, activation=act(r, "gelu", "relu"), sinusoidal_pos_embds=flag(r), pad_token_id=0)


def nomic_bert(r):
    h = r.choice([2, 3, 5])
    dh = r.choice([8, 12])
    name, c = bert_like(r, r.choice(["NomicBertModel", "NomicBertForMaskedLM"]), type_vocab_size=2)
    return name, c | dict(hidden_size=h * dh, num_attention_heads=h, hidden_act=act(r, "silu", "gelu"), **rope(r, dh, ("default", "linear", "dynamic"), theta=1000.0))


def modernbert(r):
    h, dh, n = r.choice([2, 3, 5]), r.choice([8, 12]), r.choice([3, 5])
    both = {k: rope(r, dh, ("default",))["rope_parameters"] for k in ("full_attention", "sliding_attention")}
    return r.choice(["ModernBertForMaskedLM", "ModernBertModel", "ModernBertForSequenceClassification"]), dict(vocab_size=r.choice([47, 61]), hidden_size=h * dh, intermediate_size=r.choice([33, 50]), num_hidden_layers=n, num_attention_heads=h, max_position_embeddings=CONTEXT,
                local_attention=r.choice([4, 7, 12]), layer_types=layer_types(r, n), rope_parameters=both, attention_bias=flag(r), mlp_bias=flag(r), norm_bias=flag(r), norm_eps=r.choice([1e-5, 1e-3]), decoder_bias=flag(r), classifier_bias=flag(r),
                hidden_activation=act(r, "gelu", "silu"), classifier_activation=act(r, "gelu", "relu"), pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2, tie_word_embeddings=flag(r))


def marian(r):
    h1, h2 = r.choice([(2, 3), (4, 6), (3, 3)])
    v = r.choice([47, 61])
    share = r.random() < 0.6
    return "MarianMTModel", dict(vocab_size=v, decoder_vocab_size=v if share else 53, d_model=h1 * h2 * r.choice([2, 4]), encoder_layers=r.choice([1, 2, 3]), decoder_layers=r.choice([1, 2, 3]), encoder_attention_heads=h1, decoder_attention_heads=h2, encoder_ffn_dim=r.choice([33, 50]),
                decoder_ffn_dim=28, activation_function=act(r, "swish", "relu", "gelu"), scale_embedding=flag(r), max_position_embeddings=CONTEXT, pad_token_id=v - 1 if share else 46, decoder_start_token_id=v - 1 if share else 46, eos_token_id=0, forced_eos_token_id=0,
                share_encoder_decoder_embeddings=share, tie_word_embeddings=r.random() < 0.7)


DRAWS = {f.__name__.replace("_", "-"): f for f in (llama, mistral, smollm3, qwen2, qwen3, qwen3_moe, mixtral, gpt_oss, phi3, olmo2, starcoder2, cohere, gemma, gemma2, gemma3, embedding_gemma, falcon, bloom, gpt_neox, opt, gpt2, openai_gpt,
                                                    bert, roberta, mpnet, distilbert, nomic_bert, modernbert, marian)}

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def reference(model, config, ids):
    expected, result = made.points(model, ids)
    for i, w in enumerate(result.attentions):
        expected[f"blocks.{i}.attention.weights"] = w[0]
    base = getattr(model, model.base_model_prefix, model)
    with torch.no_grad():
        expected["final.output"] = base(input_ids=torch.tensor([ids])).last_hidden_state[0]
    classifies = type(model).__name__.endswith("ForSequenceClassification")
    logits = getattr(result, "logits", getattr(result, "prediction_logits", None))
    if logits is not None and not classifies:
        expected["logits"] = logits[0]
    return expected


def noise(model, ids, expected):
    """The reference's own error: its points in float32 against those in float64."""
    exact = reference(copy.deepcopy(model).double(), model.config, ids)
    return str(max(float((exact[k] - v).abs().max() / v.abs().max()) for k, v in expected.items() if k in exact and v.abs().max() > 0))


def greedy(model, ids):
    with torch.no_grad():
        out = model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), num_beams=1, do_sample=False, max_new_tokens=8, eos_token_id=None, pad_token_id=0)
    return out[0][len(ids):]


def save_sharded(folder, r):
    """Two files and an index, as save_pretrained makes of large models."""
    tensors = load_file(folder / "model.safetensors")
    names = sorted(tensors)
    r.shuffle(names)
    half = len(names) // 2
    where = {}
    for n, part in enumerate((names[:half], names[half:]), 1):
        file = f"model-0000{n}-of-00002.safetensors"
        save_file({k: tensors[k] for k in part}, folder / file, metadata={"format": "pt"})
        where |= {k: file for k in part}
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": 0}, "weight_map": where}))


def sparse(path, config_class):
    """Without the settings whose value is the class's default."""
    c = json.loads(path.read_text())
    default = config_class().to_dict()
    # Files always state sizes; BLOOM's defaults happen to be small.
    keep = (*(k for k in c if k.startswith("num_")), "model_type", "architectures", "rope_parameters", "layer_types", "n_layer", "n_head", "hidden_size")
    path.write_text(json.dumps({k: v for k, v in c.items() if k in keep or k not in default or default[k] != v}, indent=1))


def old_dialect(path):
    c = json.loads(path.read_text())
    if c["model_type"] == "gpt_oss" and c["rope_parameters"]["rope_type"] == "default":
        return  # an old file that states no scaling means the class's own: YaRN
    made.old_dialect(path)
    if c["model_type"] in ("modernbert", "gemma3_text"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "layer_types": c["layer_types"]}, indent=1))
    if c["model_type"] == "gpt_neox" and c["rope_parameters"].get("rope_type", "default") != "default":
        path.write_text(json.dumps({**json.loads(path.read_text()), "rope_scaling": {k: v for k, v in c["rope_parameters"].items() if k not in ("rope_theta", "partial_rotary_factor")}}, indent=1))
    full = c.get("rope_parameters", {}).get("full_attention", {})
    if c["model_type"] == "gemma3_text" and full.get("rope_type", "default") != "default":
        path.write_text(json.dumps({**json.loads(path.read_text()), "rope_scaling": {k: v for k, v in full.items() if k != "rope_theta"}}, indent=1))
    text = path.read_text().replace('"dtype"', '"torch_dtype"')
    path.write_text(text)


GGUF_TYPES = ["ALL_F32", "MOSTLY_F16", "MOSTLY_BF16", "MOSTLY_Q8_0"]
# The converter takes no others of the drawn classes.
GGUF_CLASSES = {"BertForMaskedLM": "BertModel", "BertForPreTraining": "BertModel", "RobertaForMaskedLM": "RobertaModel", "XLMRobertaForMaskedLM": "XLMRobertaModel", "CamembertForMaskedLM": "RobertaModel", "NomicBertForMaskedLM": "NomicBertModel",
                "ModernBertForMaskedLM": "ModernBertModel", "ModernBertForSequenceClassification": "ModernBertModel", "BertForSequenceClassification": "BertModel", "DistilBertForMaskedLM": "DistilBertModel"}
NO_GGUF = ("opt", "openai-gpt", "mpnet", "marian")


def statable(cls, c, r):
    """The same draw with what GGUF has no key for set to what llama.cpp takes for granted."""
    c = {k: v for k, v in c.items() if k not in ("hidden_act", "hidden_activation", "activation", "activation_function", "layer_types", "no_rope_layers", "use_sliding_window", "mlp_only_layers", "decoder_sparse_step", "n_inner", "ffn_hidden_size",
                                                 "scale_attn_weights", "scale_attn_by_inverse_layer_idx", "apply_residual_connection_post_layernorm", "attn_logit_softcapping", "final_logit_softcapping", "norm_bias")}
    layers = c.get("num_hidden_layers", 2)
    if cls.startswith(("Mistral", "Mixtral", "SmolLM3", "Starcoder2", "Qwen")):
        c["sliding_window"] = None
        c.pop("max_window_layers", None)
    if cls.startswith("Qwen3Moe"):
        c["norm_topk_prob"] = True
    if cls.startswith("Gemma2"):
        c["query_pre_attn_scalar"] = c["head_dim"]
    if cls.startswith("Gemma3"):
        c["query_pre_attn_scalar"], c["num_hidden_layers"] = c["head_dim"], 7
    if cls.startswith(("Cohere", "Gemma")):
        c["tie_word_embeddings"] = True
    if cls.startswith("Falcon"):
        c |= dict(alibi=False, bias=False, parallel_attn=True)
        if c.get("multi_query") is False:
            c["multi_query"] = True
    if cls.startswith("GptOss"):
        c["attention_bias"] = True
    if cls.startswith("ModernBert"):
        c |= dict(local_attention=r.choice([4, 12]), attention_bias=False, mlp_bias=False)
    if cls.startswith("Bert"):
        c["type_vocab_size"] = 2
    if cls.startswith(("Roberta", "XLMRoberta", "Camembert")):
        c["pad_token_id"] = 1
    if cls.startswith("Bloom"):
        c["seq_length"] = CONTEXT
    for p in [c.get("rope_parameters") or {}, *((c.get("rope_parameters") or {}).values())]:
        if isinstance(p, dict):
            for key in ("truncate", "mscale", "mscale_all_dim"):
                p.pop(key, None)
            if cls.startswith("GptOss") and p.get("rope_type") == "yarn":
                p["truncate"] = False
            if cls.startswith(("Gemma", "Falcon", "GPTNeoX")) and not cls.startswith("Gemma3"):
                p["rope_theta"] = 10000.0
            if p.get("rope_type") != "default" and cls.startswith(("Cohere", "Falcon", "Nomic", "GPTNeoX", "GemmaF", "Gemma2")) or p.get("rope_type") == "dynamic" or p.get("rope_type") == "llama3" and not cls.startswith(("Llama", "Mistral", "SmolLM3")):
                for key in [k for k in p if k not in ("rope_theta", "partial_rotary_factor")]:
                    p.pop(key)
                p["rope_type"] = "default"
            if p.get("rope_type") == "longrope":
                p.pop("factor", None), p.pop("attention_factor", None)
                c["original_max_position_embeddings"] = p["original_max_position_embeddings"]
    return GGUF_CLASSES.get(cls, cls), c


def rounded(model, kind):
    """Matrices as a file of this type can hold them, so that the file is what the reference runs on."""
    with torch.no_grad():
        for p in model.parameters():
            if p.ndim < 2 or kind == "ALL_F32":
                continue
            if kind == "MOSTLY_Q8_0" and p.shape[-1] % 32 == 0:
                import gguf
                import numpy as np
                q8 = gguf.GGMLQuantizationType.Q8_0
                rows = np.ascontiguousarray(p.reshape(-1, p.shape[-1]).numpy())
                p.copy_(torch.from_numpy(gguf.dequantize(gguf.quantize(rows, q8), q8)).reshape(p.shape))
            else:
                p.copy_(p.to(torch.bfloat16 if kind == "MOSTLY_BF16" else torch.float16).float())


def make(out, name, cls, config, n, r, kind=None):
    if n % 8 in (5, 6) and cls.endswith(("ForCausalLM", "LMHeadModel")) and not kind:
        # The stack alone, and with a classifier: other names, prefixes and heads.
        cls = cls.replace("LMHead" if cls.endswith("Model") else "ForCausalLM", "Model" if cls.endswith("LM") else "") if n % 8 == 5 else cls.replace("LMHeadModel", "ForSequenceClassification").replace("CausalLM", "SequenceClassification")
        cls = {"Gemma3Model": "Gemma3TextModel", "Gemma3ForSequenceClassification": "Gemma3TextForSequenceClassification"}.get(cls, cls)
        if not hasattr(transformers, cls):
            cls = cls.replace("ForSequenceClassification", "Model")
    model_class = getattr(transformers, cls)
    config = model_class.config_class(**config)
    config._attn_implementation = "eager"
    config._experts_implementation = "eager"
    torch.manual_seed(n)
    model = model_class._from_config(config, attn_implementation="eager").eval().float()
    made.randomise(model, r.randrange(2**31))
    model.tie_weights()
    packed = made.pack_experts(model, n) if name.startswith("gpt-oss") and r.random() < 0.5 and not kind else None
    dtype = r.choice(["F32", "F32", "F16", "BF16"]) if not packed and not kind else "F32"
    if kind:
        rounded(model, kind)
    if dtype != "F32":
        with torch.no_grad():
            buffers = [b for name, b in model.named_buffers() if name == "final_logits_bias"]
            for p in [*(p for p in model.parameters() if p.requires_grad), *buffers]:
                p.copy_(p.to(DTYPES[dtype]).float())
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, safe_serialization=True)
    for extra in folder.iterdir():
        if extra.name not in ("config.json", "model.safetensors"):
            extra.unlink()
    if dtype != "F32":
        path = folder / "model.safetensors"
        save_file({k: v.to(DTYPES[dtype]) if v.is_floating_point() else v for k, v in load_file(path).items()}, path, metadata={"format": "pt"})
    if packed:
        made.repack(folder, packed)
    v = config.vocab_size
    T = LENGTHS[n % len(LENGTHS)]
    ids = [r.randrange(3, v - 2) for _ in range(T)]
    notes = dict(reference=f"transformers {transformers.__version__} {cls}", dtype=dtype)
    restore = made.one_alibi() if config.model_type == "falcon" and config.alibi else None
    if cls == "MarianMTModel":
        target = [config.decoder_start_token_id] + [r.randrange(3, 40) for _ in range(8)]
        expected = made.marian(model, ids, target)
    else:
        expected = reference(model, config, ids)
        if model_class.__name__.endswith(("CausalLM", "LMHeadModel")) and T + 8 < CONTEXT:
            expected["greedy"] = greedy(model, ids)
    if restore:
        restore()
    notes["noise"] = noise(model, ids, expected) if cls != "MarianMTModel" and not restore else ""
    expected["ids"] = torch.tensor(ids)
    expected = {k: (x.to(torch.int32) if not x.is_floating_point() else x.float()).contiguous().clone() for k, x in expected.items()}
    save_file(expected, out / f"{name}.expected.safetensors", metadata=notes)
    if kind:
        import make_gguf
        make_gguf.convert(folder, out / f"{name}.gguf", kind)
        shutil.rmtree(folder)
        return
    path = folder / "config.json"
    if n % 2 == 1:
        sparse(path, model_class.config_class)
    elif n % 3 == 0:
        old_dialect(path)
    if n % 4 == 3:
        save_sharded(folder, r)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=Path)
    arguments.add_argument("families", nargs="*")
    arguments.add_argument("--draws", type=int, default=6)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for family, draw in DRAWS.items():
        if given.families and family not in given.families:
            continue
        draws = [(n, None) for n in range(given.draws)]
        if os.environ.get("LLAMA_CPP") and family not in NO_GGUF:
            types = GGUF_TYPES[:3] if family in ("gpt-oss", "gpt2") else GGUF_TYPES  # their matrices are stored the other way round
            draws += [(n, types[n % len(types)]) for n in range(given.draws)]
        for n, kind in draws:
            for attempt in range(8):
                # Some draws are refused by the reference itself: a width that its heads do not divide, for instance.
                r = random.Random(f"{given.seed} {family} {n} {attempt} {kind}")
                cls, config = draw(r)
                name = f"{family}-gguf-{n}" if kind else f"{family}-{n}"
                try:
                    if kind:
                        cls, config = statable(cls, config, r)
                    make(given.out, name, cls, config, n, r, kind)
                    break
                except Exception as error:
                    shutil.rmtree(given.out / name, ignore_errors=True)
                    (given.out / f"{name}.gguf").unlink(missing_ok=True)
                    if attempt == 7:
                        print(f"  not drawn: {name}: {type(error).__name__}: {str(error)[:300]}")
                        traceback.print_exc()
        print(family, flush=True)


if __name__ == "__main__":
    main()
